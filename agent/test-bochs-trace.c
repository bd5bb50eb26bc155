// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines as Bochs 2.7 prints them, whole, cut, and made up by a kernel that means no good. */
#include "lib/test.h"

#include <string.h>
#include <unistd.h>

#include "agent/bochs-trace.h"
#include "agent/path-file.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define WARM_UP 2

#define TAB "\t"
#define RESUME                                                                                     \
	"(0).[619186568] [0x0000004d31ce] 0010:ffffffffa01411ce (unk. ctxt): vmresume ; 0f01c3\n"
#define VMCS_READ "[CPU0 RD]: PHY 0x000000438008 (len=4, INVALID): 0x00000001" TAB "; VMCS\n"
#define CPUID "(0).[619186570] [0x000000410004] 0008:0000000000010004 (unk. ctxt): cpuid ; 0fa2\n"
#define EXITED "(0).[619186571] [0x0000004d31d9] 0010:ffffffffa01411d9 (unk. ctxt): push rax ; 50\n"
#define PUSHED                                                                                     \
	"[CPU0 WR]: LIN 0xffffc900000bfcb8 PHY 0x000000429cb8 (len=8, WB): 0xFFFF8880 "            \
	"0x00192000\n"
#define LOAD                                                                                       \
	"(0).[619186572] [0x0000004d31da] 0010:ffffffffa01411da (unk. ctxt): mov rax, qword ptr "  \
	"ss:[rsp+8] ; 488b442408\n"                                                                \
	"[CPU0 RD]: LIN 0xffffc900000bfcc0 PHY 0x000000429cc0 (len=8, WB): 0x00000000 "            \
	"0x00000001\n"
#define EXCHANGE                                                                                   \
	"(0).[619186573] [0x0000004d31df] 0010:ffffffffa01411df (unk. ctxt): lock cmpxchg dword "  \
	"ptr ds:[rdi], ecx ; f00fb10f\n"                                                           \
	"[CPU0 RW]: LIN 0xffff888000244030 PHY 0x000000244030 (len=4, WB): 0x00000001\n"           \
	"[CPU0 WR]: PHY 0x000000244030 (len=4, WB): 0x00000002\n"
#define VMX_EXIT RESUME VMCS_READ CPUID EXITED PUSHED LOAD EXCHANGE

#define RUN "(0).[614818319] [0x00000053c969] 0010:ffffffffa012a969 (unk. ctxt): vmrun ; 0f01d8\n"
#define UNSEEN "(0).[614818320] ??? (physical address not available)\n"
#define VMCB_CODE(code)                                                                            \
	"[CPU0 WR]: PHY 0x00000065a070 (len=8, INVALID): 0x00000000 0x000000" code TAB "; VMCS\n"
#define VMCB_RIP                                                                                   \
	"[CPU0 WR]: PHY 0x00000065a578 (len=8, INVALID): 0x00000000 0x00010004" TAB "; VMCS\n"
#define SVM_EXIT(code)                                                                             \
	RUN UNSEEN VMCB_CODE(code) VMCB_RIP                                                        \
		"(0).[614818325] [0x00000053c96c] 0010:ffffffffa012a96c (unk. ctxt): pop rax ; "   \
		"58\n"

static char folder[] = "/tmp/runway-bochs-trace-XXXXXX";
static char *path;
static struct bochs_trace *trace;
static struct buf other;
static struct path_file file;

static int start_all(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	path = xasprintf("%s/paths", folder);
	return 0;
}

static int finish_all(void **state)
{
	(void)state;
	free(path);
	return file_remove_tree(folder, NULL);
}

static int start(void **state)
{
	(void)state;
	trace = bochs_trace_new(WARM_UP);
	other = BUF_INIT(1024);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	bochs_trace_free(&trace);
	buf_release(&other);
	path_file_release(&file);
	return 0;
}

static void say(const char *text)
{
	bochs_trace_add(trace, text, strlen(text), &other);
}

static void read_back(void)
{
	assert_int_equal(bochs_trace_write(trace, path, NULL), 0);
	assert_int_equal(path_file_read(path, &file, NULL), 0);
}

/* The one path of the one key, which count exits took after warm-up. */
static const struct path_file_path *only_path(uint64_t key, uint64_t count)
{
	read_back();
	assert_int_equal(file.count, 1);
	assert_true(file.keys[0].totals.guest_pc == key);
	assert_int_equal(file.keys[0].totals.paths, 1);
	assert_int_equal(file.keys[0].paths[0].totals.count, count);
	return &file.keys[0].paths[0];
}

static void expect_vmx_path(uint64_t count)
{
	const struct path_file_path *it = only_path(0x10004, count);

	assert_int_equal(it->totals.length, 3);
	assert_true(it->pcs[0] == 0xffffffffa01411d9);
	assert_true(it->pcs[2] == 0xffffffffa01411df);
	assert_int_equal(it->totals.stores, 2);
	assert_true(it->stores[0].address == 0xffffc900000bfcb8);
	assert_int_equal(it->stores[0].index, 1);
	assert_int_equal(it->stores[0].bytes, 8);
	assert_true(it->stores[1].address == 0xffff888000244030);
	assert_int_equal(it->stores[1].index, 3);
	assert_int_equal(it->stores[1].bytes, 4);
}

static void a_vmx_path_runs_from_exit_to_entry(void **state)
{
	(void)state;
	for (int i = 0; i < WARM_UP + 5; i++)
		say(VMX_EXIT);
	say(RESUME);
	expect_vmx_path(5);
	assert_int_equal(other.length, 0);
}

static void it_does_not_matter_where_lines_are_cut(void **state)
{
	static const char text[] = VMX_EXIT;

	(void)state;
	for (int i = 0; i < WARM_UP + 5; i++)
		for (size_t at = 0; at < sizeof(text) - 1; at++)
			bochs_trace_add(trace, text + at, 1, &other);
	say(RESUME);
	expect_vmx_path(5);
}

static void an_svm_exit_is_read_off_the_vmcb(void **state)
{
	(void)state;
	for (int i = 0; i < WARM_UP + 3; i++)
		say(SVM_EXIT("72"));
	say(RUN);
	assert_int_equal(only_path(0x10004, 3)->totals.length, 1);
	assert_int_equal(other.length, 0);
}

/* The guest's next instruction, which the VMCB names, did not begin. */
static void an_svm_exit_for_an_interrupt_is_at_no_instruction(void **state)
{
	(void)state;
	for (int i = 0; i < WARM_UP + 3; i++)
		say(SVM_EXIT("60"));
	say(RUN);
	only_path(0, 3);
}

static void a_path_that_the_debugger_broke_off_is_none(void **state)
{
	(void)state;
	for (int i = 0; i < WARM_UP + 3; i++)
		say(VMX_EXIT);
	say("(0) Magic breakpoint\nNext at t=623026941\n");
	say(LOAD RESUME CPUID EXITED);
	read_back();
	assert_int_equal(file.totals.exits, WARM_UP + 2);
	assert_non_null(strstr(other.data, "Magic breakpoint"));
}

static void what_is_no_trace_is_kept_the_newest_last(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		say("(0) something else entirely\n");
	say("exception(): 3rd (13) exception with no resolution\n");
	assert_true(other.length <= other.max_bytes);
	assert_non_null(strstr(other.data, "3rd (13) exception with no resolution"));
}

static void lines_that_make_no_sense_change_nothing(void **state)
{
	static const char *const lines[] = {
		"(0).[",
		"(0).[1] [0x1] 0010:",
		"(0).[1] [0x1] 0010:ffffffffffffffffffffffff (x): vmresume",
		"(0).[1] [0x1] 0010:zz (unk. ctxt): vmresume",
		"[CPU0 WR]: LIN 0x",
		"[CPU0 WR]: LIN 0xffffffffffffffff PHY 0x0 (len=8, WB): 0x0",
		"[CPU0 WR]: LIN 0xffff888000000000 PHY 0x0 (len=0, WB): 0x0",
		"[CPU0 WR]: LIN 0xffff888000000000 PHY 0x0 (len=99999999999, WB): 0x0",
		"[CPU1 WR]: LIN 0xffff888000000000 PHY 0x0 (len=8, WB): 0x0",
		"[CPU0 WR]: PHY 0x00000065a578 (len=8, INVALID): 0x00000000",
	};

	(void)state;
	for (int i = 0; i < WARM_UP + 5; i++) {
		say(RESUME VMCS_READ CPUID EXITED PUSHED LOAD);
		for (size_t k = 0; k < sizeof(lines) / sizeof(lines[0]); k++) {
			say(lines[k]);
			say("\n");
		}
		say(EXCHANGE);
	}
	say(RESUME);
	expect_vmx_path(5);
}

static void a_line_without_an_end_is_bounded(void **state)
{
	char chunk[4096];

	(void)state;
	memset(chunk, 'x', sizeof(chunk));
	say(VMX_EXIT);
	for (int i = 0; i < 1000; i++)
		bochs_trace_add(trace, chunk, sizeof(chunk), &other);
	say("\n");
	for (int i = 0; i < WARM_UP + 4; i++)
		say(VMX_EXIT);
	say(RESUME);
	expect_vmx_path(5);
}

static void a_path_without_an_end_is_bounded(void **state)
{
	(void)state;
	for (int i = 0; i < WARM_UP; i++)
		say(VMX_EXIT);
	say(VMX_EXIT);
	for (unsigned i = 0; i < EXIT_PATH_INSTRUCTIONS_MAX; i++)
		say(EXITED);
	say(RESUME);
	read_back();
	assert_int_equal(file.keys[0].totals.too_long, 1);
	assert_int_equal(file.keys[0].totals.paths, 0);
}

static void a_trace_that_never_came_is_an_empty_file(void **state)
{
	(void)state;
	say("Next at t=0\n");
	read_back();
	assert_int_equal(file.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_vmx_path_runs_from_exit_to_entry),
		TEST(it_does_not_matter_where_lines_are_cut),
		TEST(an_svm_exit_is_read_off_the_vmcb),
		TEST(an_svm_exit_for_an_interrupt_is_at_no_instruction),
		TEST(a_path_that_the_debugger_broke_off_is_none),
		TEST(what_is_no_trace_is_kept_the_newest_last),
		TEST(lines_that_make_no_sense_change_nothing),
		TEST(a_line_without_an_end_is_bounded),
		TEST(a_path_without_an_end_is_bounded),
		TEST(a_trace_that_never_came_is_an_empty_file),
	};

	return cmocka_run_group_tests(tests, start_all, finish_all);
}

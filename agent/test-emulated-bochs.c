// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver against emulators that are shell scripts: what each prints, and what the driver makes
 * of it. A real boot is in tests/exact-vmx.test; what all emulated hosts share, in
 * test-emulated-svm.c.
 */
#include "lib/test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent/bochs-machine.h"
#include "agent/host-driver.h"
#include "agent/path-file.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

/* Called with -q -f CONFIGURATION -rc COMMANDS; the configuration names the serial lines. */
#define HEAD                                                                                       \
	"#!/bin/bash\n"                                                                            \
	"c=$(sed -n 's#^com1:.*/fd/##p' \"$3\"); l=$(sed -n 's#^com2:.*/fd/##p' \"$3\")\n"
#define BOOT "echo '{\"t\":\"boot\",\"kernel\":\"6.1\"}' >&$l\n"
#define BEGIN                                                                                      \
	"echo '{\"t\":\"begin\",\"workload\":\"ipi-storm\",\"pass\":\"timing\",\"rep\":2}' >&$l\n"
#define END "echo '{\"t\":\"end\",\"ok\":true}' >&$l\n"
/* How Bochs ends when the kernel in it resets. */
#define RESET "echo '[CPU0  ] exception(): 3rd (13) exception with no resolution' >&2; exit 1\n"
#define TRACE                                                                                      \
	"for i in $(seq 30); do\n"                                                                 \
	"echo '(0).[1] [0x0000004d31ce] 0010:ffffffffa01411ce (unk. ctxt): vmresume ; 0f01c3'\n"   \
	"echo '(0).[2] [0x000000410004] 0008:0000000000010004 (unk. ctxt): cpuid ; 0fa2'\n"        \
	"echo '(0).[3] [0x0000004d31d9] 0010:ffffffffa01411d9 (unk. ctxt): push rax ; 50'\n"       \
	"done\n"

static char folder[] = "/tmp/runway-bochs-XXXXXX";
static char *emulator, *artifacts, *scratch, *file;
static struct load_outcome outcome;

static void put(const char *path, const char *text, mode_t mode)
{
	assert_int_equal(file_write(path, text, strlen(text), mode, NULL), 0);
}

static int start_all(void **state)
{
	static const char *const files[] = { "bzImage",	   "irqbypass.ko", "kvm.ko",
					     "kvm-amd.ko", "kvm-intel.ko", "kvm-intel-posted.ko",
					     "runway-kick.ko" };

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	emulator = xasprintf("%s/emulator", folder);
	artifacts = xasprintf("%s/artifacts", folder);
	scratch = xasprintf("%s/scratch", folder);
	file = xasprintf("%s/file", folder);
	put(file, "x", 0600);
	file_make_folder(artifacts, 0700, NULL);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP(free_ptr) char *path = xasprintf("%s/%s", artifacts, files[i]);

		put(path, "x", 0600);
	}
	return setenv("RUNWAY_BOCHS", emulator, 1);
}

static int finish_all(void **state)
{
	(void)state;
	free(emulator);
	free(artifacts);
	free(scratch);
	free(file);
	return file_remove_tree(folder, NULL);
}

static int start(void **state)
{
	(void)state;
	outcome = (struct load_outcome){ .lines = BUF_INIT(LINES_MAX_BYTES),
					 .console = BUF_INIT(CONSOLE_MAX_BYTES) };
	file_remove_tree(scratch, NULL);
	return file_make_folder(scratch, 0700, NULL);
}

static int finish(void **state)
{
	(void)state;
	load_outcome_release(&outcome);
	return 0;
}

static int run_on(const struct host_driver *driver, const char *lane, const char *script,
		  uint64_t limit_ms, uint64_t silence_ms, struct err *err)
{
	struct load_spec spec = { .lane = lane,
				  .isa = driver->isa,
				  .artifacts = artifacts,
				  .scratch = scratch,
				  .bench = file,
				  .bench_arguments = "--lane smp",
				  .host_init = file,
				  .limit_ms = limit_ms,
				  .silence_ms = silence_ms };
	struct err why = ERR_INIT;
	struct host *host = NULL;
	int rc;

	if (access("/bin/busybox", R_OK) < 0 || bochs_machine_probe(&why) < 0) {
		print_message("%s\n", why.text[0] ? why.text : "busybox-static is not installed");
		skip();
	}
	put(emulator, script, 0755);
	rc = driver->bring_up(&spec, &host, err);
	if (!rc)
		rc = driver->run_bench(host, &outcome, err);
	if (!rc)
		driver->read_console(host, &outcome.console);
	driver->tear_down(host);
	return rc;
}

static int run(const char *script, uint64_t limit_ms, uint64_t silence_ms, struct err *err)
{
	return run_on(&bochs_vmx_driver, "smp", script, limit_ms, silence_ms, err);
}

static void expect(enum load_status status, const char *words)
{
	if (outcome.status != status)
		fail_msg("it was %s: %s", load_status_name(outcome.status), outcome.sentence);
	if (!strstr(outcome.sentence, words))
		fail_msg("the sentence is: %s", outcome.sentence);
}

static void an_end_mark_is_a_good_load_however_the_emulator_ends(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT BEGIN "echo hello >&$c\n" END RESET, 20000, 20000, NULL), 0);
	expect(LOAD_OK, "");
	assert_string_equal(outcome.console.data, "hello\n");
	assert_null(outcome.paths);
}

static void a_reset_without_an_end_mark_is_a_panic(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT BEGIN RESET, 20000, 20000, NULL), 0);
	expect(LOAD_PANIC, "triple fault");
	expect(LOAD_PANIC, "ipi-storm (timing, repetition 2)");
}

static void a_panic_is_told_with_its_line(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT "echo '[ 1.0] Kernel panic - not syncing: no' >&$c\n" RESET,
			     20000, 20000, NULL),
			 0);
	expect(LOAD_PANIC, "Kernel panic - not syncing: no");
}

static void an_emulator_that_fails_is_the_machines_fault(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(run(HEAD "echo 'ROM: could not open' >&2; exit 1\n", 20000, 20000, &err),
			 -EIO);
	assert_non_null(strstr(err.text, "ROM: could not open"));
}

static void silence_is_a_hang_that_says_where(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT BEGIN "sleep 60\n", 30000, 3000, NULL), 0);
	expect(LOAD_HANG, "printed nothing for 3 s; it was at ipi-storm (timing, repetition 2)");
}

static void a_flood_of_lines_is_ended_and_bounded(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT BEGIN "yes '{\"t\":\"x\"}' >&$l\n", 60000, 20000, NULL), 0);
	expect(LOAD_GUEST_FAILED, "more than the 8 MiB");
	assert_int_equal(outcome.lines.length, LINES_MAX_BYTES);
}

static void a_module_that_does_not_load_is_told(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT "echo '{\"t\":\"insmod\",\"module\":\"kvm-intel\",\"ok\":"
				       "false,\"error\":\"Operation not supported\"}' "
				       ">&$l\n" RESET,
			     20000, 20000, NULL),
			 0);
	expect(LOAD_LOAD_FAILED, "kvm-intel did not load: Operation not supported");
}

static void the_exact_lane_writes_the_paths_it_was_told(void **state)
{
	CLEANUP(path_file_release) struct path_file paths = { 0 };

	(void)state;
	assert_int_equal(
		run_on(&bochs_vmx_driver, "exact", HEAD BOOT TRACE END RESET, 20000, 20000, NULL),
		0);
	expect(LOAD_OK, "");
	assert_non_null(outcome.paths);
	assert_int_equal(path_file_read(outcome.paths, &paths, NULL), 0);
	assert_int_equal(paths.count, 1);
	assert_true(paths.keys[0].totals.guest_pc == 0x10004);
	assert_int_equal(paths.keys[0].totals.exits, 29);
	assert_int_equal(paths.keys[0].paths[0].totals.count, 13);
}

static void a_trace_that_does_not_end_is_a_hang(void **state)
{
	uint64_t began = clock_ms();

	(void)state;
	assert_int_equal(run_on(&bochs_vmx_driver, "exact",
				HEAD BOOT "while :; do\n" TRACE "done\n", 4000, 20000, NULL),
			 0);
	expect(LOAD_HANG, "did not finish within 4 s");
	assert_null(outcome.paths);
	assert_true(clock_ms() - began < 20000);
}

static void expect_machine(const struct host_driver *driver, const char *lane, const char *words)
{
	buf_clear(&outcome.console);
	buf_clear(&outcome.lines);
	assert_int_equal(
		run_on(driver, lane, HEAD "cat \"$3\" \"$5\" >&$c\n" END RESET, 20000, 20000, NULL),
		0);
	if (!strstr(outcome.console.data, words))
		fail_msg("%s, %s: no \"%s\" in %s", driver->name, lane, words,
			 outcome.console.data);
}

static void lanes_and_instruction_sets_differ_in_the_machine(void **state)
{
	(void)state;
	expect_machine(&bochs_vmx_driver, "exact", "model=corei7_haswell_4770, count=1,");
	assert_non_null(strstr(outcome.console.data, "magic_break: enabled=1"));
	assert_non_null(strstr(outcome.console.data, "trace-mem on"));
	expect_machine(&bochs_vmx_driver, "smp", "model=corei7_haswell_4770, count=2, quantum=16,");
	assert_null(strstr(outcome.console.data, "trace-mem on"));
	assert_null(strstr(outcome.console.data, "step all"));
	/* "c" would go by five instructions, whatever the quantum is. */
	expect_machine(&bochs_vmx_driver, "race", "count=2, quantum=1,");
	assert_non_null(strstr(outcome.console.data, "magic_break: enabled=1"));
	assert_non_null(strstr(outcome.console.data, "c\nstep all 4294967295\nstep all 4294967295\n"));
	expect_machine(&bochs_svm_driver, "race", "model=zambezi, count=2, quantum=1,");
}

static void equal_artifacts_give_an_equal_disc(void **state)
{
	CLEANUP(free_ptr) char *disc = xasprintf("%s/disc.iso", scratch);
	CLEANUP(buf_release) struct buf first = BUF_INIT(16 << 20), second = BUF_INIT(16 << 20);

	(void)state;
	assert_int_equal(run(HEAD END RESET, 20000, 20000, NULL), 0);
	assert_int_equal(file_read(disc, &first, NULL), 0);
	/* A disc of another second. */
	sleep(2);
	start(NULL);
	assert_int_equal(run(HEAD END RESET, 20000, 20000, NULL), 0);
	assert_int_equal(file_read(disc, &second, NULL), 0);
	assert_int_equal(first.length, second.length);
	assert_memory_equal(first.data, second.data, first.length);
}

/* The loader that comes with Bochs 3.0 is a script too, which starts what it is given. */
static void a_bochs_of_our_own_is_started_with_its_own_loader(void **state)
{
	static const char loader[] =
		"#!/bin/bash\n[ \"$1\" = --library-path ] && [ -d \"$2\" ] || exit 9\nshift 2\n"
		"p=$1; shift; [ \"$1\" != -debugger ] || shift\nexec \"$p\" \"$@\"\n";
	static const char script[] = HEAD "echo \"plugins in $LTDL_LIBRARY_PATH\" >&$c\n"
					  "cat \"$3\" \"$5\" >&$c\n" END RESET;
	CLEANUP(free_ptr) char *own = xasprintf("%s/bochs3", folder);
	CLEANUP(free_ptr) char *library = xasprintf("%s/lib", own);
	CLEANUP(free_ptr) char *ready = xasprintf("%s/ready", own);
	CLEANUP(free_ptr) char *linker = xasprintf("%s/lib/ld-linux-x86-64.so.2", own);
	CLEANUP(free_ptr) char *program = xasprintf("%s/bochs-bin", own);

	(void)state;
	assert_int_equal(file_make_folder(library, 0755, NULL), 0);
	put(linker, loader, 0755);
	put(program, script, 0755);
	setenv("RUNWAY_BOCHS3", own, 1);
	assert_int_equal(bochs3_vmx_driver.probe(NULL), -ENOENT);
	put(ready, "", 0644);
	assert_int_equal(run_on(&bochs3_vmx_driver, "posted", script, 20000, 20000, NULL), 0);
	unsetenv("RUNWAY_BOCHS3");
	expect(LOAD_OK, "");
	assert_non_null(strstr(outcome.console.data, "bochs3/plugins"));
	assert_non_null(strstr(outcome.console.data, "model=corei7_skylake_x, count=2, quantum=1,"));
	assert_non_null(strstr(outcome.console.data, "bochs3/BIOS-bochs-latest"));
	assert_non_null(strstr(outcome.console.data, "c\nstep all 4294967295\nstep all 4294967295\n"));
}

static void without_bochs_3_it_is_said_how_to_get_it(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	unsetenv("RUNWAY_BOCHS3");
	assert_int_equal(bochs3_vmx_driver.probe(&err), -ENOENT);
	assert_non_null(strstr(err.text, "deploy/fetch-bochs3"));
	assert_ptr_equal(host_driver_find("posted", "vmx"), &bochs3_vmx_driver);
	assert_null(host_driver_find("posted", "svm"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_end_mark_is_a_good_load_however_the_emulator_ends),
		TEST(a_reset_without_an_end_mark_is_a_panic),
		TEST(a_panic_is_told_with_its_line),
		TEST(an_emulator_that_fails_is_the_machines_fault),
		TEST(silence_is_a_hang_that_says_where),
		TEST(a_flood_of_lines_is_ended_and_bounded),
		TEST(a_module_that_does_not_load_is_told),
		TEST(the_exact_lane_writes_the_paths_it_was_told),
		TEST(a_trace_that_does_not_end_is_a_hang),
		TEST(lanes_and_instruction_sets_differ_in_the_machine),
		TEST(equal_artifacts_give_an_equal_disc),
		TEST(a_bochs_of_our_own_is_started_with_its_own_loader),
		TEST(without_bochs_3_it_is_said_how_to_get_it),
	};

	return cmocka_run_group_tests(tests, start_all, finish_all);
}

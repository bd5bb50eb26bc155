// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <string.h>

#include "agent/console.h"
#include "agent/host-driver.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static struct console console;
static char sentence[512];

static int start(void **state)
{
	(void)state;
	console_init(&console);
	sentence[0] = '\0';
	return 0;
}

static int finish(void **state)
{
	(void)state;
	console_release(&console);
	return 0;
}

static void print(const char *text)
{
	console_add(&console, text, strlen(text));
}

static void a_quiet_console_is_no_failure(void **state)
{
	(void)state;
	print("[    0.625702] ACPI: Failed to create genetlink family for ACPI event\r\n"
	      "[    1.195086] runway_kick: loading out-of-tree module taints kernel.\r\n"
	      "[    2.460413] reboot: Power down\r\n");
	assert_false(console_died(&console, sentence, sizeof(sentence)));
	assert_false(console_warned(&console, sentence, sizeof(sentence)));
}

static void an_oops_names_its_line_and_its_function(void **state)
{
	(void)state;
	print("[    1.100000] BUG: kernel NULL pointer dereference, address: 0000000000000030\r\n"
	      "[    1.100001] #PF: supervisor write access in kernel mode\r\n"
	      "[    1.100002] Oops: 0002 [#1] SMP\r\n"
	      "[    1.100003] RIP: 0010:svm_vcpu_run+0x1b/0x440 [kvm_amd]\r\n"
	      "[    1.100004] RIP: 0033:0x401234\r\n"
	      "[    1.100005] Kernel panic - not syncing: Fatal exception\r\n");
	assert_true(console_died(&console, sentence, sizeof(sentence)));
	assert_string_equal(sentence,
			    "The host kernel died in svm_vcpu_run of kvm_amd: BUG: kernel NULL "
			    "pointer dereference, address: 0000000000000030; then Kernel panic - "
			    "not syncing: Fatal exception");
}

static void a_panic_without_an_oops_is_told(void **state)
{
	(void)state;
	print("[    0.5] Kernel panic - not syncing: No working init found.\r\n");
	assert_true(console_died(&console, sentence, sizeof(sentence)));
	assert_string_equal(sentence, "The host kernel died: Kernel panic - not syncing: No "
				      "working init found.");
}

static void a_line_cut_by_the_end_still_counts(void **state)
{
	(void)state;
	print("[    0.5] Kernel panic - not sync");
	assert_false(console_died(&console, sentence, sizeof(sentence)));
	print("ing: VFS");
	assert_true(console_died(&console, sentence, sizeof(sentence)));
}

static void kernel_bugs_of_every_sort_are_recognised(void **state)
{
	static const char *const lines[] = {
		"[ 1.0] kernel BUG at arch/x86/kvm/x86.c:10812!\n",
		"[ 1.0] BUG: unable to handle page fault for address: ffffc90000a00000\n",
		"[ 1.0] general protection fault, probably for non-canonical address "
		"0xdead000000000122: 0000 [#1] SMP\n",
		"[ 1.0] invalid opcode: 0000 [#1] SMP\n",
		"[ 1.0] divide error: 0000 [#1] SMP\n",
		"[ 1.0] traps: PANIC: double fault, error_code: 0x0\n",
		"<0>[ 1.0][   T12] Oops: 0010 [#1] SMP\n",
		"[ 1.0] BUG: scheduling while atomic: vmm/55/0x00000002\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		console_release(&console);
		console_init(&console);
		print(lines[i]);
		if (!console_died(&console, sentence, sizeof(sentence)))
			fail_msg("not recognised: %s", lines[i]);
	}
}

static void a_warning_is_told_but_kills_nobody(void **state)
{
	(void)state;
	print("[ 1.0] WARNING: CPU: 0 PID: 55 at arch/x86/kvm/x86.c:10850 vcpu_enter_guest\n");
	assert_false(console_died(&console, sentence, sizeof(sentence)));
	assert_true(console_warned(&console, sentence, sizeof(sentence)));
	assert_string_equal(sentence, "The host kernel warned: WARNING: CPU: 0 PID: 55 at "
				      "arch/x86/kvm/x86.c:10850 vcpu_enter_guest");
}

static void a_soft_lockup_is_a_stall_and_no_oops(void **state)
{
	(void)state;
	print("[ 26.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [vmm:55]\n");
	assert_false(console_died(&console, sentence, sizeof(sentence)));
	assert_true(console_warned(&console, sentence, sizeof(sentence)));
	assert_non_null(strstr(sentence, "soft lockup"));
}

static void words_inside_a_line_do_not_count(void **state)
{
	(void)state;
	print("[ 1.0] init: it said: BUG: or so, and Oops: too\n");
	assert_false(console_died(&console, sentence, sizeof(sentence)));
}

/* A flood: what is kept stays bounded, begins and ends right, and nothing in it goes unseen. */
static void a_flood_keeps_its_ends_and_hides_nothing(void **state)
{
	CLEANUP(buf_release) struct buf kept = BUF_INIT(CONSOLE_MAX_BYTES);
	char line[128];

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		snprintf(line, sizeof(line), "[    1.0] line %u of a very long story\n", i);
		print(line);
		if (i == 100000)
			print("[    1.0] Oops: 0002 [#1] SMP\n");
	}
	console_take(&console, &kept);
	assert_true(kept.length <= CONSOLE_MAX_BYTES);
	assert_int_equal(strncmp(kept.data, "[    1.0] line 0 of", 19), 0);
	assert_non_null(strstr(kept.data, "bytes left out"));
	assert_string_equal(kept.data + kept.length - strlen(line), line);
	assert_null(strstr(kept.data, "Oops"));
	assert_true(console_died(&console, sentence, sizeof(sentence)));
	assert_non_null(strstr(sentence, "Oops: 0002"));
}

static void a_console_just_past_its_head_loses_nothing(void **state)
{
	CLEANUP(buf_release) struct buf kept = BUF_INIT(CONSOLE_MAX_BYTES);
	size_t bytes = CONSOLE_MAX_BYTES / 2 + 1000;
	CLEANUP(free_ptr) char *text = xcalloc(bytes, 1);

	(void)state;
	for (size_t i = 0; i < bytes; i++)
		text[i] = (char)('a' + i % 26);
	console_add(&console, text, bytes);
	console_take(&console, &kept);
	assert_int_equal(kept.length, bytes);
	assert_memory_equal(kept.data, text, bytes);
}

static void control_characters_do_not_reach_the_sentence(void **state)
{
	(void)state;
	print("[ 1.0] Kernel panic - not syncing: \033[2Jx\001y\n");
	assert_true(console_died(&console, sentence, sizeof(sentence)));
	assert_string_equal(sentence, "The host kernel died: Kernel panic - not syncing:  [2Jx y");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_quiet_console_is_no_failure),
		TEST(an_oops_names_its_line_and_its_function),
		TEST(a_panic_without_an_oops_is_told),
		TEST(a_line_cut_by_the_end_still_counts),
		TEST(kernel_bugs_of_every_sort_are_recognised),
		TEST(a_warning_is_told_but_kills_nobody),
		TEST(a_soft_lockup_is_a_stall_and_no_oops),
		TEST(words_inside_a_line_do_not_count),
		TEST(a_flood_keeps_its_ends_and_hides_nothing),
		TEST(a_console_just_past_its_head_loses_nothing),
		TEST(control_characters_do_not_reach_the_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

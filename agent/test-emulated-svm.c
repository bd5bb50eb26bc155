// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver against emulators that are shell scripts: what each does to its serial lines, and what
 * the driver makes of it. A real boot is in the end-to-end tests.
 */
#include "lib/test.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/host-driver.h"
#include "agent/sandbox.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

/* Finds the descriptors it was given for the console ($c) and the lines ($l). */
#define HEAD                                                                                       \
	"#!/bin/bash\n"                                                                            \
	"for a; do case $a in fd=*,set=1) c=${a#fd=}; c=${c%,*};; "                                \
	"fd=*,set=2) l=${a#fd=}; l=${l%,*};; esac; done\n"
#define BOOT "echo '{\"t\":\"boot\",\"kernel\":\"6.1\"}' >&$l\n"
#define BEGIN                                                                                      \
	"echo '{\"t\":\"begin\",\"workload\":\"ipi-storm\",\"pass\":\"timing\",\"rep\":2}' >&$l\n"
#define END "echo '{\"t\":\"end\",\"ok\":true}' >&$l\n"

static char folder[] = "/tmp/runway-emulated-XXXXXX";
static char *emulator, *artifacts, *scratch, *file;
static struct load_outcome outcome;
static bool cancel;

static void put(const char *path, const char *text, mode_t mode)
{
	assert_int_equal(file_write(path, text, strlen(text), mode, NULL), 0);
}

static int start_all(void **state)
{
	static const char *const modules[] = { "bzImage", "irqbypass.ko", "kvm.ko", "kvm-amd.ko",
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
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		CLEANUP(free_ptr) char *path = xasprintf("%s/%s", artifacts, modules[i]);

		put(path, "x", 0600);
	}
	return setenv("RUNWAY_QEMU", emulator, 1);
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
	cancel = false;
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

static bool is_cancelled(void *data)
{
	(void)data;
	return cancel;
}

static int run_on(const char *lane, const char *script, uint64_t limit_ms, uint64_t silence_ms,
		  struct err *err)
{
	const struct host_driver *driver = &emulated_svm_driver;
	struct load_spec spec = { .lane = lane,
				  .isa = "svm",
				  .artifacts = artifacts,
				  .scratch = scratch,
				  .bench = file,
				  .bench_arguments = "--lane smp",
				  .host_init = file,
				  .plugin = file,
				  .limit_ms = limit_ms,
				  .silence_ms = silence_ms,
				  .cancelled = is_cancelled };
	struct host *host = NULL;
	int rc;

	if (access("/bin/busybox", R_OK) < 0) {
		print_message("busybox-static is not installed\n");
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
	return run_on("smp", script, limit_ms, silence_ms, err);
}

static void expect(enum load_status status, const char *words)
{
	if (outcome.status != status)
		fail_msg("it was %s: %s", load_status_name(outcome.status), outcome.sentence);
	if (!strstr(outcome.sentence, words))
		fail_msg("the sentence is: %s", outcome.sentence);
}

static void an_end_mark_is_a_good_load(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT BEGIN "echo hello >&$c\n" END, 20000, 20000, NULL), 0);
	expect(LOAD_OK, "");
	assert_string_equal(outcome.sentence, "");
	assert_non_null(strstr(outcome.lines.data, "\"end\""));
	assert_string_equal(outcome.console.data, "hello\n");
	assert_null(outcome.paths);
}

static void the_exact_lane_hands_on_the_plugins_file(void **state)
{
	CLEANUP(free_ptr) char *expected = xasprintf("%s/exit-paths", scratch);

	(void)state;
	assert_int_equal(run_on("exact", HEAD BOOT END, 20000, 20000, NULL), 0);
	assert_string_equal(outcome.paths, expected);
}

static void lanes_differ_in_what_the_emulator_is_told(void **state)
{
	(void)state;
	assert_int_equal(run_on("exact", HEAD "echo \"$*\" >&$c\n" END, 20000, 20000, NULL), 0);
	assert_non_null(strstr(outcome.console.data, "-smp 1 -accel tcg,thread=single "));
	assert_non_null(strstr(outcome.console.data, " -icount "));
	assert_non_null(strstr(outcome.console.data, "-plugin "));
	assert_non_null(strstr(outcome.console.data, "-sandbox on,"));
	buf_clear(&outcome.console);
	assert_int_equal(run(HEAD "echo \"$*\" >&$c\n" END, 20000, 20000, NULL), 0);
	assert_non_null(strstr(outcome.console.data,
			       "-smp 2,sockets=2,cores=1,threads=1 -accel tcg,thread=multi"));
	assert_null(strstr(outcome.console.data, "-plugin "));
}

static void silence_is_a_hang_that_says_where(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT BEGIN "sleep 60\n", 30000, 3000, NULL), 0);
	expect(LOAD_HANG, "printed nothing for 3 s; it was at ipi-storm (timing, repetition 2)");
	assert_true(outcome.silent);
}

static void the_limit_ends_one_that_keeps_talking(void **state)
{
	uint64_t began = clock_ms();

	(void)state;
	assert_int_equal(run(HEAD BOOT "while sleep 0.1; do echo still here >&$c; done\n", 4000,
			     20000, NULL),
			 0);
	expect(LOAD_HANG, "did not finish within 4 s; it was at loading the modules");
	assert_false(outcome.silent);
	assert_true(clock_ms() - began < 20000);
}

static void a_flood_of_lines_is_ended_and_bounded(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT BEGIN "yes '{\"t\":\"x\"}' >&$l\n", 60000, 20000, NULL), 0);
	expect(LOAD_GUEST_FAILED, "more than the 8 MiB");
	assert_int_equal(outcome.lines.length, LINES_MAX_BYTES);
}

static void a_flood_of_console_is_bounded_and_runs_into_the_limit(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT "yes 'nothing to see' >&$c\n", 4000, 20000, NULL), 0);
	expect(LOAD_HANG, "within 4 s");
	assert_true(outcome.console.length <= CONSOLE_MAX_BYTES);
	assert_true(outcome.console.length > CONSOLE_MAX_BYTES / 2);
}

static void a_panic_is_told_with_its_line(void **state)
{
	(void)state;
	assert_int_equal(
		run(HEAD BOOT BEGIN
		    "echo '[ 1.0] BUG: kernel NULL pointer dereference, address: 30' >&$c\n"
		    "echo '[ 1.0] RIP: 0010:svm_vcpu_run+0x1/0x2 [kvm_amd]' >&$c\n",
		    20000, 20000, NULL),
		0);
	expect(LOAD_PANIC, "died in svm_vcpu_run of kvm_amd: BUG: kernel NULL pointer");
}

static void an_oops_is_a_panic_even_when_the_run_goes_on(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT "echo 'Oops: 0002 [#1] SMP' >&$c\n" END, 20000, 20000, NULL),
			 0);
	expect(LOAD_PANIC, "Oops: 0002");
}

static void a_warning_is_mentioned_on_a_good_load(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT "echo 'WARNING: CPU: 0 PID: 1 at x.c:1' >&$c\n" END, 20000,
			     20000, NULL),
			 0);
	expect(LOAD_OK, "WARNING: CPU: 0");
}

static void a_module_that_does_not_load_is_told(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT "echo '{\"t\":\"insmod\",\"module\":\"kvm-amd\",\"ok\":"
				       "false,\"error\":\"Unknown symbol x\"}' >&$l\n",
			     20000, 20000, NULL),
			 0);
	expect(LOAD_LOAD_FAILED, "kvm-amd did not load: Unknown symbol x");
}

static void a_guest_that_fails_is_told(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT BEGIN "echo '{\"t\":\"fail\",\"workload\":\"ipi-storm\","
					     "\"what\":\"triple-fault\",\"detail\":\"rip 10\"}' "
					     ">&$l\necho '{\"t\":\"end\",\"ok\":false}' >&$l\n",
			     20000, 20000, NULL),
			 0);
	expect(LOAD_GUEST_FAILED, "ipi-storm: the guest failed (triple-fault): rip 10");
}

static void going_off_without_a_word_is_a_triple_fault(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD BOOT BEGIN, 20000, 20000, NULL), 0);
	expect(LOAD_PANIC, "triple fault");
}

static void an_emulator_that_fails_is_the_machines_fault(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(run(HEAD "echo 'no such machine' >&2; exit 1\n", 20000, 20000, &err),
			 -EIO);
	assert_non_null(strstr(err.text, "exited with 1"));
	assert_non_null(strstr(err.text, "no such machine"));
}

static void one_that_does_not_go_off_is_ended(void **state)
{
	uint64_t began = clock_ms();

	(void)state;
	assert_int_equal(run(HEAD BOOT END "sleep 60\n", 30000, 30000, NULL), 0);
	expect(LOAD_OK, "");
	assert_true(clock_ms() - began < 25000);
}

static void cancelling_ends_it(void **state)
{
	(void)state;
	cancel = true;
	assert_int_equal(run(HEAD BOOT "sleep 60\n", 30000, 30000, NULL), -ECANCELED);
}

/* A process that left the emulator's group and keeps writing a file, until it is taken away too. */
static void nothing_is_left_running(void **state)
{
	CLEANUP(free_ptr) char *alive = xasprintf("%s/alive", scratch);
	struct stat before, after;

	(void)state;
	if (sandbox_probe(NULL) < 0) {
		print_message("bubblewrap does not work here\n");
		skip();
	}
	assert_int_equal(run(HEAD BOOT "d=$(dirname \"$0\")\n"
				       "for f in /scratch \"$d/scratch\"; do [ -d $f ] && s=$f; "
				       "done\n"
				       "(setsid bash -c \"while sleep 0.1; do date +%N > "
				       "$s/alive; done\" &)\nsleep 60\n",
			     4000, 30000, NULL),
			 0);
	expect(LOAD_HANG, "within 4 s");
	assert_int_equal(stat(alive, &before), 0);
	usleep(500000);
	assert_int_equal(stat(alive, &after), 0);
	assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void a_missing_module_is_named(void **state)
{
	CLEANUP(free_ptr) char *module = xasprintf("%s/kvm.ko", artifacts);
	struct err err = ERR_INIT;
	int rc;

	(void)state;
	assert_int_equal(unlink(module), 0);
	rc = run(HEAD, 20000, 20000, &err);
	put(module, "x", 0600);
	assert_int_equal(rc, -ENOENT);
	assert_non_null(strstr(err.text, "kvm.ko"));
}

static void drivers_are_found_by_lane_and_isa(void **state)
{
	(void)state;
	assert_ptr_equal(host_driver_find("exact", "svm"), &emulated_svm_driver);
	assert_ptr_equal(host_driver_find("smp", "svm"), &emulated_svm_driver);
	assert_null(host_driver_find("metal", "svm"));
	assert_ptr_equal(host_driver_find("race", "svm"), &bochs_svm_driver);
	assert_ptr_equal(host_driver_find("exact", "vmx"), &bochs_vmx_driver);
	assert_ptr_equal(host_driver_find("race", "vmx"), &bochs_vmx_driver);
	assert_ptr_equal(host_driver_find("smp", "vmx"), &bochs_vmx_driver);
	assert_null(host_driver_find("metal", "vmx"));
	assert_ptr_equal(host_driver_named("bochs-svm"), &bochs_svm_driver);
	assert_null(host_driver_named("bochs"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_end_mark_is_a_good_load),
		TEST(the_exact_lane_hands_on_the_plugins_file),
		TEST(lanes_differ_in_what_the_emulator_is_told),
		TEST(silence_is_a_hang_that_says_where),
		TEST(the_limit_ends_one_that_keeps_talking),
		TEST(a_flood_of_lines_is_ended_and_bounded),
		TEST(a_flood_of_console_is_bounded_and_runs_into_the_limit),
		TEST(a_panic_is_told_with_its_line),
		TEST(an_oops_is_a_panic_even_when_the_run_goes_on),
		TEST(a_warning_is_mentioned_on_a_good_load),
		TEST(a_module_that_does_not_load_is_told),
		TEST(a_guest_that_fails_is_told),
		TEST(going_off_without_a_word_is_a_triple_fault),
		TEST(an_emulator_that_fails_is_the_machines_fault),
		TEST(one_that_does_not_go_off_is_ended),
		TEST(cancelling_ends_it),
		TEST(nothing_is_left_running),
		TEST(a_missing_module_is_named),
		TEST(drivers_are_found_by_lane_and_isa),
	};

	return cmocka_run_group_tests(tests, start_all, finish_all);
}

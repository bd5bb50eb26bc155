// SPDX-License-Identifier: GPL-2.0-or-later
/* What a hostile Makefile would try, from inside the real sandbox. */
#include "lib/test.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "agent/sandbox.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static char folder[] = "/tmp/runway-sandbox-XXXXXX";
static bool usable;

static void keep(void *data, const char *bytes, size_t count)
{
	buf_append_some(data, bytes, count);
}

static int start(void **state)
{
	(void)state;
	usable = !sandbox_probe(NULL);
	return mkdtemp(folder) ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

/* Runs a script in a sandbox whose /out is our folder; its output is kept in output. */
static int run(const char *script, struct sandbox_spec spec, struct buf *output,
	       struct proc_result *ret_result)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	const struct sandbox_bind binds[] = { { folder, "/out", true }, { NULL, NULL, false } };

	if (!usable)
		skip();
	spec.argv = argv;
	spec.binds = binds;
	spec.output = keep;
	spec.data = output;
	if (!spec.time_limit_ms)
		spec.time_limit_ms = 20000;
	return sandbox_run(&spec, ret_result, NULL);
}

static void it_writes_to_the_folder_it_was_given(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(4096);
	CLEANUP(free_ptr) char *file = xasprintf("%s/made", folder);
	struct proc_result result;

	(void)state;
	assert_int_equal(run("echo x > /out/made", (struct sandbox_spec){ 0 }, &output, &result),
			 0);
	assert_int_equal(result.status, 0);
	assert_int_equal(access(file, F_OK), 0);
}

static void it_cannot_write_elsewhere_or_read_our_files(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(4096);
	CLEANUP(free_ptr) char *secret = xasprintf("%s-token", folder);
	CLEANUP(free_ptr)
	char *script =
		xasprintf("cat %s; touch /usr/x /x/y /etc/x; ls /home /root /var /srv", secret);
	struct proc_result result;

	(void)state;
	file_write(secret, "SECRET", 6, 0644, NULL);
	assert_int_equal(run(script, (struct sandbox_spec){ 0 }, &output, &result), 0);
	unlink(secret);
	assert_null(strstr(output.data, "SECRET"));
	assert_non_null(strstr(output.data, "/usr/x"));
	assert_int_not_equal(result.status, 0);
	assert_int_equal(access("/usr/x", F_OK), -1);
}

static void it_has_no_network_and_no_capabilities(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(4096);
	struct proc_result result;

	(void)state;
	assert_int_equal(
		run("cat /proc/net/dev | grep -v -e Inter -e face; grep CapEff /proc/self/status",
		    (struct sandbox_spec){ 0 }, &output, &result),
		0);
	assert_non_null(strstr(output.data, "lo:"));
	assert_null(strstr(output.data, "eth"));
	assert_null(strstr(output.data, "ens"));
	assert_non_null(strstr(output.data, "CapEff:\t0000000000000000"));
}

static void nothing_it_starts_outlives_it(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(4096);
	CLEANUP(free_ptr) char *file = xasprintf("%s/late", folder);
	struct proc_result result;

	(void)state;
	assert_int_equal(run("setsid sh -c 'sleep 1; echo x > /out/late' & exit 0",
			     (struct sandbox_spec){ 0 }, &output, &result),
			 0);
	sleep(2);
	assert_int_equal(access(file, F_OK), -1);
}

static void a_fork_bomb_runs_into_its_limit(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(65536);
	struct proc_result result;

	(void)state;
	assert_int_equal(
		run("i=0; while [ $i -lt 200 ]; do sleep 5 & i=$((i+1)); done; echo unlimited",
		    (struct sandbox_spec){ .processes_max = 40 }, &output, &result),
		0);
	assert_null(strstr(output.data, "unlimited"));
	assert_non_null(strstr(output.data, "fork"));
}

static void one_file_cannot_grow_without_bound(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(4096);
	struct proc_result result;

	(void)state;
	assert_int_equal(run("head -c 2000000 /dev/zero > /out/big; wc -c < /out/big",
			     (struct sandbox_spec){ .file_max_bytes = 1 << 20 }, &output, &result),
			 0);
	assert_non_null(strstr(output.data, "1048576"));
}

static void filling_the_folder_ends_it(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(4096);
	struct proc_result result;
	struct sandbox_spec spec = { .watch_folder = folder,
				     .watch_max_bytes = 8 << 20,
				     .file_max_bytes = 4 << 20 };

	(void)state;
	assert_int_equal(
		run("for i in 1 2 3 4 5; do head -c 4000000 /dev/zero > /out/f$i; done; sleep 30",
		    spec, &output, &result),
		-EDQUOT);
}

static void one_process_cannot_take_all_memory(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(4096);
	struct proc_result result;

	(void)state;
	assert_int_equal(run("head -c 400000000 /dev/zero | tail -c 300000000 | wc -c",
			     (struct sandbox_spec){ .memory_max_bytes = 128 << 20 }, &output,
			     &result),
			 0);
	assert_null(strstr(output.data, "300000000"));
}

static void it_ends_at_its_limit_of_time(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(4096);
	struct proc_result result;

	(void)state;
	assert_int_equal(run("trap '' TERM; sleep 60",
			     (struct sandbox_spec){ .time_limit_ms = 500 }, &output, &result),
			 0);
	assert_int_equal(result.end, PROC_TIMED_OUT);
	assert_true(result.duration_ms < 15000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_writes_to_the_folder_it_was_given),
		cmocka_unit_test(it_cannot_write_elsewhere_or_read_our_files),
		cmocka_unit_test(it_has_no_network_and_no_capabilities),
		cmocka_unit_test(nothing_it_starts_outlives_it),
		cmocka_unit_test(a_fork_bomb_runs_into_its_limit),
		cmocka_unit_test(one_file_cannot_grow_without_bound),
		cmocka_unit_test(filling_the_folder_ends_it),
		cmocka_unit_test(one_process_cannot_take_all_memory),
		cmocka_unit_test(it_ends_at_its_limit_of_time),
	};

	return cmocka_run_group_tests_name("sandbox", tests, start, finish);
}

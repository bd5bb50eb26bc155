// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/proc.h"
#include "lib/test.h"

static void keep(void *data, const char *bytes, size_t count)
{
	buf_append_some(data, bytes, count);
}

static struct proc_result run(const char *script, uint64_t limit_ms, struct buf *output)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	struct proc_spec spec = { .argv = argv,
				  .time_limit_ms = limit_ms,
				  .output = output ? keep : NULL,
				  .data = output };
	struct proc_result result = { 0 };

	assert_int_equal(proc_run(&spec, &result, NULL), 0);
	return result;
}

static void output_and_exit_status_come_back(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(100);
	struct proc_result result = run("echo out; echo err >&2; exit 3", 5000, &output);

	(void)state;
	assert_int_equal(result.end, PROC_EXITED);
	assert_int_equal(result.status, 3);
	assert_string_equal(output.data, "out\nerr\n");
}

static void a_missing_program_is_an_error_not_a_result(void **state)
{
	const char *argv[] = { "/nonexistent/program", NULL };
	struct proc_spec spec = { .argv = argv };
	struct proc_result result;

	(void)state;
	assert_int_equal(proc_run(&spec, &result, NULL), -ENOENT);
}

static void the_limit_ends_the_whole_group(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(100);
	struct proc_result result = run("sleep 60 & echo $!; wait", 300, &output);
	pid_t grandchild = (pid_t)strtol(output.data, NULL, 10);

	(void)state;
	assert_int_equal(result.end, PROC_TIMED_OUT);
	assert_true(grandchild > 0);
	for (int i = 0; i < 50 && kill(grandchild, 0) == 0; i++)
		usleep(100000); /* init reaps it */
	assert_int_equal(kill(grandchild, 0), -1);
}

static void a_signal_is_told_apart_from_a_status(void **state)
{
	struct proc_result result = run("kill -9 $$", 5000, NULL);
	char text[64];

	(void)state;
	assert_int_equal(result.end, PROC_SIGNALLED);
	assert_int_equal(result.status, SIGKILL);
	proc_describe(&result, text, sizeof(text));
	assert_string_equal(text, "was killed by signal 9 (Killed)");
}

static bool always(void *data)
{
	(void)data;
	return true;
}

static void cancelling_ends_it(void **state)
{
	const char *argv[] = { "sleep", "60", NULL };
	struct proc_spec spec = { .argv = argv, .cancelled = always };
	struct proc_result result;

	(void)state;
	assert_int_equal(proc_run(&spec, &result, NULL), 0);
	assert_int_equal(result.end, PROC_CANCELLED);
}

static void a_grandchild_that_keeps_the_pipe_does_not_hold_us_up(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(100);
	struct proc_result result = run("setsid sleep 20 & echo done", 15000, &output);

	(void)state;
	assert_int_equal(result.end, PROC_EXITED);
	assert_true(result.duration_ms < 10000);
	assert_string_equal(output.data, "done\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_exit_status_come_back),
		cmocka_unit_test(a_missing_program_is_an_error_not_a_result),
		cmocka_unit_test(the_limit_ends_the_whole_group),
		cmocka_unit_test(a_signal_is_told_apart_from_a_status),
		cmocka_unit_test(cancelling_ends_it),
		cmocka_unit_test(a_grandchild_that_keeps_the_pipe_does_not_hold_us_up),
	};

	return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <string.h>

#include "agent/build-log.h"
#include "agent/kbuild.h"

static const struct kbuild_watch no_watch;

static struct build_log judged(const char *output, struct proc_result result)
{
	struct build_log log = { .watch = &no_watch };

	build_log_add(&log, output, strlen(output));
	build_log_judge(&log, &result);
	return log;
}

static void the_first_compiler_error_is_the_reason(void **state)
{
	struct build_log log = judged("/src/arch/x86/kvm/x86.c: In function 'f':\n"
				      "/src/arch/x86/kvm/x86.c:7:2: error: expected ';'\n"
				      "/src/arch/x86/kvm/x86.c:9:2: error: something else\n"
				      "make[3]: *** [Makefile:250: x86.o] Error 1\n",
				      (struct proc_result){ .end = PROC_EXITED, .status = 2 });

	(void)state;
	assert_true(log.failed);
	assert_string_equal(log.sentence,
			    "Does not compile: arch/x86/kvm/x86.c:7:2: error: expected ';'");
}

static void without_one_make_has_the_word(void **state)
{
	struct build_log log = judged("make[3]: *** No rule to make target 'x.o'.  Stop.\n",
				      (struct proc_result){ .end = PROC_EXITED, .status = 2 });

	(void)state;
	assert_string_equal(log.sentence,
			    "The build failed: make[3]: *** No rule to make target 'x.o'.  Stop.");
}

static void warnings_are_counted_and_fail_nothing(void **state)
{
	struct build_log log = judged("a.c:1:1: warning: unused\nb.c:2:2: warning: unused\n",
				      (struct proc_result){ .end = PROC_EXITED, .status = 0 });

	(void)state;
	assert_false(log.failed);
	assert_int_equal(log.warnings, 2);
}

static void a_build_that_never_ends_says_so(void **state)
{
	struct build_log log =
		judged("", (struct proc_result){ .end = PROC_TIMED_OUT, .duration_ms = 1800000 });

	(void)state;
	assert_non_null(
		strstr(log.sentence, "ran past its limit of time and was ended after 1800 s"));
}

static void a_flood_is_cut_and_named(void **state)
{
	struct build_log log = { .watch = &no_watch, .bytes = BUILD_LOG_MAX_BYTES };
	struct proc_result result = { .end = PROC_CANCELLED };

	(void)state;
	build_log_add(&log, "x", 1);
	assert_true(build_log_cancelled(&log));
	build_log_judge(&log, &result);
	assert_non_null(strstr(log.sentence, "printed more than 64 MiB"));
}

static void a_line_without_end_stays_bounded(void **state)
{
	struct build_log log = { .watch = &no_watch };

	(void)state;
	for (int i = 0; i < 1000; i++)
		build_log_add(&log, "0123456789", 10);
	build_log_add(&log, " error: \n", 9);
	assert_true(log.line_length < sizeof(log.line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_compiler_error_is_the_reason),
		cmocka_unit_test(without_one_make_has_the_word),
		cmocka_unit_test(warnings_are_counted_and_fail_nothing),
		cmocka_unit_test(a_build_that_never_ends_says_so),
		cmocka_unit_test(a_flood_is_cut_and_named),
		cmocka_unit_test(a_line_without_end_stays_bounded),
	};

	return cmocka_run_group_tests_name("build-log", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bisection.h"

#include <math.h>
#include <string.h>

#include "cli/latency.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/test.h"

static const char named[] =
	"{\"campaign\":2,\"source\":1,\"state\":\"done\",\"reason\":null,\"series\":\"fix\","
	"\"patches\":2,\"isa\":\"svm\",\"lane\":\"exact\",\"metric\":\"exit_path\",\"workload\":"
	"\"exit-cpuid\",\"kind\":\"cpuid\",\"direction\":\"more\",\"confidence\":0.95,\"error\":0,"
	"\"blocks_most\":null,\"blocks\":1,\"outcome\":\"named\",\"sentence\":\"Patch 2 of 2 did "
	"it.\",\"first\":2,\"last\":2,\"culprit\":{\"number\":2,\"subject\":\"KVM: \\u001b[31mRed\","
	"\"author\":\"A <a@example.org>\"},\"posterior\":[0,1],\"points\":[{\"patches\":1,"
	"\"series\":\"fix-1\",\"state\":\"done\",\"answer\":\"as-base\",\"trouble\":null,\"blocks\":1,"
	"\"base\":2376,\"value\":2376,\"whole\":2377,\"effect\":0,\"low\":null,\"high\":null}],"
	"\"without\":{\"patch\":2,\"series\":\"fix-1\",\"state\":\"done\",\"answer\":\"as-base\","
	"\"trouble\":null,\"blocks\":1,\"base\":2376,\"value\":2376,\"whole\":2377,\"effect\":0,"
	"\"low\":null,\"high\":null}}";

/* What a print function wrote; free() it. */
static char *printed(void (*print)(const void *what, const struct screen *screen), const void *what)
{
	struct screen screen = { .columns = 100 };
	char *text = NULL;
	size_t bytes;

	screen.out = open_memstream(&text, &bytes);
	print(what, &screen);
	fclose(screen.out);
	return text;
}

static void print_bisection(const void *what, const struct screen *screen)
{
	bisection_print(what, screen);
}

static void print_latencies(const void *what, const struct screen *screen)
{
	latencies_print(what, screen);
}

static void a_named_patch_is_told_with_what_was_measured(void **state)
{
	CLEANUP(bisection_release) struct bisection bisection = { 0 };
	CLEANUP(free_ptr) char *text = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(bisection_decode(named, strlen(named), &bisection, &err), 0);
	assert_int_equal(bisection.point_count, 2);
	text = printed(print_bisection, &bisection);
	assert_non_null(strstr(text, "which of fix's 2 patches made exit_path more"));
	assert_non_null(strstr(text, "as-base"));
	assert_non_null(strstr(text, "patch 2 100.0 %"));
	assert_non_null(strstr(text, "Patch 2 of 2 did it."));
}

static void a_subject_cannot_reach_the_terminal(void **state)
{
	CLEANUP(bisection_release) struct bisection bisection = { 0 };
	CLEANUP(free_ptr) char *text = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(bisection_decode(named, strlen(named), &bisection, &err), 0);
	text = printed(print_bisection, &bisection);
	assert_null(strchr(text, '\033'));
}

static void a_document_of_another_kind_is_refused(void **state)
{
	struct bisection bisection;
	struct latencies latencies;
	struct err err = ERR_INIT;

	(void)state;
	assert_true(bisection_decode("{\"campaign\":1}", 14, &bisection, &err) < 0);
	assert_true(latencies_decode("{\"latencies\":[{}]}", 18, &latencies, &err) < 0);
}

static void latencies_of_a_clock_that_counts_are_told_and_others_are_not(void **state)
{
	static const char document[] =
		"{\"campaign\":1,\"latencies\":[{\"series\":\"base\",\"isa\":\"vmx\",\"lane\":"
		"\"race\",\"workload\":\"ipi-spin\",\"target\":\"spin\",\"clock\":\"instructions\","
		"\"loads\":1,\"agree\":true,\"count\":500,\"error\":0.004,\"percentiles\":[{\"name\":"
		"\"p50\",\"value\":2400,\"low\":2390,\"high\":2410},{\"name\":\"p99.9\",\"value\":9000,"
		"\"low\":8000,\"high\":null}],\"most\":9000},{\"series\":\"base\",\"isa\":\"svm\","
		"\"lane\":\"smp\",\"workload\":\"ipi-spin\",\"target\":\"spin\",\"clock\":\"emulated\","
		"\"loads\":3,\"agree\":true,\"count\":900,\"error\":0.004,\"percentiles\":null,"
		"\"most\":null}]}";
	CLEANUP(latencies_release) struct latencies latencies = { 0 };
	CLEANUP(free_ptr) char *text = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(latencies_decode(document, strlen(document), &latencies, &err), 0);
	text = printed(print_latencies, &latencies);
	assert_non_null(strstr(text, "2400 (2390 to 2410)"));
	assert_non_null(strstr(text, "9000 (over 8000)"));
	assert_null(strstr(text, "svm"));
	assert_non_null(strstr(text, "kept, and not told"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_named_patch_is_told_with_what_was_measured),
		cmocka_unit_test(a_subject_cannot_reach_the_terminal),
		cmocka_unit_test(a_document_of_another_kind_is_refused),
		cmocka_unit_test(latencies_of_a_clock_that_counts_are_told_and_others_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

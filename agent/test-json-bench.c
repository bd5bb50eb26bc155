// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <string.h>

#include "agent/json-bench.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static struct bench_line line;

static void decode(const char *text)
{
	bench_line_decode(text, strlen(text), &line);
}

static void a_site_is_read_with_its_addresses(void **state)
{
	(void)state;
	decode("{\"t\":\"site\",\"workload\":\"exit-cpuid\",\"kind\":\"cpuid\",\"guest_pc\":"
	       "\"0x10123\",\"vcpu\":\"0xffff888003a40000\",\"exits\":3000}");
	assert_int_equal(line.type, BENCH_SITE);
	assert_string_equal(line.workload, "exit-cpuid");
	assert_string_equal(line.site.kind, "cpuid");
	assert_true(line.site.guest_pc == 0x10123);
	assert_true(line.site.vcpu == 0xffff888003a40000);
	assert_true(line.site.exits == 3000);
}

static void a_module_is_read_with_its_sections(void **state)
{
	(void)state;
	decode("{\"t\":\"module\",\"name\":\"kvm_amd\",\"sections\":{\".text\":"
	       "\"0xffffffffc0000000\",\".bad\":7,\".noinstr.text\":\"0xffffffffc0010000\"}}");
	assert_int_equal(line.type, BENCH_MODULE);
	assert_string_equal(line.module, "kvm_amd");
	assert_int_equal(line.sections_count, 2);
	assert_string_equal(line.sections[1].name, ".noinstr.text");
	assert_true(line.sections[1].address == 0xffffffffc0010000);
}

static void a_failed_insmod_says_why(void **state)
{
	(void)state;
	decode("{\"t\":\"insmod\",\"module\":\"kvm-amd\",\"ok\":false,\"error\":\"Unknown\\n "
	       "symbol\"}");
	assert_int_equal(line.type, BENCH_INSMOD);
	assert_false(line.ok);
	assert_string_equal(line.error, "Unknown  symbol");
}

static void unknown_members_are_ignored(void **state)
{
	(void)state;
	decode("{\"t\":\"end\",\"ok\":true,\"mood\":\"fine\"}");
	assert_int_equal(line.type, BENCH_END);
	assert_true(line.ok);
}

static void what_does_not_parse_is_other(void **state)
{
	static const char *const texts[] = {
		"",
		"garbage",
		"[]",
		"{}",
		"{\"t\":7}",
		"{\"t\":\"end\"}",
		"{\"t\":\"end\",\"ok\":1}",
		"{\"t\":\"new\",\"x\":1}",
		"{\"t\":\"begin\",\"workload\":\"../x\",\"pass\":\"timing\",\"rep\":0}",
		"{\"t\":\"begin\",\"workload\":\"x\",\"pass\":\"timing\",\"rep\":-1}",
		"{\"t\":\"site\",\"workload\":\"x\",\"kind\":\"k\",\"guest_pc\":\"0x\",\"vcpu\":"
		"\"0x1\",\"exits\":1}",
		"{\"t\":\"site\",\"workload\":\"x\",\"kind\":\"k\",\"guest_pc\":"
		"\"0x11112222333344445\",\"vcpu\":\"0x1\",\"exits\":1}",
		"{\"t\":\"end\",\"ok\":true,\"ok\":false}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		decode(texts[i]);
		if (line.type != BENCH_OTHER)
			fail_msg("taken for a line: %s", texts[i]);
	}
}

static void a_line_past_the_limit_is_other(void **state)
{
	size_t bytes = BENCH_LINE_MAX_BYTES + 100;
	CLEANUP(free_ptr) char *text = xcalloc(bytes, 1);

	(void)state;
	memset(text, ' ', bytes - 1);
	memcpy(text, "{\"t\":\"end\",\"ok\":true}", 21);
	bench_line_decode(text, bytes - 1, &line);
	assert_int_equal(line.type, BENCH_OTHER);
	bench_line_decode(text, 1000, &line);
	assert_int_equal(line.type, BENCH_END);
}

static void lines_come_one_by_one_and_the_last_needs_no_newline(void **state)
{
	const char *text = "{\"t\":\"boot\",\"kernel\":\"6\"}\n\n{\"t\":\"end\",\"ok\":false}";
	const char *at = text, *end = text + strlen(text);

	(void)state;
	assert_true(bench_line_next(&at, end, &line));
	assert_int_equal(line.type, BENCH_BOOT);
	assert_true(bench_line_next(&at, end, &line));
	assert_int_equal(line.type, BENCH_OTHER);
	assert_true(bench_line_next(&at, end, &line));
	assert_int_equal(line.type, BENCH_END);
	assert_false(bench_line_next(&at, end, &line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_is_read_with_its_addresses),
		cmocka_unit_test(a_module_is_read_with_its_sections),
		cmocka_unit_test(a_failed_insmod_says_why),
		cmocka_unit_test(unknown_members_are_ignored),
		cmocka_unit_test(what_does_not_parse_is_other),
		cmocka_unit_test(a_line_past_the_limit_is_other),
		cmocka_unit_test(lines_come_one_by_one_and_the_last_needs_no_newline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <errno.h>

#include "agent/json-bench.h"
#include "agent/symbols.h"
#include "agent/test-compile.h"

static char folder[] = "/tmp/runway-symbols-XXXXXX";
static struct symbols *symbols;

static const char map[] = "0000000000000000 A fixed_percpu_data\n"
			  "ffffffff81000000 T _text\n"
			  "ffffffff81000000 T startup_64\n"
			  "ffffffff81000100 t helper.part.0\n"
			  "ffffffff81000200 T helper\n"
			  "ffffffff81000300 R __start_rodata\n"
			  "ffffffff81000400 ? odd\n"
			  "ffffffff81000500 d data\n";

static const char module[] =
	"__attribute__((noinline)) static int inner(int x) { return x * 7; }\n"
	"__attribute__((noinline, section(\".noinstr.text\"))) int entry(int x) { return x + 1; }\n"
	"int outer(int x) { return inner(x) + entry(x); }\n";

static const struct bench_section sections[] = { { ".text", 0xffffffffa0000000 },
						 { ".noinstr.text", 0xffffffffa0010000 } };

static int start_all(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int finish_all(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

static int start(void **state)
{
	(void)state;
	symbols = symbols_new();
	return 0;
}

static int finish(void **state)
{
	(void)state;
	symbols_free(&symbols);
	return 0;
}

static int add_map(const char *text, struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/System.map", folder);

	assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
	return symbols_add_map(symbols, path, err);
}

static void check(uint64_t address, const char *module_name, const char *function)
{
	struct symbol_place place;

	symbols_find(symbols, address, &place);
	assert_string_equal(place.module, module_name);
	assert_string_equal(place.function, function);
}

static void an_address_belongs_to_the_function_before_it(void **state)
{
	(void)state;
	assert_int_equal(add_map(map, NULL), 0);
	symbols_sort(symbols);
	check(0xffffffff81000080, "vmlinux", "_text");
	check(0xffffffff81000100, "vmlinux", "helper.part.0");
	check(0xffffffff810001ff, "vmlinux", "helper.part.0");
	check(0xffffffff810002ff, "vmlinux", "helper");
}

static void what_lies_behind_the_text_is_no_function(void **state)
{
	(void)state;
	assert_int_equal(add_map(map, NULL), 0);
	symbols_sort(symbols);
	check(0xffffffff81000300, "unknown", "unknown");
	check(0xffffffffa0000000, "unknown", "unknown");
}

static void low_addresses_are_user_space(void **state)
{
	(void)state;
	assert_int_equal(add_map(map, NULL), 0);
	symbols_sort(symbols);
	check(0x401000, "user", "unknown");
}

static void module_functions_are_found_where_they_were_loaded(void **state)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/kvm.ko", folder);

	(void)state;
	compile(folder, "kvm.ko", module, "-O2");
	assert_int_equal(add_map(map, NULL), 0);
	assert_int_equal(symbols_add_module(symbols, path, "kvm", sections, 2, NULL), 0);
	symbols_sort(symbols);
	check(0xffffffffa0000000, "kvm", "inner");
	check(0xffffffffa0010000, "kvm", "entry");
	check(0xffffffffa0010800, "unknown", "unknown");
	check(0xffffffff81000280, "vmlinux", "helper");
}

static void sections_that_were_not_named_are_left_out(void **state)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/kvm.ko", folder);

	(void)state;
	compile(folder, "kvm.ko", module, "-O2");
	assert_int_equal(symbols_add_module(symbols, path, "kvm", sections, 1, NULL), 0);
	symbols_sort(symbols);
	check(0xffffffffa0000000, "kvm", "inner");
	check(0xffffffffa0010000, "unknown", "unknown");
}

static void odd_names_are_cleaned(void **state)
{
	(void)state;
	assert_int_equal(add_map("ffffffff81000000 T a<b>\"c\nffffffff81000010 T z\n", NULL), 0);
	symbols_sort(symbols);
	check(0xffffffff81000000, "vmlinux", "a?b??c");
}

static void what_is_no_map_is_refused(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(add_map("hello\n", &err), -EINVAL);
	assert_non_null(strstr(err.text, "no System.map"));
}

static void what_is_no_module_is_refused(void **state)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/text.ko", folder);

	(void)state;
	assert_int_equal(file_write(path, "hello", 5, 0600, NULL), 0);
	assert_int_equal(symbols_add_module(symbols, path, "kvm", sections, 2, NULL), -EINVAL);
}

static void a_damaged_module_does_no_harm(void **state)
{
	CLEANUP(buf_release) struct buf content = BUF_INIT(1 << 20);
	CLEANUP(free_ptr) char *path = xasprintf("%s/kvm.ko", folder);

	(void)state;
	compile(folder, "kvm.ko", module, "-O2");
	assert_int_equal(file_read(path, &content, NULL), 0);
	for (size_t at = 0; at < content.length; at++) {
		char before = content.data[at];

		content.data[at] = (char)~before;
		assert_int_equal(file_write(path, content.data, content.length, 0600, NULL), 0);
		assert_true(symbols_add_module(symbols, path, "kvm", sections, 2, NULL) <= 0);
		content.data[at] = before;
	}
	symbols_sort(symbols);
	check(0x401000, "user", "unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_address_belongs_to_the_function_before_it),
		TEST(what_lies_behind_the_text_is_no_function),
		TEST(low_addresses_are_user_space),
		TEST(module_functions_are_found_where_they_were_loaded),
		TEST(sections_that_were_not_named_are_left_out),
		TEST(odd_names_are_cleaned),
		TEST(what_is_no_map_is_refused),
		TEST(what_is_no_module_is_refused),
		TEST(a_damaged_module_does_no_harm),
	};

	return cmocka_run_group_tests(tests, start_all, finish_all);
}

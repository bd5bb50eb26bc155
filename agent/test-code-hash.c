// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent/code-hash.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

static char folder[] = "/tmp/runway-hash-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

/* Compiles a text to an object and gives its hash; skips where there is no compiler. */
static void hash_of(const char *code, char ret_hex[SHA256_HEX_BYTES])
{
	CLEANUP(free_ptr) char *source = xasprintf("%s/x.c", folder);
	CLEANUP(free_ptr) char *object = xasprintf("%s/x.o", folder);
	const char *argv[] = { "gcc", "-O2", "-g", "-c", "-o", object, source, NULL };
	const char *objects[] = { "x.o", NULL };
	struct proc_spec spec = { .argv = argv, .time_limit_ms = 60000 };
	struct proc_result result;

	file_write(source, code, strlen(code), 0600, NULL);
	if (proc_run(&spec, &result, NULL) < 0)
		skip();
	assert_int_equal(result.status, 0);
	assert_int_equal(code_hash(folder, objects, ret_hex, NULL), 0);
}

static void assert_same(const char *one, const char *other, bool same)
{
	char a[SHA256_HEX_BYTES], b[SHA256_HEX_BYTES];

	hash_of(one, a);
	hash_of(other, b);
	assert_int_equal(!strcmp(a, b), same);
}

static void names_of_local_things_do_not_count(void **state)
{
	(void)state;
	assert_same("enum e { IN_GUEST }; static int f(int x) { return x * 3; }\n"
		    "int (*p)(int) = f; int g(int x) { return x == IN_GUEST; }",
		    "enum e { IN_LOOP }; static int other(int x) { return x * 3; } /* said more "
		    "*/\n\n\n"
		    "int (*p)(int) = other; int g(int x) { return x == IN_LOOP; }",
		    true);
}

static void one_instruction_more_counts(void **state)
{
	(void)state;
	assert_same("int f(int *x) { return *x; }", "int f(int *x) { *x = 2; return 2; }", false);
}

static void initial_data_counts(void **state)
{
	(void)state;
	assert_same("int ple_gap = 128; int f(void) { return ple_gap; }",
		    "int ple_gap = 129; int f(void) { return ple_gap; }", false);
}

static void which_function_is_called_counts(void **state)
{
	(void)state;
	assert_same("int a(void); int b(void); int f(void) { return a() + 1; }",
		    "int a(void); int b(void); int f(void) { return b() + 1; }", false);
}

static void what_a_pointer_points_at_counts(void **state)
{
	(void)state;
	assert_same("int a[2] = { 1, 2 }; int *p = &a[0];", "int a[2] = { 1, 2 }; int *p = &a[1];",
		    false);
}

static void a_file_that_is_no_object_is_refused(void **state)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/text.o", folder);
	const char *objects[] = { "text.o", NULL };
	char hex[SHA256_HEX_BYTES];

	(void)state;
	file_write(path, "no ELF", 6, 0600, NULL);
	assert_int_equal(code_hash(folder, objects, hex, NULL), -EINVAL);
}

static void a_cut_object_does_not_crash_us(void **state)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/x.o", folder);
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(1 << 20);
	const char *objects[] = { "x.o", NULL };
	char hex[SHA256_HEX_BYTES];

	(void)state;
	hash_of("int a; int f(void) { return a; }", hex);
	assert_int_equal(file_read(path, &bytes, NULL), 0);
	for (size_t length = 0; length < bytes.length; length += 97) {
		file_write(path, bytes.data, length, 0600, NULL);
		code_hash(folder, objects, hex, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_local_things_do_not_count),
		cmocka_unit_test(one_instruction_more_counts),
		cmocka_unit_test(initial_data_counts),
		cmocka_unit_test(which_function_is_called_counts),
		cmocka_unit_test(what_a_pointer_points_at_counts),
		cmocka_unit_test(a_file_that_is_no_object_is_refused),
		cmocka_unit_test(a_cut_object_does_not_crash_us),
	};

	return cmocka_run_group_tests_name("code-hash", tests, make_folder, remove_folder);
}

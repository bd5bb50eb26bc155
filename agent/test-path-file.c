// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent/path-file.h"
#include "agent/path-table.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static char folder[] = "/tmp/runway-path-file-XXXXXX";
static char *path;
static struct path_table table;
static struct path_file file;

static int start_all(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	path = xasprintf("%s/paths", folder);
	return 0;
}

static int finish_all(void **state)
{
	(void)state;
	free(path);
	return file_remove_tree(folder, NULL);
}

static int start(void **state)
{
	(void)state;
	path_table_init(&table, 2);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	path_table_release(&table);
	path_file_release(&file);
	return 0;
}

/* One exit at key whose path is length instructions from start on, with a store at the third. */
static void take_path(uint64_t key, uint64_t first, unsigned length)
{
	path_begin(&table);
	for (unsigned i = 0; i < length; i++) {
		path_instruction(&table, first + i);
		if (i == 2)
			path_store(&table, 0xffff888000000030, 4);
	}
	path_end(&table, key);
}

static int write_and_read(struct err *err)
{
	FILE *to = fopen(path, "we");

	assert_non_null(to);
	assert_int_equal(path_table_write(&table, to), 0);
	fclose(to);
	return path_file_read(path, &file, err);
}

static void what_was_recorded_is_read(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++)
		take_path(0x10123, 1000, 10);
	take_path(0x10123, 1000, 11);
	take_path(0x10200, 2000, 5);
	assert_int_equal(write_and_read(NULL), 0);
	assert_int_equal(file.count, 2);
	assert_int_equal(file.totals.exits, 14);
	assert_true(file.keys[0].totals.guest_pc == 0x10123);
	assert_int_equal(file.keys[0].totals.exits, 13);
	assert_int_equal(file.keys[0].totals.warm_up, 2);
	assert_int_equal(file.keys[0].totals.paths, 2);
	assert_int_equal(file.keys[0].paths[0].totals.count, 10);
	assert_int_equal(file.keys[0].paths[0].totals.length, 10);
	assert_true(file.keys[0].paths[0].pcs[9] == 1009);
	assert_int_equal(file.keys[0].paths[0].totals.stores, 1);
	assert_int_equal(file.keys[0].paths[0].stores[0].index, 3);
	assert_true(file.keys[0].paths[0].stores[0].address == 0xffff888000000030);
	/* Seen once: counted, its instructions not kept. */
	assert_int_equal(file.keys[0].paths[1].totals.count, 1);
	assert_int_equal(file.keys[0].paths[1].totals.pcs, 0);
	assert_int_equal(file.keys[1].totals.warm_up, 1);
	assert_int_equal(file.keys[1].totals.paths, 0);
}

static void the_most_frequent_path_comes_first(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		take_path(1, 1000, 10);
	for (int i = 0; i < 9; i++)
		take_path(1, 2000, 20);
	assert_int_equal(write_and_read(NULL), 0);
	assert_int_equal(file.keys[0].paths[0].totals.length, 20);
	assert_int_equal(file.keys[0].paths[0].totals.count, 9);
	assert_int_equal(file.keys[0].paths[1].totals.count, 3);
}

static void paths_past_the_limit_are_counted(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EXIT_PATH_PATHS_MAX + 2 + 10; i++)
		take_path(1, 1000 + 100 * i, 5);
	assert_int_equal(write_and_read(NULL), 0);
	assert_int_equal(file.keys[0].totals.paths, EXIT_PATH_PATHS_MAX);
	assert_int_equal(file.keys[0].totals.paths_overflow, 10);
}

static void guest_instructions_past_the_limit_are_counted(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EXIT_PATH_KEYS_MAX + 7; i++)
		take_path(0x10000 + i, 1000, 5);
	assert_int_equal(write_and_read(NULL), 0);
	assert_int_equal(file.count, EXIT_PATH_KEYS_MAX);
	assert_int_equal(file.totals.keys_overflow, 7);
}

static void a_path_past_the_limit_is_counted_and_not_kept(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		take_path(1, 1000, EXIT_PATH_INSTRUCTIONS_MAX + 1);
	assert_int_equal(write_and_read(NULL), 0);
	assert_int_equal(file.keys[0].totals.too_long, 2);
	assert_int_equal(file.keys[0].totals.paths, 0);
}

static void bodies_past_the_limit_are_counted(void **state)
{
	(void)state;
	/* Two bytes short of 1 MiB each, so some 64 of them fit. */
	for (unsigned key = 0; key < 80; key++)
		for (unsigned i = 0; i < 4; i++)
			take_path(0x10000 + key, 1000, EXIT_PATH_INSTRUCTIONS_MAX / 2);
	assert_int_equal(write_and_read(NULL), 0);
	assert_true(file.totals.bodies_overflow >= 16);
	assert_int_equal(file.keys[79].paths[0].totals.count, 2);
	assert_int_equal(file.keys[79].paths[0].totals.pcs, 0);
}

/* Whatever byte of the file is changed or missing, it is refused or read within its bounds (which
 * the address sanitizer checks). */
static void a_damaged_file_is_refused_or_read_within_bounds(void **state)
{
	CLEANUP(buf_release) struct buf content = BUF_INIT(1 << 20);
	unsigned refused = 0;

	(void)state;
	for (int i = 0; i < 6; i++)
		take_path(1, 1000, 8);
	assert_int_equal(write_and_read(NULL), 0);
	assert_int_equal(file_read(path, &content, NULL), 0);
	for (size_t at = 0; at < content.length; at++) {
		char before = content.data[at];

		path_file_release(&file);
		content.data[at] = (char)(before ^ 0x81);
		assert_int_equal(file_write(path, content.data, content.length, 0600, NULL), 0);
		refused += path_file_read(path, &file, NULL) < 0;
		content.data[at] = before;
	}
	/* The magic number and the counts alone are more bytes than that. */
	assert_true(refused >= 32);
	for (size_t bytes = 0; bytes < content.length; bytes++) {
		assert_int_equal(file_write(path, content.data, bytes, 0600, NULL), 0);
		path_file_release(&file);
		assert_int_equal(path_file_read(path, &file, NULL), -EINVAL);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_recorded_is_read),
		TEST(the_most_frequent_path_comes_first),
		TEST(paths_past_the_limit_are_counted),
		TEST(guest_instructions_past_the_limit_are_counted),
		TEST(a_path_past_the_limit_is_counted_and_not_kept),
		TEST(bodies_past_the_limit_are_counted),
		TEST(a_damaged_file_is_refused_or_read_within_bounds),
	};

	return cmocka_run_group_tests(tests, start_all, finish_all);
}

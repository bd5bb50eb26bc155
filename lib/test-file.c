// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/test.h"

static int make_folder(void **state)
{
	char template[] = "/tmp/runway-file-XXXXXX";

	*state = xstrdup(mkdtemp(template));
	return 0;
}

static int remove_folder(void **state)
{
	file_remove_tree(*state, NULL);
	free(*state);
	return 0;
}

static char *below(void **state, const char *name)
{
	return xasprintf("%s/%s", (char *)*state, name);
}

static void what_is_written_is_read_back(void **state)
{
	CLEANUP(free_ptr) char *path = below(state, "a");
	CLEANUP(buf_release) struct buf buf = BUF_INIT(100);
	char line[16];

	assert_int_equal(file_write(path, "one\ntwo\n", 8, 0600, NULL), 0);
	assert_int_equal(file_read(path, &buf, NULL), 0);
	assert_string_equal(buf.data, "one\ntwo\n");
	assert_int_equal(file_read_line(path, line, sizeof(line), NULL), 0);
	assert_string_equal(line, "one");
}

static void a_file_past_the_maximum_is_refused(void **state)
{
	CLEANUP(free_ptr) char *path = below(state, "a");
	CLEANUP(buf_release) struct buf buf = BUF_INIT(3);

	file_write(path, "four", 4, 0600, NULL);
	assert_int_equal(file_read(path, &buf, NULL), -EFBIG);
}

static void removing_a_tree_does_not_follow_links(void **state)
{
	CLEANUP(free_ptr) char *tree = below(state, "tree/deep");
	CLEANUP(free_ptr) char *top = below(state, "tree");
	CLEANUP(free_ptr) char *kept = below(state, "kept");
	CLEANUP(free_ptr) char *link_path = below(state, "tree/deep/link");

	assert_int_equal(file_make_folder(tree, 0700, NULL), 0);
	file_write(kept, "x", 1, 0600, NULL);
	assert_int_equal(symlink(kept, link_path), 0);
	assert_int_equal(file_remove_tree(top, NULL), 0);
	assert_int_equal(access(top, F_OK), -1);
	assert_int_equal(access(kept, F_OK), 0);
}

static void opening_beneath_refuses_links_and_parents(void **state)
{
	CLEANUP(free_ptr) char *link_path = below(state, "link");
	CLEANUP(free_ptr) char *file = below(state, "file");
	CLEANUP(close_fd) int fd = -1;

	file_write(file, "x", 1, 0600, NULL);
	assert_int_equal(symlink("/etc", link_path), 0);
	assert_int_equal(file_open_beneath(*state, "link/passwd", NULL), -ELOOP);
	assert_int_equal(file_open_beneath(*state, "../etc/passwd", NULL), -EXDEV);
	fd = file_open_beneath(*state, "file", NULL);
	assert_true(fd >= 0);
}

static void copying_a_descriptor_bounds_size_and_kind(void **state)
{
	CLEANUP(free_ptr) char *file = below(state, "file");
	CLEANUP(free_ptr) char *copy = below(state, "copy");
	CLEANUP(close_fd) int fd = -1;
	CLEANUP(close_fd) int folder = open(*state, O_RDONLY | O_DIRECTORY);

	file_write(file, "12345", 5, 0600, NULL);
	fd = open(file, O_RDONLY);
	assert_int_equal(file_copy_fd(fd, copy, 0600, 4, NULL), -EFBIG);
	assert_int_equal(file_copy_fd(fd, copy, 0600, 5, NULL), 0);
	assert_int_equal(file_copy_fd(folder, copy, 0600, 5, NULL), -EINVAL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read_back),
		TEST(a_file_past_the_maximum_is_refused),
		TEST(removing_a_tree_does_not_follow_links),
		TEST(opening_beneath_refuses_links_and_parents),
		TEST(copying_a_descriptor_bounds_size_and_kind),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent/initramfs.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

static char folder[] = "/tmp/runway-initramfs-XXXXXX";
static char *archive_path;

static int start(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	archive_path = xasprintf("%s/archive", folder);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	free(archive_path);
	return file_remove_tree(folder, NULL);
}

static void keep(void *data, const char *bytes, size_t count)
{
	buf_append_some(data, bytes, count);
}

/* What `cpio` says of the archive, or leaves in the folder. */
static void cpio(const char *option, struct buf *output)
{
	CLEANUP(free_ptr) char *script = xasprintf("cpio --quiet %s < %s", option, archive_path);
	const char *argv[] = { "sh", "-c", script, NULL };
	struct proc_spec spec = { .argv = argv,
				  .folder = folder,
				  .time_limit_ms = 10000,
				  .output = keep,
				  .data = output };
	struct proc_result result;

	if (access("/usr/bin/cpio", X_OK) < 0 && access("/bin/cpio", X_OK) < 0) {
		print_message("cpio is not installed\n");
		skip();
	}
	assert_int_equal(proc_run(&spec, &result, NULL), 0);
	assert_int_equal(result.end, PROC_EXITED);
	assert_int_equal(result.status, 0);
}

static void write_archive(void)
{
	CLEANUP(initramfs_close) struct initramfs *archive = NULL;

	assert_int_equal(initramfs_create(archive_path, &archive, NULL), 0);
	assert_int_equal(initramfs_folder(archive, "etc", NULL), 0);
	assert_int_equal(initramfs_data(archive, "etc/odd", "abcde", 5, 0640, NULL), 0);
	assert_int_equal(initramfs_data(archive, "empty", "", 0, 0644, NULL), 0);
	assert_int_equal(initramfs_file(archive, "self", "/proc/self/exe", 0755, NULL), 0);
	assert_int_equal(initramfs_link(archive, "link", "etc/odd", NULL), 0);
	assert_int_equal(initramfs_device(archive, "console", 5, 1, 0600, NULL), 0);
	assert_int_equal(initramfs_finish(archive, NULL), 0);
}

static void cpio_lists_every_entry_with_its_mode(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(65536);

	(void)state;
	write_archive();
	cpio("-tv", &output);
	assert_non_null(strstr(output.data, "drwxr-xr-x"));
	assert_non_null(strstr(output.data, "-rw-r----- "));
	assert_non_null(strstr(output.data, "link -> etc/odd"));
	assert_non_null(strstr(output.data, "crw-------"));
	assert_non_null(strstr(output.data, "5,   1"));
}

static void cpio_unpacks_the_bytes_that_went_in(void **state)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(65536);
	CLEANUP(buf_release) struct buf odd = BUF_INIT(64);
	CLEANUP(buf_release) struct buf copy = BUF_INIT(64 << 20), self = BUF_INIT(64 << 20);
	CLEANUP(free_ptr) char *odd_path = xasprintf("%s/etc/odd", folder);
	CLEANUP(free_ptr) char *self_path = xasprintf("%s/self", folder);

	(void)state;
	write_archive();
	cpio("-id etc/odd self", &output);
	assert_int_equal(file_read(odd_path, &odd, NULL), 0);
	assert_string_equal(odd.data, "abcde");
	assert_int_equal(file_read(self_path, &copy, NULL), 0);
	assert_int_equal(file_read("/proc/self/exe", &self, NULL), 0);
	assert_int_equal(copy.length, self.length);
	assert_memory_equal(copy.data, self.data, self.length);
}

static void equal_content_gives_equal_bytes(void **state)
{
	CLEANUP(buf_release) struct buf first = BUF_INIT(64 << 20), second = BUF_INIT(64 << 20);

	(void)state;
	write_archive();
	assert_int_equal(file_read(archive_path, &first, NULL), 0);
	write_archive();
	assert_int_equal(file_read(archive_path, &second, NULL), 0);
	assert_int_equal(first.length, second.length);
	assert_memory_equal(first.data, second.data, first.length);
}

static void a_missing_file_is_named(void **state)
{
	CLEANUP(initramfs_close) struct initramfs *archive = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(initramfs_create(archive_path, &archive, NULL), 0);
	assert_int_equal(initramfs_file(archive, "x", "/nowhere/x.ko", 0644, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nowhere/x.ko"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpio_lists_every_entry_with_its_mode),
		cmocka_unit_test(cpio_unpacks_the_bytes_that_went_in),
		cmocka_unit_test(equal_content_gives_equal_bytes),
		cmocka_unit_test(a_missing_file_is_named),
	};

	return cmocka_run_group_tests(tests, start, finish);
}

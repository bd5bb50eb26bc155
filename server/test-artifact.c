// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <unistd.h>

#include "server/test-fixture.h"

#define QUOTA_BYTES 1000

static struct artifact_store *open_store(struct fixture *f)
{
	struct artifact_store *store = NULL;
	struct err err = ERR_INIT;

	if (artifact_store_open(f->folder, QUOTA_BYTES, 0, &store, &err) < 0)
		fail_msg("%s", err.text);
	return store;
}

static size_t files_in(struct fixture *f, const char *name)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/artifacts/%s", f->folder, name);
	CLEANUP(close_dir) DIR *dir = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	while (dir && (entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	return count;
}

static void what_is_put_can_be_read(void **state)
{
	struct artifact_store *store = open_store(*state);
	CLEANUP(close_fd) int fd = -1;
	char hex[SHA256_HEX_BYTES], read_back[8] = "";

	assert_int_equal(artifact_put(store, "kernel", 6, hex, NULL), 0);
	assert_int_equal(artifact_open(store, hex, &fd, NULL), 0);
	assert_int_equal(read(fd, read_back, sizeof(read_back)), 6);
	assert_string_equal(read_back, "kernel");
	assert_int_equal(files_in(*state, "incoming"), 0);
	artifact_store_close(store);
}

static void bytes_that_hash_to_something_else_leave_nothing(void **state)
{
	struct artifact_store *store = open_store(*state);
	struct upload upload = UPLOAD_INIT;
	struct err err = ERR_INIT;
	char hex[SHA256_HEX_BYTES];

	sha256_bytes("other", 5, hex);
	assert_int_equal(upload_begin(store, 100, &upload, NULL), 0);
	assert_int_equal(upload_add(&upload, "kernel", 6, NULL), 0);
	assert_int_equal(upload_finish(&upload, hex, &err), -EBADMSG);
	assert_non_null(strstr(err.text, hex));
	upload_abort(&upload);
	assert_int_equal(files_in(*state, "incoming"), 0);
	assert_int_equal(artifact_open(store, hex, &(int){ -1 }, &err), -ENOENT);
	artifact_store_close(store);
}

static void the_same_bytes_are_kept_once_and_count_once(void **state)
{
	struct artifact_store *store = open_store(*state);
	char hex[SHA256_HEX_BYTES], bytes[400] = "";

	/* A third copy would be over the quota. */
	for (int i = 0; i < 5; i++)
		assert_int_equal(artifact_put(store, bytes, sizeof(bytes), hex, NULL), 0);
	hex[2] = '\0';
	assert_int_equal(files_in(*state, hex), 1);
	artifact_store_close(store);
}

static void an_upload_past_its_cap_or_the_quota_is_refused(void **state)
{
	struct artifact_store *store = open_store(*state);
	struct upload upload = UPLOAD_INIT;
	struct err err = ERR_INIT;
	char hex[SHA256_HEX_BYTES], bytes[600] = "";

	assert_int_equal(upload_begin(store, 10, &upload, NULL), 0);
	assert_int_equal(upload_add(&upload, bytes, 11, &err), -EFBIG);
	upload_abort(&upload);
	assert_int_equal(artifact_put(store, bytes, sizeof(bytes), hex, NULL), 0);
	bytes[0] = 1;
	assert_int_equal(artifact_put(store, bytes, sizeof(bytes), hex, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "--artifact-quota-mib"));
	/* What the refused one had written does not count. */
	assert_int_equal(artifact_put(store, bytes, 400, hex, &err), 0);
	artifact_store_close(store);
}

static void what_a_killed_server_left_half_written_goes(void **state)
{
	struct fixture *f = *state;
	CLEANUP(free_ptr) char *path = xasprintf("%s/artifacts/incoming/abc", f->folder);
	struct artifact_store *store = open_store(f);

	artifact_store_close(store);
	assert_int_equal(file_write(path, "half", 4, 0600, NULL), 0);
	store = open_store(f);
	assert_int_equal(files_in(f, "incoming"), 0);
	artifact_store_close(store);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(what_is_put_can_be_read),
		WITH_FOLDER(bytes_that_hash_to_something_else_leave_nothing),
		WITH_FOLDER(the_same_bytes_are_kept_once_and_count_once),
		WITH_FOLDER(an_upload_past_its_cap_or_the_quota_is_refused),
		WITH_FOLDER(what_a_killed_server_left_half_written_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

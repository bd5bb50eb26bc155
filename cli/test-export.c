// SPDX-License-Identifier: GPL-2.0-or-later
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/bundle.h"
#include "cli/rerun.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/test.h"

static void names_that_leave_the_folder_are_refused(void **state)
{
	static const char *const names[] = {
		"", "/etc/x", "../x", "a/../x", "a//b", "a b", "a\nb"
	};
	char path[] = "/tmp/runway-bundle-XXXXXX";
	CLEANUP(close_fd) int fd = mkstemp(path);
	CLEANUP(bundle_release) struct bundle bundle = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(bundle_begin(path, "folder", 0, &bundle, &err), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(bundle_add(&bundle, names[i], "x", 1, 0644, &err), -EINVAL);
	assert_int_equal(bundle_add(&bundle, "series/a-1.mbox", "x", 1, 0644, &err), 0);
	unlink(path);
}

static void a_bundle_that_was_not_ended_leaves_nothing(void **state)
{
	char folder[] = "/tmp/runway-bundle-XXXXXX";
	CLEANUP(free_ptr) char *path = NULL;
	CLEANUP(free_ptr) char *unfinished = NULL;
	struct bundle bundle = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s/x.tar.gz", folder);
	unfinished = xasprintf("%s.unfinished", path);
	assert_int_equal(bundle_begin(path, "folder", 0, &bundle, &err), 0);
	assert_int_equal(access(unfinished, F_OK), 0);
	bundle_release(&bundle);
	assert_int_equal(access(unfinished, F_OK), -1);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(rmdir(folder), 0);
}

/* The names in an archive, one a line, with the mode of each; free() it. */
static char *list(const char *path)
{
	CLEANUP(buf_release) struct buf names = BUF_INIT(65536);
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	size_t length;

	archive_read_support_filter_gzip(archive);
	archive_read_support_format_tar(archive);
	assert_int_equal(archive_read_open_filename(archive, path, 10240), ARCHIVE_OK);
	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		buf_printf(&names, "%o %s\n", (unsigned)archive_entry_perm(entry),
			   archive_entry_pathname(entry));
	archive_read_free(archive);
	return buf_detach(&names, &length);
}

static void a_bundle_has_its_files_and_their_hashes(void **state)
{
	char path[] = "/tmp/runway-bundle-XXXXXX";
	CLEANUP(close_fd) int fd = mkstemp(path);
	CLEANUP(bundle_release) struct bundle bundle = { 0 };
	CLEANUP(free_ptr) char *names = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(bundle_begin(path, "folder", 1000, &bundle, &err), 0);
	assert_int_equal(bundle_add(&bundle, "rerun", "abc", 3, 0755, &err), 0);
	assert_string_equal(bundle.sums.data,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
			    "  rerun\n");
	assert_int_equal(bundle_end(&bundle, &err), 0);
	names = list(path);
	assert_string_equal(names, "755 folder/rerun\n644 folder/SHA256SUMS\n");
	unlink(path);
}

/* A server's texts are words for the shell that runs the script, whatever is in them. */
static void a_script_takes_texts_as_they_are(void **state)
{
	struct campaign campaign = { .id = 3,
				     .repository = (char *)"linux",
				     .rev = (char *)"v6.1'; touch pwned; '",
				     .isa = (char *)"svm",
				     .lanes = (char *)"exact",
				     .loads_exact = 2,
				     .seed = 0 };
	struct statistics statistics = { 0 };
	struct series series = { .name = (char *)"fix",
				 .expects = (char *)"$(touch pwned)",
				 .sender_flag = (char *)"`x`" };
	struct rerun rerun = { &campaign, &statistics, &series, 1 };
	CLEANUP(buf_release) struct buf script = BUF_INIT(65536);

	(void)state;
	assert_int_equal(rerun_write(&rerun, &script), 0);
	assert_non_null(strstr(script.data, "rev='v6.1'\\''; touch pwned; '\\'''\n"));
	assert_non_null(strstr(script.data, "submit --name 'fix' --sender-flag '`x`' --expect "
					    "'$(touch pwned)' -- series/fix.mbox\n"));
	assert_non_null(
		strstr(script.data, "--isa 'svm' --lanes 'exact' --loads-exact 2 --seed 0)"));
	assert_null(strstr(script.data, "null-control"));
}

/* HEAD is another commit elsewhere, or later. */
static void a_base_that_the_series_were_made_on_is_asked_for_by_its_commit(void **state)
{
	static char commit[] = "0123456789abcdef0123456789abcdef01234567";
	struct campaign campaign = { .rev = (char *)"HEAD",
				     .preferred = commit,
				     .base_commit = commit };
	struct statistics statistics = { 0 };
	struct rerun rerun = { &campaign, &statistics, NULL, 0 };
	CLEANUP(buf_release) struct buf taken = BUF_INIT(65536);
	CLEANUP(buf_release) struct buf other = BUF_INIT(65536);

	(void)state;
	rerun_write(&rerun, &taken);
	campaign.base_note = (char *)"It is not there.";
	rerun_write(&rerun, &other);
	assert_non_null(strstr(taken.data, "\nrev='0123456789abcdef0123456789abcdef01234567'\n"));
	assert_non_null(strstr(other.data, "\nrev='HEAD'\n"));
}

static void a_budget_and_its_null_control_are_asked_for_again(void **state)
{
	static const struct {
		int64_t most;
		bool null_control;
		const char *expected; /* NULL: neither option */
	} rows[] = {
		{ 3, false, NULL },
		{ 3, true, " --null-control" },
		{ 30, true, NULL },
		{ 30, false, " --no-null-control" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct campaign campaign = { .loads_smp = 3 };
		struct statistics statistics = { .first = 3,
						 .most = rows[i].most,
						 .null_control = rows[i].null_control };
		struct rerun rerun = { &campaign, &statistics, NULL, 0 };
		CLEANUP(buf_release) struct buf script = BUF_INIT(65536);

		assert_int_equal(rerun_write(&rerun, &script), 0);
		assert_int_equal(strstr(script.data, "--loads-smp-most 30") != NULL,
				 rows[i].most == 30);
		if (rows[i].expected)
			assert_non_null(strstr(script.data, rows[i].expected));
		else
			assert_null(strstr(script.data, "null-control"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_leave_the_folder_are_refused),
		cmocka_unit_test(a_bundle_that_was_not_ended_leaves_nothing),
		cmocka_unit_test(a_bundle_has_its_files_and_their_hashes),
		cmocka_unit_test(a_script_takes_texts_as_they_are),
		cmocka_unit_test(a_base_that_the_series_were_made_on_is_asked_for_by_its_commit),
		cmocka_unit_test(a_budget_and_its_null_control_are_asked_for_again),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}

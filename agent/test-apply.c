// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of a series: applied, or refused with a sentence. */
#include <errno.h>

#include "agent/source.h"
#include "agent/test-repository.h"
#include "lib/cleanup.h"

static struct source *source;
static struct source_variant base;
static struct err err;

/* A mail around a diff written by hand. */
#define MAIL(subject, diff)                                                                        \
	"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n"                 \
	"From: A U Thor <author@example.com>\n"                                                    \
	"Date: Mon, 5 Jan 2026 12:00:00 +0200\n"                                                   \
	"Subject: " subject "\n\nWhy.\n---\n" diff "-- \n2.39\n\n"

static int try_mbox(const char *mbox, struct source_variant *variant)
{
	if (!repository_there)
		skip();
	err = ERR_INIT;
	return source_apply(source, &base, mbox, strlen(mbox), variant, &err);
}

static void assert_applies(const char *mbox, struct source_variant *variant)
{
	if (try_mbox(mbox, variant) < 0)
		fail_msg("%s", err.text);
}

static void assert_refused(const char *mbox, int code, const char *part)
{
	struct source_variant variant = { .commit = "untouched" };

	if (try_mbox(mbox, &variant) != code || !strstr(err.text, part))
		fail_msg("%d, \"%s\" does not say \"%s\"", err.code, err.text, part);
	assert_string_equal(variant.commit, "untouched");
}

/* The file's content in the variant, as git prints it. */
static char *content(const struct source_variant *variant, const char *path)
{
	CLEANUP(free_ptr)
	char *script =
		xasprintf("git --git-dir=source/store.git show %s:%s", variant->commit, path);

	return repository_run(".", script);
}

static void applies_at_an_offset(void **state)
{
	struct source_variant variant;

	(void)state;
	assert_applies(MAIL("[PATCH] x", "diff --git a/b.c b/b.c\n--- a/b.c\n+++ b/b.c\n"
					 "@@ -40,3 +40,3 @@\n line 19 of b\n-line 20 of b\n"
					 "+changed\n line 21 of b\n"),
		       &variant);

	CLEANUP(free_ptr) char *text = content(&variant, "b.c");

	assert_non_null(strstr(text, "line 19 of b\nchanged\nline 21 of b\n"));
}

static void picks_the_nearest_of_equal_places(void **state)
{
	struct source_variant variant;

	(void)state;
	/* same.c repeats every five lines; said at 13, the nearest place is line 11. */
	assert_applies(MAIL("[PATCH] x", "diff --git a/same.c b/same.c\n--- a/same.c\n"
					 "+++ b/same.c\n@@ -13,4 +13,4 @@\n {\n-\tfoo();\n"
					 "+\tbaz();\n \tbar();\n }\n"),
		       &variant);

	CLEANUP(free_ptr) char *text = content(&variant, "same.c");
	const char *at = text;

	for (int i = 1; i < 12; i++)
		at = strchr(at, '\n') + 1;
	assert_memory_equal(at, "\tbaz();\n", 8);
}

static void falls_back_to_a_3way_merge(void **state)
{
	struct source_variant variant;
	CLEANUP(free_ptr) char *mbox = NULL;
	struct source_variant before = base, moved;

	(void)state;
	if (!repository_there)
		skip();
	mbox = repository_series("sed -i '50s/$/ x/' a.c && git commit -qam one");

	CLEANUP(free_ptr)
	char *context = repository_series("sed -i '48s/$/ moved/' a.c && git commit -qam context");

	assert_applies(context, &moved);
	base = moved;
	assert_applies(mbox, &variant);
	base = before;

	CLEANUP(free_ptr) char *text = content(&variant, "a.c");

	assert_non_null(strstr(text, "line 48 of a moved\nline 49 of a\nline 50 of a x\n"));
}

static void says_which_patch_file_and_hunk(void **state)
{
	(void)state;
	assert_refused(MAIL("[PATCH 1/2] KVM: x86: fine",
			    "diff --git a/b.c b/b.c\n--- a/b.c\n+++ b/b.c\n@@ -1,2 +1,2 @@\n"
			    "-line 1 of b\n+first\n line 2 of b\n")
			       MAIL("[PATCH 2/2] KVM: x86: foo",
				    "diff --git a/dir/c.c b/dir/c.c\n--- a/dir/c.c\n"
				    "+++ b/dir/c.c\n@@ -1,2 +1,2 @@\n-line 1 of c\n+1\n"
				    " line 2 of c\n@@ -7,2 +7,3 @@\n not there\n+2\n"
				    " line 8 of c\n"),
		       -ESTALE,
		       "Patch 2 of 2 (\"KVM: x86: foo\") does not apply: dir/c.c, hunk 2 "
		       "(@@ -7,2 +7,3 @@ near line 7): context not found. Rebase the series on ");
	assert_non_null(strstr(err.text, "(\"The base\") and send it again."));
}

static void names_the_files_in_conflict(void **state)
{
	struct source_variant before = base, moved;

	(void)state;
	if (!repository_there)
		skip();

	CLEANUP(free_ptr)
	char *mbox = repository_series("sed -i '50s/$/ x/' a.c && git commit -qam one");
	CLEANUP(free_ptr)
	char *other = repository_series("sed -i '50s/$/ y/' a.c && git commit -qam other");

	assert_applies(other, &moved);
	base = moved;
	assert_refused(mbox, -ESTALE, "The 3-way merge has conflicts in a.c.");
	base = before;
}

static void takes_mails_in_any_order(void **state)
{
	struct source_variant variant;

	(void)state;
	assert_applies(MAIL("[PATCH 2/2] two",
			    "diff --git a/n.c b/n.c\n--- a/n.c\n+++ b/n.c\n@@ -1 +1 @@\n-1\n+2\n")
			       MAIL("[PATCH 1/2] one",
				    "diff --git a/n.c b/n.c\nnew file mode 100644\n"
				    "--- /dev/null\n+++ b/n.c\n@@ -0,0 +1 @@\n+1\n"),
		       &variant);

	CLEANUP(free_ptr) char *text = content(&variant, "n.c");

	assert_string_equal(text, "2\n");
}

static void keeps_cr_and_a_missing_last_newline(void **state)
{
	struct source_variant variant;

	(void)state;
	assert_applies(MAIL("[PATCH] x",
			    "diff --git a/crlf.c b/crlf.c\n--- a/crlf.c\n+++ b/crlf.c\n"
			    "@@ -1,3 +1,3 @@\n one\r\n-two\r\n+2\r\n three\r\n"
			    "diff --git a/tail.c b/tail.c\n--- a/tail.c\n+++ b/tail.c\n"
			    "@@ -1 +1 @@\n-no newline at its end\n\\ No newline at end of file\n"
			    "+still none\n\\ No newline at end of file\n"),
		       &variant);

	CLEANUP(free_ptr) char *crlf = content(&variant, "crlf.c");
	CLEANUP(free_ptr) char *tail = content(&variant, "tail.c");

	assert_string_equal(crlf, "one\r\n2\r\nthree\r\n");
	assert_string_equal(tail, "still none");
}

static void takes_a_diff_without_git_header(void **state)
{
	struct source_variant variant;

	(void)state;
	assert_applies(MAIL("[PATCH] x", "--- a/b.c\n+++ b/b.c\n@@ -1,2 +1,2 @@\n"
					 "-line 1 of b\n+first\n line 2 of b\n"),
		       &variant);
}

#define NEW_FILE(path)                                                                             \
	"diff --git a/" path " b/" path "\nnew file mode 100644\n--- /dev/null\n+++ b/" path "\n"  \
	"@@ -0,0 +1 @@\n+planted\n"

static void refuses_paths_out_of_the_tree(void **state)
{
	(void)state;
	assert_refused(MAIL("[PATCH] x", NEW_FILE("../outside")), -EPERM, "\"../outside\"");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("dir/../../outside")), -EPERM, "\"..\"");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("./a")), -EPERM, "refused");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("/etc/passwd")), -EPERM, "absolute");
	assert_refused(MAIL("[PATCH] x", "--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n"),
		       -EPERM, "absolute");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("dir//x")), -EPERM, "not a path");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("dir/")), -EPERM, "not a path");
	assert_refused(MAIL("[PATCH] x",
			    "diff --git \"a/x\\nb\" \"b/x\\nb\"\nnew file mode 100644\n"
			    "--- /dev/null\n+++ \"b/x\\nb\"\n@@ -0,0 +1 @@\n+p\n"),
		       -EPERM, "control characters");
	assert_refused(MAIL("[PATCH] x", "diff --git a/a.c b/a.c\nsimilarity index 100%\n"
					 "rename from a.c\nrename to ../a.c\n"),
		       -EPERM, "\"../a.c\"");
}

static void refuses_gits_own_folder(void **state)
{
	(void)state;
	assert_refused(MAIL("[PATCH] x", NEW_FILE(".git/hooks/post-checkout")), -EPERM, "git's");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("dir/.GIT/config")), -EPERM, "git's");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("git~1/config")), -EPERM, "git's");
	assert_refused(MAIL("[PATCH] x", NEW_FILE(".git. /config")), -EPERM, "git's");
}

#define NEW_LINK(path, target)                                                                     \
	"diff --git a/" path " b/" path "\nnew file mode 120000\n--- /dev/null\n+++ b/" path "\n"  \
	"@@ -0,0 +1 @@\n+" target "\n\\ No newline at end of file\n"

static void refuses_links_and_what_is_below_them(void **state)
{
	(void)state;
	assert_refused(MAIL("[PATCH 1/2] plant", NEW_LINK("out", "/tmp"))
			       MAIL("[PATCH 2/2] write", NEW_FILE("out/file")),
		       -EPERM,
		       "Patch 1 of 2 (\"plant\") is refused: it adds or changes a symbolic");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("linkdir/file")), -EPERM,
		       "linkdir/file is below linkdir, a symbolic link");
	assert_refused(MAIL("[PATCH] x",
			    "diff --git a/linkdir/c.c b/linkdir/c.c\n--- a/linkdir/c.c\n"
			    "+++ b/linkdir/c.c\n@@ -1,2 +1,2 @@\n-line 1 of c\n+1\n"
			    " line 2 of c\n"),
		       -EPERM, "below linkdir");
	assert_refused(MAIL("[PATCH] x", "diff --git a/link b/link\n--- a/link\n+++ b/link\n"
					 "@@ -1 +1 @@\n-a.c\n\\ No newline at end of file\n"
					 "+/etc/passwd\n\\ No newline at end of file\n"),
		       -EPERM, "link is a symbolic link");
	assert_refused(MAIL("[PATCH] x", "diff --git a/a.c b/a.c\nold mode 100644\n"
					 "new mode 120000\n"),
		       -EPERM, "symbolic link");
	assert_refused(MAIL("[PATCH] x", "diff --git a/link b/other\nsimilarity index 100%\n"
					 "rename from link\nrename to other\n"),
		       -EPERM, "symbolic link");
}

static void refuses_a_submodule(void **state)
{
	(void)state;
	assert_refused(MAIL("[PATCH] x", "diff --git a/sub b/sub\nnew file mode 160000\n"
					 "index 0000000..1234567\n--- /dev/null\n+++ b/sub\n"
					 "@@ -0,0 +1 @@\n+Subproject commit 1234567\n"),
		       -EPERM, "submodule");
}

static void refuses_a_binary_change(void **state)
{
	(void)state;
	assert_refused(MAIL("[PATCH] x", "diff --git a/x.bin b/x.bin\nnew file mode 100644\n"
					 "index 0000000..1234567\nGIT binary patch\nliteral 4\n"
					 "LcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n"),
		       -EINVAL, "has a binary change (x.bin)");
}

static void says_where_a_diff_is_damaged(void **state)
{
	(void)state;
	assert_refused(MAIL("[PATCH] x", "diff --git a/b.c b/b.c\n--- a/b.c\n+++ b/b.c\n"
					 "@@ -1,2 +1,2 @@\n-line 1\nof b\n+first\n line 2 of b\n"),
		       -EINVAL, "is damaged: a hunk whose lines do not add up at line 6");
	assert_refused(MAIL("[PATCH] x", "diff --git a/b.c b/b.c\n--- a/b.c\n+++ b/b.c\n"
					 "@@ -1,9 +1,9 @@\n-line 1 of b\n"),
		       -EINVAL, "is damaged");
	assert_refused(MAIL("[PATCH] x", "diff --git a/b.c b/b.c\n--- a/b.c\n+++ b/other.c\n"
					 "@@ -1 +1 @@\n-a\n+b\n"),
		       -EINVAL, "two names");
	assert_refused(MAIL("[PATCH] x", "diff --git a/b.c b/b.c\nindex 12..34\n"
					 "@@ -99999999999,1 +1 @@\n-a\n+b\n"),
		       -EINVAL, "bad hunk header");
}

static void says_what_is_missing_or_in_the_way(void **state)
{
	(void)state;
	assert_refused(MAIL("[PATCH] x", "diff --git a/no.c b/no.c\n--- a/no.c\n+++ b/no.c\n"
					 "@@ -1 +1 @@\n-a\n+b\n"),
		       -ESTALE, "no.c does not exist");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("a.c")), -ESTALE, "a.c exists already");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("dir")), -ESTALE, "dir is a folder");
	assert_refused(MAIL("[PATCH] x", NEW_FILE("a.c/b")), -ESTALE, "a.c is a file");
	assert_refused(MAIL("[PATCH] x", "diff --git a/tail.c b/tail.c\ndeleted file mode 100644\n"
					 "--- a/tail.c\n+++ /dev/null\n"),
		       -EINVAL, "without hunks");
}

/* Half a million equal lines, and a hunk of as many that fits nowhere. */
static void a_search_without_end_is_given_up(void **state)
{
	CLEANUP(buf_release) struct buf mbox = BUF_INIT(8 << 20);
	enum { LINES = 300000 };

	(void)state;
	buf_puts(&mbox, "From: A <a@example.com>\nSubject: [PATCH 1/2] big\n\n---\n"
			"diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n");
	buf_printf(&mbox, "@@ -0,0 +1,%d @@\n", LINES);
	for (int i = 0; i < LINES; i++)
		buf_puts(&mbox, "+a\n");

	CLEANUP(buf_release) struct buf both = BUF_INIT(16 << 20);

	buf_puts(&both, "From x Mon Sep 17 00:00:00 2001\n");
	buf_append(&both, mbox.data, mbox.length);
	buf_puts(&both, "From x Mon Sep 17 00:00:00 2001\nFrom: A <a@example.com>\n"
			"Subject: [PATCH 2/2] slow\n\n---\n"
			"diff --git a/n b/n\n--- a/n\n+++ b/n\n");
	buf_printf(&both, "@@ -2,%d +2,%d @@\n", LINES / 2 + 2, LINES / 2 + 1);
	for (int i = 0; i < LINES / 2; i++)
		buf_puts(&both, " a\n");
	buf_puts(&both, "-b\n a\n");
	assert_refused(both.data, -EFBIG, "takes too long to place: n repeats itself");
}

static int set_up(void **state)
{
	CLEANUP(free_ptr) char *repository = NULL;
	CLEANUP(free_ptr) char *folder = NULL;

	(void)state;
	if (repository_set_up() < 0)
		return -1;
	if (!repository_there)
		return 0;
	repository = xasprintf("%s/base", repository_folder);
	folder = xasprintf("%s/source", repository_folder);
	return source_open(repository, folder, &source, &err) < 0 ||
			       source_base(source, "main", &base, &err) < 0
		       ? -1
		       : 0;
}

static int tear_down(void **state)
{
	(void)state;
	source_close(&source);
	return repository_tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(applies_at_an_offset),
		cmocka_unit_test(picks_the_nearest_of_equal_places),
		cmocka_unit_test(falls_back_to_a_3way_merge),
		cmocka_unit_test(says_which_patch_file_and_hunk),
		cmocka_unit_test(names_the_files_in_conflict),
		cmocka_unit_test(takes_mails_in_any_order),
		cmocka_unit_test(keeps_cr_and_a_missing_last_newline),
		cmocka_unit_test(takes_a_diff_without_git_header),
		cmocka_unit_test(refuses_paths_out_of_the_tree),
		cmocka_unit_test(refuses_gits_own_folder),
		cmocka_unit_test(refuses_links_and_what_is_below_them),
		cmocka_unit_test(refuses_a_submodule),
		cmocka_unit_test(refuses_a_binary_change),
		cmocka_unit_test(says_where_a_diff_is_damaged),
		cmocka_unit_test(says_what_is_missing_or_in_the_way),
		cmocka_unit_test(a_search_without_end_is_given_up),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

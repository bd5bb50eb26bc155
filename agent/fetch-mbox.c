// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commits as mails, each tried before it is believed: its patch, applied to its parent as a build
 * would apply it, must give its own tree. What that refuses (links, submodules, binary files, paths
 * that leave the tree) is refused here, where the commit can be named.
 */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/apply.h"
#include "agent/fetch.h"
#include "agent/git.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/hunk.h"
#include "lib/mbox-write.h"

struct series {
	git_repository *repository;
	struct mbox mbox;
	size_t capacity, bytes; /* of messages and diffs */
	char (*commits)[13];	/* of each patch, short */
	struct apply apply;
};

static void series_release(struct series *series)
{
	mbox_release(&series->mbox);
	free(series->commits);
}

/* A sentence that begins with the commit. */
static int blame(const git_commit *commit, int code, const char *why, struct err *err)
{
	const char *summary = git_commit_summary((git_commit *)commit);
	char hex[13];

	git_oid_tostr(hex, sizeof(hex), git_commit_id(commit));
	return err_set(err, code, "Commit %s (\"%.80s\") %s", hex, summary ? summary : "", why);
}

/* As UTF-8: a commit names its encoding, and older ones do not even that. */
static char *utf8(const git_commit *commit, const char *text)
{
	const char *encoding = git_commit_message_encoding(commit);
	char *converted, *copy;

	if (!text)
		return xstrdup("");
	if (g_utf8_validate(text, -1, NULL))
		return xstrdup(text);
	converted =
		g_convert(text, -1, "utf-8", encoding ? encoding : "iso-8859-1", NULL, NULL, NULL);
	if (!converted)
		converted = g_utf8_make_valid(text, -1);
	copy = xstrdup(converted);
	g_free(converted);
	return copy;
}

static char *mail_date(const git_time *when)
{
	time_t local = (time_t)(when->time + 60 * (git_time_t)when->offset);
	int minutes = abs(when->offset);
	struct tm fields;
	char text[64];

	if (!gmtime_r(&local, &fields) ||
	    !strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S", &fields))
		return xstrdup("");
	return xasprintf("%s %c%02d%02d", text, when->offset < 0 ? '-' : '+', minutes / 60 % 100,
			 minutes % 60);
}

static size_t line_length(const char *line)
{
	size_t length = strcspn(line, "\n");

	return length + (line[length] == '\n');
}

/* libgit2 names both sides ("--- ", "+++ ") of a file that is empty, and shows no hunk after that;
 * git does not, and takes it for damaged. */
static bool names_nothing(const char *line)
{
	const char *next = line + line_length(line);

	return !strncmp(line, "--- ", 4) && !strncmp(next, "+++ ", 4) &&
	       strncmp(next + line_length(next), "@@ ", 3) != 0;
}

static int tidy(const char *text, struct buf *ret_diff)
{
	struct hunk hunk = { 0 };
	size_t length;
	int rc = 0;

	for (const char *line = text; !rc && *line; line += length) {
		length = line_length(line);
		if (hunk_is_open(&hunk)) {
			hunk_take(&hunk, line);
		} else if (!hunk_begin(&hunk, line, length) && names_nothing(line)) {
			length += line_length(line + length);
			continue;
		}
		rc = buf_append(ret_diff, line, length);
	}
	return rc;
}

static int make_diff(struct series *series, git_commit *parent, git_commit *commit,
		     struct buf *ret_diff, struct err *err)
{
	CLEANUP(git_buf_dispose) git_buf text = { 0 };
	CLEANUP(git_free_tree) git_tree *before = NULL;
	CLEANUP(git_free_tree) git_tree *after = NULL;
	CLEANUP(git_free_diff) git_diff *diff = NULL;
	git_diff_options options;
	git_diff_find_options find;

	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	git_diff_find_options_init(&find, GIT_DIFF_FIND_OPTIONS_VERSION);
	options.id_abbrev = GIT_OID_HEXSZ;
	find.flags = GIT_DIFF_FIND_RENAMES;
	if (git_commit_tree(&before, parent) < 0 || git_commit_tree(&after, commit) < 0 ||
	    git_diff_tree_to_tree(&diff, series->repository, before, after, &options) < 0)
		return git_failed(err, "Cannot read a commit of the branch");
	if (git_diff_num_deltas(diff) > DIFF_FILES_MAX)
		return blame(commit, -EFBIG, "changes too many files.", err);
	if (git_diff_find_similar(diff, &find) < 0 ||
	    git_diff_to_buf(&text, diff, GIT_DIFF_FORMAT_PATCH) < 0)
		return git_failed(err, "Cannot compare a commit of the branch with its parent");
	/* Git takes files with a NUL for binary, and says so instead of showing them. */
	if (tidy(text.ptr, ret_diff) < 0)
		return blame(commit, -EFBIG, "changes more than an mbox may hold.", err);
	return 0;
}

static int try_patch(struct series *series, git_commit *parent, git_commit *commit,
		     const struct buf *diff, struct err *err)
{
	struct err why = ERR_INIT;
	git_oid tree;
	int rc = apply_patch(&series->apply, git_commit_tree_id(parent), diff->data, diff->length,
			     &tree, &why);

	if (rc < 0)
		return blame(commit, rc, why.text, err);
	if (!git_oid_equal(&tree, git_commit_tree_id(commit)))
		return blame(commit, -EINVAL, "changes what a patch cannot say.", err);
	return 0;
}

static int too_large(struct err *err)
{
	return err_set(err, -EFBIG, "The branch changes more than an mbox of %d MiB holds.",
		       MBOX_MAX_BYTES >> 20);
}

static int add_patch(struct series *series, git_commit *commit, const struct buf *diff,
		     struct err *err)
{
	struct mbox *mbox = &series->mbox;
	const git_signature *author = git_commit_author(commit);
	struct mbox_patch *patch;

	if (mbox->count == MBOX_MAX_PATCHES)
		return err_set(
			err, -EFBIG,
			"The branch has more than %d commits over its base. Is that the base "
			"it was made on?",
			MBOX_MAX_PATCHES);
	ARRAY_GROW(mbox->patches, mbox->count, series->capacity);
	patch = &mbox->patches[mbox->count];
	*patch = (struct mbox_patch){
		.number = (unsigned)mbox->count + 1,
		.subject = utf8(commit, git_commit_summary(commit)),
		.author_name = utf8(commit, author->name),
		.author_email = utf8(commit, author->email),
		.date = mail_date(&author->when),
		.message = utf8(commit, git_commit_message(commit)),
		.diff = xstrndup(diff->data, 0),
		.diff_bytes = diff->length,
	};
	patch->diff = xreallocarray(patch->diff, diff->length + 1, 1);
	memcpy(patch->diff, diff->data, diff->length);
	patch->diff[diff->length] = '\0';
	git_oid_tostr(series->commits[mbox->count], sizeof(series->commits[0]),
		      git_commit_id(commit));
	mbox->count++;
	series->bytes += diff->length + strlen(patch->message);
	return series->bytes > MBOX_MAX_BYTES ? too_large(err) : 0;
}

static int add_commit(struct series *series, const git_oid *id, struct err *err)
{
	CLEANUP(git_free_commit) git_commit *commit = NULL;
	CLEANUP(git_free_commit) git_commit *parent = NULL;
	CLEANUP(buf_release) struct buf diff = BUF_INIT(MBOX_MAX_BYTES);
	int rc;

	if (git_commit_lookup(&commit, series->repository, id) < 0)
		return git_failed(err, "Cannot read a commit of the branch");
	if (git_commit_parentcount(commit) != 1)
		return blame(commit, -EINVAL,
			     "is a merge. Rebase the branch onto its base, so that it is a line of "
			     "patches.",
			     err);
	if (git_commit_parent(&parent, commit, 0) < 0)
		return git_failed(err, "Cannot read a commit of the branch");
	/* Empty commits are left out, as git format-patch does. */
	if (git_oid_equal(git_commit_tree_id(parent), git_commit_tree_id(commit)))
		return 0;
	rc = make_diff(series, parent, commit, &diff, err);
	if (!rc)
		rc = try_patch(series, parent, commit, &diff, err);
	if (!rc)
		rc = add_patch(series, commit, &diff, err);
	return rc;
}

static int walk(struct series *series, const git_oid *base, const git_oid *head, struct err *err)
{
	CLEANUP(git_free_walk) git_revwalk *walk = NULL;
	git_oid id;
	int rc = 0;

	if (git_revwalk_new(&walk, series->repository) < 0 || git_revwalk_push(walk, head) < 0 ||
	    git_revwalk_hide(walk, base) < 0)
		return git_failed(err, "Cannot walk the branch");
	git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE);
	while (!rc && git_revwalk_next(&id, walk) == 0)
		rc = add_commit(series, &id, err);
	return rc;
}

/* A message may have lines that mean something in a mail: "---", "diff -". */
static int read_back(const struct series *series, const struct buf *text, struct err *err)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };
	struct err why = ERR_INIT;
	int rc = mbox_parse(text->data, text->length, &mbox, &why);

	if (rc < 0)
		return err_set(err, rc, "The branch cannot be written as mails: %s", why.text);
	for (size_t i = 0; i < series->mbox.count; i++) {
		const struct mbox_patch *patch = &series->mbox.patches[i];

		if (i < mbox.count && mbox.patches[i].diff_bytes == patch->diff_bytes &&
		    !memcmp(mbox.patches[i].diff, patch->diff, patch->diff_bytes))
			continue;
		return err_set(
			err, -EINVAL,
			"The message of commit %s (\"%.80s\") has a line that ends the message "
			"of a mail (\"---\" or \"diff -\"). Reword it.",
			series->commits[i], patch->subject);
	}
	return 0;
}

int fetch_mbox(git_repository *repository, const git_oid *base, const git_oid *head,
	       struct buf *ret_mbox, size_t *ret_commits, struct err *err)
{
	CLEANUP(series_release)
	struct series series = { .repository = repository, .apply = APPLY_INIT(repository) };
	CLEANUP(free_ptr) size_t *which = xcalloc(MBOX_MAX_PATCHES, sizeof(*which));
	char hex[OID_HEX_BYTES];
	int rc;

	series.commits = xcalloc(MBOX_MAX_PATCHES, sizeof(*series.commits));
	series.mbox.base_commit = xstrdup(git_oid_tostr(hex, sizeof(hex), base));
	rc = walk(&series, base, head, err);
	*ret_commits = series.mbox.count;
	if (rc < 0 || !series.mbox.count)
		return rc;
	for (size_t i = 0; i < series.mbox.count; i++)
		which[i] = i;
	mbox_write(&series.mbox, which, series.mbox.count, ret_mbox);
	if (ret_mbox->length > MBOX_MAX_BYTES)
		return too_large(err);
	return read_back(&series, ret_mbox, err);
}

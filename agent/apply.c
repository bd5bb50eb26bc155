// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/apply.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "agent/git.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

/* What is being built from one diff. */
struct work {
	struct apply *apply;
	git_tree *tree; /* before the patch */
	const struct diff *diff;
	struct edits *edits;
};

static int stale(struct err *err, const char *path, const char *why)
{
	return err_set(err, -ESTALE, "does not apply: %.200s %s.", path, why);
}

/* What path holds in the tree; mode 0 when nothing. */
static void look_up_tree(const struct work *work, const char *path, struct edit *ret_found)
{
	CLEANUP(git_free_entry) git_tree_entry *entry = NULL;

	ret_found->mode = 0;
	if (git_tree_entry_bypath(&entry, work->tree, path) < 0)
		return;
	ret_found->mode = git_tree_entry_filemode_raw(entry);
	ret_found->id = *git_tree_entry_id(entry);
}

/* The same after the changes of this patch so far. */
static void look_up(const struct work *work, const char *path, struct edit *ret_found)
{
	const struct edit *edit = edits_find(work->edits, path);

	if (edit)
		*ret_found = *edit;
	else
		look_up_tree(work, path, ret_found);
}

/* Nothing may be reached through a symbolic link or a submodule: its files are not the tree's. */
static int check_parents(const struct work *work, const char *path, struct err *err)
{
	CLEANUP(free_ptr) char *parent = xstrdup(path);

	for (char *slash = strchr(parent, '/'); slash; slash = strchr(slash + 1, '/')) {
		struct edit found = { 0 };

		*slash = '\0';
		look_up(work, parent, &found);
		if (found.mode == GIT_FILEMODE_LINK || found.mode == GIT_FILEMODE_COMMIT)
			return err_set(err, -EPERM, "is refused: %.200s is below %.200s, a %s.",
				       path, parent,
				       found.mode == GIT_FILEMODE_LINK ? "symbolic link"
								       : "submodule");
		if (found.mode && found.mode != GIT_FILEMODE_TREE)
			return stale(err, parent, "is a file and would have to be a folder");
		*slash = '/';
	}
	return 0;
}

/* A later file of the same patch may take path away: git writes both in one patch. */
static bool goes_away(const struct diff *diff, const char *path)
{
	for (size_t i = 0; i < diff->count; i++) {
		const struct diff_file *file = &diff->files[i];

		if ((file->kind == DIFF_DELETE || file->kind == DIFF_RENAME) &&
		    strcmp(file->old_path, path) == 0)
			return true;
	}
	return false;
}

static int find_old(const struct work *work, const struct diff_file *file, struct edit *ret_old,
		    struct err *err)
{
	int rc = check_parents(work, file->old_path, err);

	if (rc < 0)
		return rc;
	/* Renames and copies say what was there before the patch, whatever it changes as well. */
	if (file->kind == DIFF_RENAME || file->kind == DIFF_COPY)
		look_up_tree(work, file->old_path, ret_old);
	else
		look_up(work, file->old_path, ret_old);
	switch (ret_old->mode & 0170000) {
	case 0:
		return stale(err, file->old_path, "does not exist");
	case 0100000:
		return 0;
	case 0120000:
		if (file->kind == DIFF_DELETE)
			return 0;
		return err_set(err, -EPERM, "is refused: %.200s is a symbolic link.",
			       file->old_path);
	case 0160000:
		return err_set(err, -EPERM, "is refused: %.200s is a submodule.", file->old_path);
	default:
		return stale(err, file->old_path, "is a folder");
	}
}

static int check_new(const struct work *work, const struct diff_file *file, struct err *err)
{
	struct edit there = { 0 };
	int rc = check_parents(work, file->new_path, err);

	if (rc < 0 || file->kind == DIFF_MODIFY)
		return rc;
	look_up(work, file->new_path, &there);
	if (!there.mode || there.mode == GIT_FILEMODE_TREE)
		return 0; /* a folder in the way is found when the tree is written */
	if (!edits_find(work->edits, file->new_path) && goes_away(work->diff, file->new_path))
		return 0;
	return stale(err, file->new_path, "exists already");
}

static int hunk_failed(const struct diff_file *file, const struct locate_failure *failure,
		       struct err *err)
{
	const struct diff_hunk *hunk = &file->hunks[failure->hunk - 1];

	return err_set(err, -ESTALE,
		       "does not apply: %.200s, hunk %zu (@@ -%u,%u +%u,%u @@ near line %u): "
		       "context not found.",
		       file->old_path ? file->old_path : file->new_path, failure->hunk,
		       hunk->old_start, hunk->old_count, hunk->new_start, hunk->new_count,
		       failure->line);
}

/* The content after the hunks, into after. */
static int patch_content(struct work *work, const struct diff_file *file, const struct edit *old,
			 struct buf *after, struct err *err)
{
	CLEANUP(git_free_blob) git_blob *blob = NULL;
	struct locate_failure failure;
	const char *before = "";
	size_t bytes = 0;
	int rc;

	if (file->old_path) {
		if (git_blob_lookup(&blob, work->apply->repository, &old->id) < 0)
			return git_failed(err, "Cannot read %.200s", file->old_path);
		before = git_blob_rawcontent(blob);
		bytes = (size_t)git_blob_rawsize(blob);
	}
	rc = locate_apply(before, bytes, file, &work->apply->budget, after, &failure);
	if (rc == -ESTALE)
		return hunk_failed(file, &failure, err);
	if (rc == -EDQUOT)
		return err_set(err, -EFBIG, "takes too long to place: %.200s repeats itself.",
			       file->old_path ? file->old_path : file->new_path);
	if (rc < 0)
		return err_set(err, -EFBIG, "makes %.200s larger than %d bytes.",
			       file->new_path ? file->new_path : file->old_path,
			       APPLY_FILE_MAX_BYTES);
	return 0;
}

static int write_content(struct work *work, const char *path, const struct buf *content,
			 git_oid *ret_id, struct err *err)
{
	if (content->length > work->apply->bytes_left)
		return err_set(err, -EFBIG, "takes the series past %d bytes of changed files.",
			       APPLY_SERIES_MAX_BYTES);
	work->apply->bytes_left -= content->length;
	if (git_blob_create_from_buffer(ret_id, work->apply->repository, content->data,
					content->length) < 0)
		return git_failed(err, "Cannot store %.200s", path);
	return 0;
}

static int apply_file(struct work *work, const struct diff_file *file, struct err *err)
{
	CLEANUP(buf_release) struct buf after = BUF_INIT(APPLY_FILE_MAX_BYTES);
	struct edit old = { .mode = GIT_FILEMODE_BLOB };
	git_oid id;
	int rc = file->old_path ? find_old(work, file, &old, err) : 0;

	if (!rc && file->new_path)
		rc = check_new(work, file, err);
	if (rc < 0)
		return rc;
	id = old.id;
	if (file->hunks_count || !file->new_path || !file->old_path) {
		rc = patch_content(work, file, &old, &after, err);
		if (!rc && !file->new_path && after.length)
			return stale(err, file->old_path, "has lines that its removal leaves over");
		if (!rc && file->new_path)
			rc = write_content(work, file->new_path, &after, &id, err);
		if (rc < 0)
			return rc;
	}
	if (file->new_path)
		edits_set(work->edits, file->new_path, &id,
			  file->new_mode ? file->new_mode : old.mode);
	/* In a swap of two names the old one has been given its new file already. */
	if (file->kind == DIFF_DELETE ||
	    (file->kind == DIFF_RENAME && !edits_find(work->edits, file->old_path)))
		edits_set(work->edits, file->old_path, NULL, 0);
	return 0;
}

int apply_diff(struct apply *apply, const git_oid *tree, const struct diff *diff,
	       struct edits *ret_edits, struct err *err)
{
	CLEANUP(git_free_tree) git_tree *before = NULL;
	CLEANUP(edits_release) struct edits edits = { 0 };

	if (git_tree_lookup(&before, apply->repository, tree) < 0)
		return git_failed(err, "Cannot read the tree to apply to");

	struct work work = { .apply = apply, .tree = before, .diff = diff, .edits = &edits };

	for (size_t i = 0; i < diff->count; i++) {
		int rc = apply_file(&work, &diff->files[i], err);

		if (rc < 0)
			return rc;
	}
	*ret_edits = edits;
	edits = (struct edits){ 0 };
	return 0;
}

static int apply_plain(struct apply *apply, const git_oid *tree, const struct diff *diff,
		       git_oid *ret_tree, struct err *err)
{
	CLEANUP(edits_release) struct edits edits = { 0 };
	struct err why = ERR_INIT;
	int rc = apply_diff(apply, tree, diff, &edits, err);

	if (rc < 0)
		return rc;
	rc = edits_write(&edits, apply->repository, tree, ret_tree, &why);
	if (rc == -EEXIST)
		return err_set(err, -ESTALE, "does not apply: %.400s", why.text);
	return rc < 0 ? err_set(err, rc, "%s", why.text) : 0;
}

int apply_patch(struct apply *apply, const git_oid *tree, const char *text, size_t bytes,
		git_oid *ret_tree, struct err *err)
{
	CLEANUP(diff_release) struct diff diff = { 0 };
	struct err why = ERR_INIT, conflicts = ERR_INIT;
	int rc = diff_parse(text, bytes, &diff, err);

	if (rc < 0)
		return rc;
	if (diff.count > apply->files_left)
		return err_set(err, -EFBIG, "takes the series past %d changed files.",
			       APPLY_SERIES_MAX_FILES);
	apply->files_left -= (unsigned)diff.count;
	rc = apply_plain(apply, tree, &diff, ret_tree, &why);
	if (rc == -ESTALE) {
		int merged = merge3_apply(apply, tree, &diff, ret_tree, &conflicts);

		if (merged == -ESTALE)
			return err_set(err, rc, "%.600s The 3-way merge has conflicts in %.300s.",
				       why.text, conflicts.text);
		/* Without the blobs there is nothing to merge: the plain attempt's reason stands.
		 */
		if (merged != -ENOENT)
			return merged < 0 ? err_set(err, merged, "%s", conflicts.text) : 0;
	}
	return rc < 0 ? err_set(err, rc, "%s", why.text) : 0;
}

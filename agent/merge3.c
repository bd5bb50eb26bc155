// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `git am -3`: the blobs that a patch names in its "index a..b" lines make a tree of just those
 * files; the patch applies to that tree exactly, and the two are merged with what we have. One case
 * is refused that git merges: the patch and the tree both rename a file to the same new name.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "agent/apply.h"
#include "agent/git.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

/* xdiff is quadratic on files that have nothing in common. */
#define MERGE_FILE_MAX_BYTES (4 << 20)

static int find_blob(struct apply *apply, git_tree *tree, const struct diff_file *file,
		     git_oid *ret_id)
{
	CLEANUP(git_free_blob) git_blob *blob = NULL;
	CLEANUP(git_free_entry) git_tree_entry *entry = NULL;
	git_oid prefix;

	/* A change of mode or name alone has no index line: the file is as it is. */
	if (!*file->old_id && !file->hunks_count) {
		if (git_tree_entry_bypath(&entry, tree, file->old_path) < 0 ||
		    git_tree_entry_type(entry) != GIT_OBJECT_BLOB)
			return -ENOENT;
		*ret_id = *git_tree_entry_id(entry);
		return 0;
	}
	if (strlen(file->old_id) < GIT_OID_MINPREFIXLEN ||
	    git_oid_fromstrp(&prefix, file->old_id) < 0 ||
	    git_blob_lookup_prefix(&blob, apply->repository, &prefix, strlen(file->old_id)) < 0 ||
	    git_blob_rawsize(blob) > MERGE_FILE_MAX_BYTES)
		return -ENOENT;
	*ret_id = *git_blob_id(blob);
	return 0;
}

static unsigned old_mode(git_tree *tree, const struct diff_file *file)
{
	CLEANUP(git_free_entry) git_tree_entry *entry = NULL;

	if (file->old_mode)
		return file->old_mode;
	if (git_tree_entry_bypath(&entry, tree, file->old_path) < 0)
		return GIT_FILEMODE_BLOB;
	return git_tree_entry_filemode(entry) == GIT_FILEMODE_BLOB_EXECUTABLE
		       ? GIT_FILEMODE_BLOB_EXECUTABLE
		       : GIT_FILEMODE_BLOB;
}

static int find_ancestor(struct apply *apply, git_tree *tree, const struct diff *diff,
			 struct edits *ancestor)
{
	for (size_t i = 0; i < diff->count; i++) {
		const struct diff_file *file = &diff->files[i];
		git_oid id;

		if (!file->old_path)
			continue;
		if (find_blob(apply, tree, file, &id) < 0)
			return -ENOENT;
		edits_set(ancestor, file->old_path, &id, old_mode(tree, file));
	}
	return ancestor->count ? 0 : -ENOENT;
}

static void add_ours(git_tree *tree, const struct edits *paths, struct edits *ours)
{
	for (size_t i = 0; i < paths->count; i++) {
		CLEANUP(git_free_entry) git_tree_entry *entry = NULL;

		if (git_tree_entry_bypath(&entry, tree, paths->items[i].path) == 0 &&
		    git_tree_entry_type(entry) == GIT_OBJECT_BLOB)
			edits_set(ours, paths->items[i].path, git_tree_entry_id(entry),
				  git_tree_entry_filemode(entry));
	}
}

/* "a.c, b.c": what is left to a person. */
static int name_conflicts(git_index *index, struct err *err)
{
	CLEANUP(buf_release) struct buf names = BUF_INIT(400);
	const git_index_entry *ancestor, *ours, *theirs;
	git_index_conflict_iterator *iterator;

	if (git_index_conflict_iterator_new(&iterator, index) < 0)
		return git_failed(err, "Cannot read the merge's conflicts");
	while (git_index_conflict_next(&ancestor, &ours, &theirs, iterator) == 0) {
		const git_index_entry *entry = ours ? ours : theirs ? theirs : ancestor;

		if (buf_printf(&names, "%s%s", names.length ? ", " : "", entry->path) < 0) {
			buf_append_some(&names, " …", strlen(" …"));
			break;
		}
	}
	git_index_conflict_iterator_free(iterator);
	return err_set(err, -ESTALE, "%s", names.data);
}

/* What a merge with renames found is not what the patch named: looked at again. */
static int check_merged(git_repository *repository, git_tree *tree, const git_oid *merged,
			struct err *err)
{
	CLEANUP(git_free_tree) git_tree *after = NULL;
	CLEANUP(git_free_diff) git_diff *diff = NULL;

	if (git_tree_lookup(&after, repository, merged) < 0 ||
	    git_diff_tree_to_tree(&diff, repository, tree, after, NULL) < 0)
		return git_failed(err, "Cannot read the merged tree");
	for (size_t i = 0; i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);

		if (delta->status == GIT_DELTA_DELETED)
			continue;
		if (delta->new_file.mode != GIT_FILEMODE_BLOB &&
		    delta->new_file.mode != GIT_FILEMODE_BLOB_EXECUTABLE)
			return err_set(err, -EPERM, "is refused: %.200s would be no plain file.",
				       delta->new_file.path);
		if (diff_check_path(delta->new_file.path, err) < 0)
			return -EPERM;
	}
	return 0;
}

/* The three trees of a merge, as few files in each as will do. */
struct sides {
	git_tree *ancestor, *ours, *theirs;
	bool all_of_ours; /* not just the files that the patch names */
};

static void sides_release(struct sides *sides)
{
	git_tree_free(sides->ancestor);
	git_tree_free(sides->ours);
	git_tree_free(sides->theirs);
}

static int merge(struct apply *apply, git_tree *tree, const struct sides *sides,
		 struct edits *paths, git_oid *ret_tree, struct err *err)
{
	CLEANUP(git_free_index) git_index *index = NULL;
	git_merge_options options;
	git_oid merged;
	int rc;

	git_merge_options_init(&options, GIT_MERGE_OPTIONS_VERSION);
	if (git_merge_trees(&index, apply->repository, sides->ancestor, sides->ours, sides->theirs,
			    &options) < 0)
		return git_failed(err, "Cannot merge");
	if (git_index_has_conflicts(index))
		return name_conflicts(index, err);
	if (sides->all_of_ours) {
		if (git_index_write_tree_to(&merged, index, apply->repository) < 0)
			return git_failed(err, "Cannot store the merged tree");
	} else {
		for (size_t i = 0; i < paths->count; i++) {
			const char *path = paths->items[i].path;
			const git_index_entry *entry = git_index_get_bypath(index, path, 0);

			paths->items[i].mode = entry ? entry->mode : 0;
			if (entry)
				paths->items[i].id = entry->id;
		}
		rc = edits_write(paths, apply->repository, git_tree_id(tree), &merged, err);
		if (rc < 0)
			return rc == -EEXIST ? -ENOENT : rc;
	}
	rc = check_merged(apply->repository, tree, &merged, err);
	if (!rc)
		*ret_tree = merged;
	return rc;
}

static int tree_of(struct apply *apply, struct edits *edits, const git_oid *base, git_tree **ret,
		   struct err *err)
{
	git_oid id;
	int rc = edits_write(edits, apply->repository, base, &id, err);

	if (rc < 0)
		return rc == -EEXIST ? -ENOENT : rc;
	if (git_tree_lookup(ret, apply->repository, &id) < 0)
		return git_failed(err, "Cannot read a tree just written");
	return 0;
}

int merge3_apply(struct apply *apply, const git_oid *tree_id, const struct diff *diff,
		 git_oid *ret_tree, struct err *err)
{
	CLEANUP(git_free_tree) git_tree *tree = NULL;
	CLEANUP(edits_release) struct edits ancestor = { 0 };
	CLEANUP(edits_release) struct edits theirs = { 0 };
	CLEANUP(edits_release) struct edits ours = { 0 };
	CLEANUP(sides_release) struct sides sides = { 0 };
	int rc;

	if (git_tree_lookup(&tree, apply->repository, tree_id) < 0)
		return git_failed(err, "Cannot read the tree to apply to");
	rc = find_ancestor(apply, tree, diff, &ancestor);
	if (!rc)
		rc = tree_of(apply, &ancestor, NULL, &sides.ancestor, err);
	if (rc < 0)
		return rc;
	/* A patch that does not even fit the blobs it names was edited by hand. */
	rc = apply_diff(apply, git_tree_id(sides.ancestor), diff, &theirs, err);
	if (rc == -ESTALE)
		return -ENOENT;
	if (!rc)
		rc = tree_of(apply, &theirs, git_tree_id(sides.ancestor), &sides.theirs, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < ancestor.count; i++) {
		if (!edits_find(&theirs, ancestor.items[i].path))
			edits_set(&theirs, ancestor.items[i].path, &ancestor.items[i].id, 0);
	}
	add_ours(tree, &ancestor, &ours);
	/* A file that is not where the patch has it may have been renamed: look in all of ours. */
	if (ours.count < ancestor.count) {
		rc = git_tree_dup(&sides.ours, tree);
		if (rc < 0)
			return git_failed(err, "Cannot read the tree to apply to");
		sides.all_of_ours = true;
		return merge(apply, tree, &sides, &theirs, ret_tree, err);
	}
	add_ours(tree, &theirs, &ours);
	rc = tree_of(apply, &ours, NULL, &sides.ours, err);
	return rc < 0 ? rc : merge(apply, tree, &sides, &theirs, ret_tree, err);
}

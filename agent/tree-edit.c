// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/tree-edit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "agent/git.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void edits_release(struct edits *edits)
{
	for (size_t i = 0; i < edits->count; i++)
		free(edits->items[i].path);
	free(edits->items);
	*edits = (struct edits){ 0 };
}

const struct edit *edits_find(const struct edits *edits, const char *path)
{
	for (size_t i = 0; i < edits->count; i++) {
		if (strcmp(edits->items[i].path, path) == 0)
			return &edits->items[i];
	}
	return NULL;
}

void edits_set(struct edits *edits, const char *path, const git_oid *id, unsigned mode)
{
	struct edit *edit = (struct edit *)edits_find(edits, path);

	if (!edit) {
		ARRAY_GROW(edits->items, edits->count, edits->capacity);
		edit = &edits->items[edits->count++];
		*edit = (struct edit){ .path = xstrdup(path) };
	}
	if (id)
		edit->id = *id;
	edit->mode = mode;
}

/* "/" sorts before every other byte: what is below a name then follows that name. */
static int by_path(const void *left, const void *right)
{
	const char *a = ((const struct edit *)left)->path;
	const char *b = ((const struct edit *)right)->path;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == '/' || *b == '/')
		return *a == '/' ? (*b ? -1 : 1) : (*a ? 1 : -1);
	return (unsigned char)*a - (unsigned char)*b;
}

struct range {
	const struct edit *first, *end;
	size_t offset; /* of this folder's names in their paths */
};

static int write_folder(git_repository *repository, const git_oid *base, struct range range,
			git_oid *ret_tree, bool *ret_empty, struct err *err);

/* What is below one name; leaves it out when nothing is. */
static int write_below(git_repository *repository, git_treebuilder *builder, const char *name,
		       struct range below, struct err *err)
{
	const git_tree_entry *entry = git_treebuilder_get(builder, name);
	bool is_tree = entry && git_tree_entry_type(entry) == GIT_OBJECT_TREE;
	git_oid before, after;
	bool empty = false;
	int rc;

	if (is_tree)
		git_oid_cpy(&before, git_tree_entry_id(entry));
	rc = write_folder(repository, is_tree ? &before : NULL, below, &after, &empty, err);
	if (rc < 0)
		return rc;
	if (!empty && entry && !is_tree)
		return err_set(err, -EEXIST, "%s is a file and would have to be a folder.", name);
	if (!empty)
		rc = git_treebuilder_insert(NULL, builder, name, &after, GIT_FILEMODE_TREE);
	else if (is_tree)
		rc = git_treebuilder_remove(builder, name);
	return rc < 0 ? git_failed(err, "Cannot write a tree") : 0;
}

static int write_file(git_treebuilder *builder, const char *name, const struct edit *edit,
		      struct err *err)
{
	const git_tree_entry *entry = git_treebuilder_get(builder, name);
	int rc = 0;

	if (entry && git_tree_entry_type(entry) == GIT_OBJECT_TREE)
		return edit->mode
			       ? err_set(err, -EEXIST,
					 "%s is a folder and would have to be a file.", edit->path)
			       : 0;
	if (edit->mode)
		rc = git_treebuilder_insert(NULL, builder, name, &edit->id,
					    (git_filemode_t)edit->mode);
	else if (entry)
		rc = git_treebuilder_remove(builder, name);
	return rc < 0 ? git_failed(err, "Cannot write %.200s into a tree", edit->path) : 0;
}

static int write_name(git_repository *repository, git_treebuilder *builder, struct range *range,
		      struct err *err)
{
	const struct edit *edit = range->first;
	size_t length = strcspn(edit->path + range->offset, "/");
	CLEANUP(free_ptr) char *name = xstrndup(edit->path + range->offset, length);
	const struct edit *file = edit->path[range->offset + length] ? NULL : edit;
	struct range below = { .offset = range->offset + length + 1 };
	int rc = 0;

	if (file)
		range->first++;
	below.first = range->first;
	while (range->first < range->end &&
	       strncmp(range->first->path + range->offset, name, length) == 0 &&
	       range->first->path[range->offset + length] == '/')
		range->first++;
	below.end = range->first;
	/* Removals first: a file may make way for a folder, and a folder for a file. */
	if (file && !file->mode)
		rc = write_file(builder, name, file, err);
	if (!rc && below.first < below.end)
		rc = write_below(repository, builder, name, below, err);
	if (!rc && file && file->mode)
		rc = write_file(builder, name, file, err);
	return rc;
}

static int write_folder(git_repository *repository, const git_oid *base, struct range range,
			git_oid *ret_tree, bool *ret_empty, struct err *err)
{
	CLEANUP(git_free_tree) git_tree *tree = NULL;
	CLEANUP(git_free_builder) git_treebuilder *builder = NULL;
	int rc;

	if (base && git_tree_lookup(&tree, repository, base) < 0)
		return git_failed(err, "Cannot read a tree of the base");
	if (git_treebuilder_new(&builder, repository, tree) < 0)
		return git_failed(err, "Cannot write a tree");
	while (range.first < range.end) {
		rc = write_name(repository, builder, &range, err);
		if (rc < 0)
			return rc;
	}
	*ret_empty = git_treebuilder_entrycount(builder) == 0;
	if (git_treebuilder_write(ret_tree, builder) < 0)
		return git_failed(err, "Cannot write a tree");
	return 0;
}

int edits_write(struct edits *edits, git_repository *repository, const git_oid *base,
		git_oid *ret_tree, struct err *err)
{
	struct range range = { .first = edits->items, .end = edits->items + edits->count };
	bool empty;

	if (edits->count)
		qsort(edits->items, edits->count, sizeof(*edits->items), by_path);
	return write_folder(repository, base, range, ret_tree, &empty, err);
}

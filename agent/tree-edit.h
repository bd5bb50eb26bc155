/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changes between two trees, path by path, and the tree that comes out. Only the folders on
 * the way to a change are written, so a series on a tree of 80 000 files costs milliseconds.
 *
 *	CLEANUP(edits_release) struct edits edits = { 0 };
 *	edits_set(&edits, "virt/kvm/kvm_main.c", &blob, GIT_FILEMODE_BLOB);
 *	edits_set(&edits, "virt/kvm/old.c", NULL, 0);		// is gone
 *	rc = edits_write(&edits, repository, tree, &new_tree, err);
 */
#ifndef RUNWAY_AGENT_TREE_EDIT_H
#define RUNWAY_AGENT_TREE_EDIT_H

#include <git2.h>
#include <stddef.h>

#include "lib/err.h"

struct edit {
	char *path;
	git_oid id;
	unsigned mode; /* 0: no such file any more */
};

struct edits {
	struct edit *items;
	size_t count, capacity;
};

void edits_release(struct edits *edits);

/* id may be NULL when mode is 0. A later one for the same path wins. */
void edits_set(struct edits *edits, const char *path, const git_oid *id, unsigned mode);
const struct edit *edits_find(const struct edits *edits, const char *path); /* or NULL */

/*
 * base NULL: from nothing. Folders left empty go. -EEXIST when a path is a file here and a folder
 * there. Sorts edits.
 */
int edits_write(struct edits *edits, git_repository *repository, const git_oid *base,
		git_oid *ret_tree, struct err *err);

#endif

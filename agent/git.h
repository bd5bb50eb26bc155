/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libgit2 in this tree's manner: scoped ownership, and its errors as ours.
 *
 *	CLEANUP(git_free_tree) git_tree *tree = NULL;
 *	if (git_tree_lookup(&tree, repository, &id) < 0)
 *		return git_failed(err, "Cannot read tree %s", hex);
 */
#ifndef RUNWAY_AGENT_GIT_H
#define RUNWAY_AGENT_GIT_H

#include <git2.h>

#include "lib/err.h"

void git_free_blob(git_blob **blob);
void git_free_commit(git_commit **commit);
void git_free_diff(git_diff **diff);
void git_free_entry(git_tree_entry **entry);
void git_free_index(git_index **index);
void git_free_object(git_object **object);
void git_free_odb(git_odb **odb);
void git_free_repository(git_repository **repository);
void git_free_signature(git_signature **signature);
void git_free_tree(git_tree **tree);
void git_free_builder(git_treebuilder **builder);
void git_free_reference(git_reference **reference);
void git_free_remote(git_remote **remote);
void git_free_walk(git_revwalk **walk);

/*
 * git_libgit2_init(), and nothing but a repository itself has a say: a person's configuration
 * changes how merges find renames. And a base may belong to another user; its path is given by the
 * operator.
 */
void git_set_up(void);

/* "sentence: what libgit2 says", -EIO; call it right after the failure. */
int git_failed(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commits of a local git repository as an mbox, by git itself.
 *
 *	struct branch branch = { .repository = ".", .name = "fix", .base = NULL };
 *	rc = branch_base(&branch, commit, err);		// where it leaves its base
 *	rc = branch_write(&branch, commit, &mbox, err);
 *
 * The repository's own hooks, external diffs and text conversions are not run.
 */
#ifndef RUNWAY_CLI_BRANCH_H
#define RUNWAY_CLI_BRANCH_H

#include "lib/buf.h"
#include "lib/err.h"

#define BRANCH_COMMIT_BYTES 65 /* hexadecimal digits and a NUL */

struct branch {
	const char *repository; /* a path */
	const char *name;	/* any revision */
	const char *base;	/* NULL: its upstream, else origin/HEAD, master or main */
};

/* The commit where the branch leaves its base. -EINVAL when there is no branch or base of that
 * name, nothing between, or a merge. */
int branch_base(const struct branch *branch, char ret_commit[BRANCH_COMMIT_BYTES], struct err *err);

/* Appends the commits after that one, as git format-patch writes them. */
int branch_write(const struct branch *branch, const char *commit, struct buf *mbox,
		 struct err *err);

/* What a revision is, as a commit. */
int branch_commit(const char *repository, const char *rev, char ret_commit[BRANCH_COMMIT_BYTES],
		  struct err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One patch onto one tree, as `git am -3` would do it, without a file being written: hunks at their
 * place or at the nearest offset, no fuzz; else a 3-way merge through the blobs that the patch was
 * made against, when the repository has them.
 *
 *	struct apply apply = APPLY_INIT(repository);		// one for a series: it counts
 *	rc = apply_patch(&apply, &tree, patch->diff, patch->diff_bytes, &new_tree, err);
 *
 * err continues a sentence that the caller begins: "does not apply: arch/x86/kvm/x86.c, hunk 2 …".
 */
#ifndef RUNWAY_AGENT_APPLY_H
#define RUNWAY_AGENT_APPLY_H

#include <git2.h>
#include <stdint.h>

#include "agent/diff.h"
#include "agent/locate.h"
#include "agent/tree-edit.h"
#include "lib/err.h"

#define APPLY_FILE_MAX_BYTES (16 << 20)
#define APPLY_SERIES_MAX_BYTES (64 << 20) /* written into changed files, all patches together */
#define APPLY_SERIES_MAX_FILES 4000	  /* likewise */

struct apply {
	git_repository *repository;
	uint64_t budget; /* see locate.h */
	uint64_t bytes_left;
	unsigned files_left;
};

#define APPLY_INIT(repo)                                                                           \
	((struct apply){ .repository = (repo),                                                     \
			 .budget = LOCATE_BUDGET,                                                  \
			 .bytes_left = APPLY_SERIES_MAX_BYTES,                                     \
			 .files_left = APPLY_SERIES_MAX_FILES })

/*
 * -EINVAL damaged, -ESTALE does not apply, -EPERM refused, -EFBIG past a limit, -EIO the repository
 * cannot be read or written. ret_tree equals tree when the patch is in it already.
 */
int apply_patch(struct apply *apply, const git_oid *tree, const char *diff, size_t bytes,
		git_oid *ret_tree, struct err *err);

/* The same without the 3-way merge; what changes is put into ret_edits. */
int apply_diff(struct apply *apply, const git_oid *tree, const struct diff *diff,
	       struct edits *ret_edits, struct err *err);

/*
 * The 3-way merge: -ENOENT when the repository lacks a blob that the patch names, -ESTALE with the
 * conflicting files' names alone in err.
 */
int merge3_apply(struct apply *apply, const git_oid *tree, const struct diff *diff,
		 git_oid *ret_tree, struct err *err);

#endif

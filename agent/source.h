/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source tree of every variant, through libgit2: one bare store with the base repository as
 * alternate, one work tree in which variants are switched in place.
 *
 *	CLEANUP(source_close) struct source *source = NULL;
 *	rc = source_open("/srv/linux", state_folder, &source, err);
 *	rc = source_base(source, "v6.1", &base, err);
 *	rc = source_apply(source, &base, mbox.data, mbox.length, &variant, err);	// trees only
 *	rc = source_switch(source, &variant, err);	// work tree now holds it; mtimes of the rest kept
 *
 * Nothing here writes to the base repository. Patches are applied to trees, never to files, so a
 * planted symbolic link is never written through.
 */
#ifndef RUNWAY_AGENT_SOURCE_H
#define RUNWAY_AGENT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

#define OID_HEX_BYTES 65

struct source;

/* A tree that can be built. */
struct source_variant {
	char commit[OID_HEX_BYTES];    /* made by us with no ref; the base's own for the base */
	char tree[OID_HEX_BYTES];      /* hex object id */
	char base_tree[OID_HEX_BYTES]; /* the tree of the base it is made on; its own for a base */
};

/*
 * repository: path of the base's repository, never written. folder: ours, made when missing, kept
 * between runs; a work tree left half-switched by a crash is put right.
 */
int source_open(const char *repository, const char *folder, struct source **ret_source,
		struct err *err);
void source_close(struct source **source);

const char *source_worktree(const struct source *source); /* absolute path */

/* -ENOENT with a sentence when rev names no commit. */
int source_base(struct source *source, const char *rev, struct source_variant *ret_base,
		struct err *err);

/*
 * Applies an mbox of one or more patches on top of base, as `git am -3` would. On failure nothing
 * is changed and err names the patch (number and subject), the file and the hunk, and what to do:
 * -EINVAL no patch in it or malformed, -ESTALE does not apply, -EPERM refused (path outside the
 * tree, .git, a gitlink, a symbolic link or a parent that is one), -EFBIG past a limit.
 */
int source_apply(struct source *source, const struct source_variant *base, const char *mbox,
		 size_t bytes, struct source_variant *ret_variant, struct err *err);

/*
 * Makes the work tree hold the variant. Files whose content does not differ keep their mtime, so
 * that make sees exactly the variant's files as newer than what was built from the base:
 *
 * - Each base tree has one time, drawn when it is first switched to and remembered (the last 16
 *   bases; a forgotten one draws anew). Every file that is as in the base has that mtime, and gets
 *   it back when it returns to that.
 * - A file that the variant changes gets the time of the switch, newer than every time given
 *   before. While it stays the same over a switch to another variant it keeps that.
 * - Another base gives all files its own time. So a build folder belongs to one base tree, and
 *   stays good for it whatever was switched to in between.
 *
 * Files that are in neither tree are removed. What a build may not do is write here: bind it
 * read-only. After a crash in mid-switch, a reboot, or a tree that is not as recorded, every file
 * is read and put right.
 */
int source_switch(struct source *source, const struct source_variant *variant, struct err *err);

/*
 * Tells each path, below the tree, in which the variant differs from its base; in_place: both have
 * a file there, and of the same kind.
 */
typedef void source_change(void *data, const char *path, bool in_place);
int source_changes(struct source *source, const struct source_variant *variant,
		   source_change *change, void *data, struct err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a change of source files can reach, from the dependencies that kbuild wrote down when it
 * built the base (the .cmd files below its output folder). Asking make for less than everything
 * saves it from walking the whole tree.
 *
 *	struct kbuild_reach reach = KBUILD_REACH_INIT(base_out);
 *	rc = source_changes(source, &variant, kbuild_reach_add, &reach, err);
 *	if (!rc)
 *		rc = kbuild_reach_decide(&reach, err);
 *	if (reach.vmlinux) ... build all of it
 *
 * Careful by default: a file of another kind than C or assembly, one that is new or gone outside of
 * KVM's own folders, a Makefile, a Kconfig: each is taken to reach everything.
 */
#ifndef RUNWAY_AGENT_KBUILD_REACH_H
#define RUNWAY_AGENT_KBUILD_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

struct kbuild_reach {
	const char *out;  /* the base's output folder, which no patch has written to */
	bool vmlinux;	  /* something that is linked into the kernel, or all of it */
	bool kick_module; /* runway-kick.ko */
	char **paths;	  /* below the source tree, "/src/…" as the .cmd files have them */
	size_t count, capacity;
};

#define KBUILD_REACH_INIT(out_) ((struct kbuild_reach){ .out = (out_) })

/* Fits source_changes(): path is below the tree; in_place: it is in both trees. */
void kbuild_reach_add(void *reach, const char *path, bool in_place);

/* Reads the .cmd files unless what was added has decided it already. */
int kbuild_reach_decide(struct kbuild_reach *reach, struct err *err);
void kbuild_reach_release(struct kbuild_reach *reach);

#endif

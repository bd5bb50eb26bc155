/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the members of a structure are, from the DWARF of an ELF file (a kernel module's counts):
 * as compiled, so that neither the configuration nor a patch has to be known.
 *
 *	CLEANUP(layout_release) struct layout layout = { 0 };
 *	rc = layout_read("…/runway-kick.ko", "kvm_vcpu", &layout, err);
 *	const struct layout_member *mode = layout_find(&layout, "mode");
 *
 * Members of anonymous structures and unions have their own names; those of a named member that is
 * a structure are "member.inner", LAYOUT_DEPTH_MAX levels deep. The file may come from a hostile
 * build: its size, the entries looked at and the members are bounded.
 */
#ifndef RUNWAY_AGENT_LAYOUT_H
#define RUNWAY_AGENT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

#define LAYOUT_FILE_MAX_BYTES (64 << 20)
#define LAYOUT_DEPTH_MAX 4
#define LAYOUT_MEMBERS_MAX 16384

struct layout_member {
	char name[128];
	uint64_t offset; /* bytes from the structure's start */
	uint64_t bytes;	 /* 0 for an array */
	bool scalar;	 /* an integer, enumeration or bool that is no bit field */
};

struct layout {
	struct layout_member *members; /* in the order of declaration */
	size_t count;
	uint64_t bytes; /* sizeof */
};

/* structure: its tag. -ENOENT when the file's DWARF does not define it, -EINVAL when it has none or
 * does not parse. */
int layout_read(const char *path, const char *structure, struct layout *ret_layout,
		struct err *err);
void layout_release(struct layout *layout);

const struct layout_member *layout_find(const struct layout *layout, const char *name);

#endif

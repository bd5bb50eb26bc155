/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows on one recorded path: how many instructions lie between the exit, the stores that tell
 * interrupt senders whether the vCPU is in the guest, and the entry. docs/exact-lane.md defines
 * them.
 *
 *	struct watched_member flag = { .vcpus = vcpus, .vcpus_count = 1, .offset = 52, .bytes = 4 };
 *	struct exact_window window;
 *	if (exact_window(path, &flag, &window))
 *		... window.exit, window.entry ...
 */
#ifndef RUNWAY_AGENT_EXACT_WINDOWS_H
#define RUNWAY_AGENT_EXACT_WINDOWS_H

#include <stdbool.h>

#include "agent/layout.h"
#include "agent/path-file.h"

/* A member of struct kvm_vcpu, in any of the vCPUs that the path may be of. */
struct watched_member {
	const uint64_t *vcpus; /* addresses of struct kvm_vcpu */
	size_t vcpus_count;
	uint64_t offset, bytes;
};

struct exact_window {
	uint64_t exit;	/* instructions up to and including the first store to the member */
	uint64_t entry; /* instructions between the last store and VMRUN, without either */
	uint64_t stores;
};

/* False, and *ret_window untouched, when the path never stores to the member. */
bool exact_window(const struct path_file_path *path, const struct watched_member *member,
		  struct exact_window *ret_window);

/*
 * The member that interrupt senders look at in this build: the new scalar (in layout, not in base)
 * that the path stores to both on its way out and on its way in, i.e. at least twice; of several
 * the one stored to first. NULL when there is none.
 */
const struct layout_member *exact_find_flag(const struct path_file_path *path,
					    const struct layout *layout, const struct layout *base,
					    const uint64_t *vcpus, size_t vcpus_count);

#endif

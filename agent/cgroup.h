/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounds what a whole tree of processes takes, which resource limits cannot: they count a process
 * at a time, and do not count processes of root at all. Needs root; works with both cgroup
 * hierarchies.
 *
 *	CLEANUP(cgroup_remove) struct cgroup group = { 0 };
 *	if (!cgroup_create("build", 512, 4ull << 30, &group))
 *		... start argv from cgroup_join(&group, …)
 */
#ifndef RUNWAY_AGENT_CGROUP_H
#define RUNWAY_AGENT_CGROUP_H

#include <stdint.h>

#define CGROUP_FOLDERS_MAX 2

struct cgroup {
	char folders[CGROUP_FOLDERS_MAX][128]; /* "" when unused */
};

/* A limit of 0 is none. -ENOTSUP when this process may not make groups here; nothing is left then.
 */
int cgroup_create(unsigned processes_max, uint64_t memory_max_bytes, struct cgroup *ret_group);

/* Removes the group; whatever ran in it must have ended. */
void cgroup_remove(struct cgroup *group);

#endif

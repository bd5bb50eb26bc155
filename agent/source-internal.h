/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What source.c, source-apply.c and source-switch.c share. */
#ifndef RUNWAY_AGENT_SOURCE_INTERNAL_H
#define RUNWAY_AGENT_SOURCE_INTERNAL_H

#include <git2.h>

#include "agent/source-state.h"
#include "agent/source.h"
#include "agent/worktree.h"

struct source {
	char *base_path;  /* of the base's repository */
	char *state_path; /* see source-state.h */
	char *worktree_path;
	git_repository *base;  /* only read */
	git_repository *store; /* ours, the base's objects as alternate */
	int lock_fd;
	struct worktree worktree;
	struct source_state state;
};

#endif

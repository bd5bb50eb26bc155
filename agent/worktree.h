/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of the work tree, reached from its folder's descriptor name by name, never through a
 * symbolic link: a link in the tree cannot lead a write out of it.
 *
 *	struct worktree worktree = { .fd = folder_fd, .repository = repository };
 *	struct worktree_file file = { .path = "virt/kvm/kvm_main.c", .id = id, .mode = mode };
 *	rc = worktree_write(&worktree, &file, time_ns, err);
 *
 * -ELOOP and -ENOTDIR mean that the folder is not what it is recorded to be: verify it.
 */
#ifndef RUNWAY_AGENT_WORKTREE_H
#define RUNWAY_AGENT_WORKTREE_H

#include <git2.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

struct worktree {
	int fd;
	const char *path; /* of the folder, for sentences */
	git_repository *repository;
};

struct worktree_file {
	const char *path; /* below the work tree */
	git_oid id;
	unsigned mode; /* git's: plain, executable or link; a submodule is left an empty folder */
};

/* Makes the file anew, folders on the way included; what was there under its name goes. */
int worktree_write(const struct worktree *worktree, const struct worktree_file *file,
		   int64_t time_ns, struct err *err);

/* A file that is not there is no error. Folders left empty go as well. */
int worktree_remove(const struct worktree *worktree, const char *path, struct err *err);

int worktree_set_time(const struct worktree *worktree, const char *path, int64_t time_ns,
		      struct err *err);

/* How the times of files are chosen; see source.h. */
struct worktree_times {
	int64_t base_ns;    /* for files that are as in the base */
	int64_t changed_ns; /* for all others */
};

/*
 * Reads every file, rewrites those that differ from the tree, removes what is not in it. This is
 * also the first checkout: into an empty folder. base may equal tree.
 */
int worktree_verify(const struct worktree *worktree, const git_oid *tree, const git_oid *base,
		    const struct worktree_times *times, struct err *err);

/* No name of a tree may leave its folder or be git's own; repositories are made by others. */
bool worktree_name_is_safe(const char *name);

/* Below an open folder; what worktree_write() and worktree_verify() share. */
int worktree_write_at(const struct worktree *worktree, int folder, const char *name,
		      const struct worktree_file *file, int64_t time_ns, struct err *err);
int worktree_set_time_at(int folder, const char *name, int64_t time_ns);

#endif

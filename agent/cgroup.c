// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"

/* To know another mount of a controller: a row. The unified hierarchy has both in one folder. */
static const struct {
	const char *mount, *limit_file;
	enum { PROCESSES, MEMORY } what;
} controllers[] = {
	{ "/sys/fs/cgroup", "pids.max", PROCESSES },
	{ "/sys/fs/cgroup", "memory.max", MEMORY },
	{ "/sys/fs/cgroup/pids", "pids.max", PROCESSES },
	{ "/sys/fs/cgroup/memory", "memory.limit_in_bytes", MEMORY },
};

static int write_limit(const char *folder, const char *file, uint64_t value)
{
	char path[320], text[32];
	CLEANUP(close_fd) int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return file_write_all(fd, text, (size_t)snprintf(text, sizeof(text), "%" PRIu64, value));
}

static bool is_cgroup(const char *folder)
{
	char path[320];

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	return access(path, F_OK) == 0;
}

/* The group's folder below mount, made when it is the first use of it. */
static const char *folder_below(struct cgroup *group, const char *mount, const char *name)
{
	char folder[128];

	snprintf(folder, sizeof(folder), "%s/%s", mount, name);
	for (size_t i = 0; i < CGROUP_FOLDERS_MAX; i++) {
		if (!strcmp(group->folders[i], folder))
			return group->folders[i];
		if (group->folders[i][0])
			continue;
		if (mkdir(folder, 0755) < 0)
			return NULL;
		memcpy(group->folders[i], folder, sizeof(folder));
		return group->folders[i];
	}
	return NULL;
}

int cgroup_create(unsigned processes_max, uint64_t memory_max_bytes, struct cgroup *ret_group)
{
	static atomic_uint serial;
	struct cgroup group = { 0 };
	bool limited[2] = { !processes_max, !memory_max_bytes };
	char name[64];

	snprintf(name, sizeof(name), "runway-%d-%u", (int)getpid(), atomic_fetch_add(&serial, 1));
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
		uint64_t limit =
			controllers[i].what == PROCESSES ? processes_max : memory_max_bytes;
		const char *folder;

		if (limited[controllers[i].what] || !is_cgroup(controllers[i].mount))
			continue;
		folder = folder_below(&group, controllers[i].mount, name);
		if (folder && !write_limit(folder, controllers[i].limit_file, limit))
			limited[controllers[i].what] = true;
	}
	if (!limited[PROCESSES] || !limited[MEMORY]) {
		cgroup_remove(&group);
		return -ENOTSUP;
	}
	*ret_group = group;
	return 0;
}

void cgroup_remove(struct cgroup *group)
{
	for (size_t i = 0; i < CGROUP_FOLDERS_MAX; i++) {
		/* The kernel needs a moment to bury the last process. */
		for (int tries = 0; group->folders[i][0] && tries < 50; tries++) {
			if (rmdir(group->folders[i]) == 0 || errno != EBUSY)
				break;
			usleep(20000);
		}
		group->folders[i][0] = '\0';
	}
}

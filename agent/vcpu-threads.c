// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/vcpu-threads.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"

/* Generations between the child that was started (prlimit, bubblewrap) and the emulator. */
#define GENERATIONS_MAX 8

static pid_t parent_of(const char *proc, pid_t pid)
{
	char path[256], line[1024];
	const char *after;
	int parent;

	snprintf(path, sizeof(path), "%s/%d/stat", proc, (int)pid);
	if (file_read_line(path, line, sizeof(line), NULL) < 0)
		return 0;
	/* "12 (name that may have ) in it) S 11 …" */
	after = strrchr(line, ')');
	return after && sscanf(after, ") %*c %d", &parent) == 1 ? parent : 0;
}

static bool descends(const char *proc, pid_t pid, pid_t ancestor)
{
	for (int i = 0; i < GENERATIONS_MAX && pid > 1; i++) {
		if (pid == ancestor)
			return true;
		pid = parent_of(proc, pid);
	}
	return false;
}

static bool is_number(const char *name)
{
	return isdigit((unsigned char)name[0]);
}

static void collect(const char *proc, pid_t pid, struct vcpu_threads *threads)
{
	char path[512], name[64];
	CLEANUP(close_dir) DIR *folder = NULL;
	struct dirent *entry;

	snprintf(path, sizeof(path), "%s/%d/task", proc, (int)pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)) && threads->count < VCPU_THREADS_MAX) {
		unsigned cpu;

		if (!is_number(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%d/task/%.20s/comm", proc, (int)pid,
			 entry->d_name);
		if (file_read_line(path, name, sizeof(name), NULL) < 0 ||
		    sscanf(name, "CPU %u/", &cpu) != 1)
			continue;
		threads->ids[threads->count++] = (pid_t)strtol(entry->d_name, NULL, 10);
	}
}

bool vcpu_threads_find(const char *proc, pid_t ancestor, struct vcpu_threads *ret_threads)
{
	CLEANUP(close_dir) DIR *folder = opendir(proc);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		struct vcpu_threads threads = { 0 };
		pid_t pid;

		if (!is_number(entry->d_name))
			continue;
		pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (!descends(proc, pid, ancestor))
			continue;
		collect(proc, pid, &threads);
		if (!threads.count)
			continue;
		threads.emulator = pid;
		*ret_threads = threads;
		return true;
	}
	return false;
}

void vcpu_threads_delays(const char *proc, const struct vcpu_threads *threads,
			 uint64_t ret_delays_ns[VCPU_THREADS_MAX])
{
	for (unsigned i = 0; i < threads->count; i++) {
		char path[256], line[128];

		ret_delays_ns[i] = 0;
		snprintf(path, sizeof(path), "%s/%d/task/%d/schedstat", proc,
			 (int)threads->emulator, (int)threads->ids[i]);
		/* time on a processor, time waiting for one, time slices */
		if (!file_read_line(path, line, sizeof(line), NULL) &&
		    sscanf(line, "%*u %" SCNu64, &ret_delays_ns[i]) != 1)
			ret_delays_ns[i] = 0;
	}
}

bool vcpu_threads_pin(const struct vcpu_threads *threads)
{
	cpu_set_t allowed;
	bool pinned = true;
	int cpu = -1;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0 ||
	    CPU_COUNT(&allowed) < (int)threads->count)
		return false;
	for (unsigned i = 0; i < threads->count; i++) {
		cpu_set_t one;

		do
			cpu++;
		while (!CPU_ISSET(cpu, &allowed));
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		pinned &= !sched_setaffinity(threads->ids[i], sizeof(one), &one);
	}
	return pinned;
}

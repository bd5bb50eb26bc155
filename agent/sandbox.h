/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command that executes hostile input (a kernel's Makefiles, a kernel inside an emulator) in
 * bubblewrap: no network, own process and IPC namespaces, no capabilities, a read-only system of
 * /usr alone, its own /tmp and /dev, nothing of the agent's but the folders given.
 *
 *	struct sandbox_bind binds[] = { { tree, "/src", false }, { out, "/out", true }, { 0 } };
 *	struct sandbox_spec spec = { .argv = argv, .binds = binds, .folder = "/out",
 *				     .time_limit_ms = 20 * 60 * 1000, .memory_max_bytes = 4ull << 30 };
 *	rc = sandbox_run(&spec, &result, err);
 */
#ifndef RUNWAY_AGENT_SANDBOX_H
#define RUNWAY_AGENT_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/proc.h"

struct cgroup;

struct sandbox_bind {
	const char *from; /* ours; NULL ends the list */
	const char *to;	  /* inside */
	bool writable;
};

struct sandbox_spec {
	const char *const *argv; /* as inside the sandbox */
	const struct sandbox_bind *binds;
	const char *const *environment; /* "NAME=value", NULL-ended; may be NULL. PATH is set. */
	const char *folder;		/* inside */
	const int *keep_fds;		/* as in struct proc_spec */
	bool network;			/* the agent's own; without it there is none */
	uint64_t time_limit_ms;
	uint64_t memory_max_bytes; /* address space of one process; 0: no limit */
	uint64_t file_max_bytes;   /* largest file; 0: no limit */
	unsigned processes_max;	   /* at once; 0: no limit */
	const char
		*watch_folder; /* ended when the files below it pass watch_max_bytes; NULL: none */
	uint64_t watch_max_bytes;
	void (*output)(void *data, const char *bytes, size_t count);
	bool (*cancelled)(void *data);
	void *data;
};

/* 0 when bubblewrap works here, else a sentence on what to install or allow. */
int sandbox_probe(struct err *err);

int sandbox_run(const struct sandbox_spec *spec, struct proc_result *ret_result, struct err *err);

/*
 * The argv that sandbox_run() would start, for a caller that watches the child itself; the child
 * joins group unless that is NULL. Free with sandbox_argv_free(); the strings that came in through
 * spec stay the caller's until then.
 */
char **sandbox_argv(const struct sandbox_spec *spec, const struct cgroup *group);
void sandbox_argv_free(char ***argv);

#endif

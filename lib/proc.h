/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes: argv vector, given environment, a time limit, known file descriptors.
 *
 *	const char *argv[] = { "make", "-j2", NULL };
 *	struct proc_spec spec = { .argv = argv, .time_limit_ms = 600000, .output = to_log,
 *				  .data = log };
 *	struct proc_result result;
 *	rc = proc_run(&spec, &result, err);		// rc < 0: could not be started
 *	if (result.end == PROC_EXITED && result.status == 0) ...
 *
 * A child gets its own process group and dies with its parent thread's process; stdin is /dev/null;
 * no descriptor is inherited but 0-2 and those in keep_fds. When the limit passes, or cancelled()
 * says so, the whole group gets SIGTERM and 2 s later SIGKILL.
 */
#ifndef RUNWAY_LIB_PROC_H
#define RUNWAY_LIB_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"

struct proc_spec {
	const char *const *argv;	/* NULL-ended; argv[0] is looked up in PATH */
	const char *const *environment; /* NULL-ended "NAME=value"; NULL: PATH, HOME, LANG=C only */
	const char *folder;		/* NULL: ours */
	const int *keep_fds;		/* ends in -1; stay open under the same numbers */
	uint64_t time_limit_ms;		/* 0: none */
	/* stdout and stderr, as they come; NULL: to /dev/null. */
	void (*output)(void *data, const char *bytes, size_t count);
	/* Asked about five times a second; true ends the child. May be NULL. */
	bool (*cancelled)(void *data);
	void *data;
};

enum proc_end { PROC_EXITED, PROC_SIGNALLED, PROC_TIMED_OUT, PROC_CANCELLED };

struct proc_result {
	enum proc_end end;
	int status; /* exit status, or the signal's number */
	uint64_t duration_ms;
};

int proc_run(const struct proc_spec *spec, struct proc_result *ret_result, struct err *err);

/* A child to watch by hand. */
struct proc {
	pid_t pid;
	int pidfd;     /* readable when it has ended */
	int output_fd; /* its stdout and stderr, non-blocking; -1 without spec.output */
};

#define PROC_INIT ((struct proc){ .pid = -1, .pidfd = -1, .output_fd = -1 })

int proc_start(const struct proc_spec *spec, struct proc *ret_proc, struct err *err);
/* Waits up to limit_ms; true when it has ended, with result's end and status filled. */
bool proc_wait(struct proc *proc, uint64_t limit_ms, struct proc_result *ret_result);
/* Ends it (SIGTERM, 2 s, SIGKILL to the group) if it still runs, reaps it, closes the descriptors.
 */
void proc_release(struct proc *proc);

uint64_t clock_ms(void); /* CLOCK_MONOTONIC */

/* "exited with 2", "was killed by signal 9 (Killed)", "ran past its limit": for sentences. */
void proc_describe(const struct proc_result *result, char *ret_text, size_t bytes);

#endif

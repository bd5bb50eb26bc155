/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a build's output as it comes: hands it on, counts warnings, remembers the line that says
 * why it failed.
 */
#ifndef RUNWAY_AGENT_BUILD_LOG_H
#define RUNWAY_AGENT_BUILD_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/proc.h"

#define BUILD_LOG_MAX_BYTES (64u << 20)

struct kbuild_watch;

struct build_log {
	const struct kbuild_watch *watch;
	uint64_t bytes;
	unsigned warnings;
	bool failed;
	char sentence[512];
	char line[512]; /* the one being read, cut */
	size_t line_length;
	char first_error[400]; /* first compiler or modpost error */
	char last_make[400];   /* last "make: *** …" */
};

/* For struct proc_spec and struct sandbox_spec; data is the struct build_log. */
void build_log_add(void *data, const char *bytes, size_t count);
bool build_log_cancelled(void *data);

bool build_log_too_long(const struct build_log *log);

/* After the command has ended: sets failed and sentence when it did not end well. */
void build_log_judge(struct build_log *log, const struct proc_result *result);

/* Sets failed and the sentence; returns 0, for a failure that is the build's and not this
 * machine's. */
int build_log_fail(struct build_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif

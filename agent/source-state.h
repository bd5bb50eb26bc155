/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the work tree is recorded to hold, kept in a small text file that is replaced atomically.
 *
 *	source_state_read(path, &state);	// one that cannot be read: nothing known
 *	state.switching = true;			// the intent, on disk before the first file changes
 *	rc = source_state_write(path, &state, err);
 */
#ifndef RUNWAY_AGENT_SOURCE_STATE_H
#define RUNWAY_AGENT_SOURCE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/source.h"
#include "lib/err.h"

#define SOURCE_BASES_MAX 16

struct source_base_time {
	char tree[OID_HEX_BYTES];
	int64_t time_ns; /* since 1970 */
};

struct source_state {
	bool known;		       /* false: nothing is known of what the work tree holds */
	bool switching;		       /* a switch began and has not been recorded to end */
	char tree[OID_HEX_BYTES];      /* held, or being switched to */
	char base_tree[OID_HEX_BYTES]; /* whose time the unchanged files have */
	char boot[64];	 /* files of another boot may have lost their content to a power cut */
	int64_t last_ns; /* the newest time ever given to a file */
	struct source_base_time bases[SOURCE_BASES_MAX]; /* oldest use first */
	unsigned bases_count;
};

void source_state_read(const char *path, struct source_state *ret_state);
int source_state_write(const char *path, const struct source_state *state, struct err *err);

/* A time newer than every one before, and than now. */
int64_t source_state_next_time(struct source_state *state);

/* The base's time, drawn when it has none; makes it the latest used. */
int64_t source_state_base_time(struct source_state *state, const char *base_tree);

/* Identifies this boot; "" when the kernel does not say. */
void source_boot_id(char ret_id[64]);

#endif

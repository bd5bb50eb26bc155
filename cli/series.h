/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Series, as the server stored them and as they are asked for. */
#ifndef RUNWAY_CLI_SERIES_H
#define RUNWAY_CLI_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct series_patch {
	char *subject;
	char *change; /* against the version before: "unchanged", "changed", "new"; NULL: there is
			 none */
};

struct series {
	int64_t id;
	char *state;	/* "ready", "fetching", "failed" */
	char *reason;	/* why it failed, or what was left out; NULL: nothing to say */
	char *previous; /* "early v1"; NULL: it is the first version */
	char *name;
	char *sender_flag; /* NULL: none was named */
	char *version;	   /* NULL: not given */
	size_t patch_count, dropped_count, parts_count;
	struct series_patch *patches;
	char **dropped; /* subjects of the version before that are here no more */
	int64_t *parts; /* series that are its beginnings */
};

/* A branch to be fetched, as POST /series takes it. What is NULL is left out. */
struct series_branch {
	const char *url, *ref, *base, *repository;
	const char *name, *sender_flag, *expect;
	bool each_commit;
};

char *series_branch_encode(const struct series_branch *branch); /* free() it */

int series_decode(const char *data, size_t bytes, struct series *ret_series, struct err *err);
void series_release(struct series *series);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Series, as the server stored them and as they are asked for. */
#ifndef RUNWAY_CLI_SERIES_H
#define RUNWAY_CLI_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"
#include "lib/err.h"

struct series_patch {
	char *subject;
	/* Against the version before: "unchanged", "changed", "new"; NULL: there is none. */
	char *change;
};

struct series {
	int64_t id;
	char *state;	/* "ready", "fetching", "failed" */
	char *reason;	/* why it failed, or what was left out; NULL: nothing to say */
	char *previous; /* "early v1"; NULL: it is the first version */
	char *name;
	char *sender_flag;    /* NULL: none was named */
	char *version;	      /* NULL: not given */
	char *expects;	      /* with commas between */
	char *created, *mbox; /* NULL: not told; mbox: its SHA-256 */
	int64_t mbox_bytes;
	size_t patch_count, dropped_count, parts_count;
	struct series_patch *patches;
	char **dropped; /* subjects of the version before that are here no more */
	int64_t *parts; /* series that are its beginnings */
};

struct series_page {
	struct series *series;
	size_t count;
	int64_t next; /* 0: no further page */
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
int series_page_decode(const char *data, size_t bytes, struct series_page *ret_page,
		       struct err *err);
void series_page_release(struct series_page *page);

/* With its patches, and what became of those of the version before. */
void series_print(const struct series *series, const struct screen *screen);

#endif

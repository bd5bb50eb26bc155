/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a series as mboxes and series of their own: its beginnings NAME-1, NAME-2 …, and what
 * is left without each patch, NAME-without-1 … (without the last is a beginning).
 *
 *	CLEANUP(bisect_drafts_release) struct bisect_drafts drafts = { 0 };
 *	rc = bisect_drafts_make(store, &series, &drafts, err);	// before the transaction: writes files
 *	count = bisect_drafts_add(conn, &drafts, series.id, now_ms, parts);	// within it
 */
#ifndef RUNWAY_SERVER_BISECT_PARTS_H
#define RUNWAY_SERVER_BISECT_PARTS_H

#include "server/artifact.h"
#include "server/bisect.h"
#include "server/series.h"

#define BISECT_PARTS_MAX (2 * STAT_BISECT_PATCHES_MAX)

struct bisect_draft {
	bool without;
	size_t number;
	struct series_draft series;
	char sha256[SHA256_HEX_BYTES];
	size_t bytes;
};

struct bisect_drafts {
	struct bisect_draft all[BISECT_PARTS_MAX];
	size_t count;
};

void bisect_drafts_release(struct bisect_drafts *drafts);
int bisect_drafts_make(struct artifact_store *store, const struct series *series,
		       struct bisect_drafts *ret_drafts, struct err *err);
/* parts has room for BISECT_PARTS_MAX. */
size_t bisect_drafts_add(struct db_conn *conn, const struct bisect_drafts *drafts, int64_t series,
			 int64_t now_ms, struct bisect_part *parts);

#endif

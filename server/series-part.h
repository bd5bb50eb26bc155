/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a series as mboxes and series of their own: its beginnings NAME-1, NAME-2 … without
 * the whole, and, when those are wanted, what is left without each patch, NAME-without-1 … (without
 * the last is a beginning).
 *
 *	CLEANUP(series_parts_release) struct series_parts parts = { 0 };
 *	struct series_whole whole = { series.id, series.name, series.sender_flag };
 *	rc = series_parts_make(store, &whole, &mbox, true, &parts, err); // before the transaction: files
 *	series_parts_add(conn, &parts, false, now_ms);			 // within it
 *	... parts.all[i].series ...
 */
#ifndef RUNWAY_SERVER_SERIES_PART_H
#define RUNWAY_SERVER_SERIES_PART_H

#include "lib/sha256.h"
#include "server/artifact.h"
#include "server/series.h"

/* Whose parts they are. */
struct series_whole {
	int64_t id;
	const char *name, *sender_flag; /* sender_flag NULL: none */
};

struct series_part {
	bool without;  /* all patches but that one; else the first so many */
	size_t number; /* from 1 */
	struct series_draft draft;
	char sha256[SHA256_HEX_BYTES];
	uint64_t bytes;
	int64_t series; /* once it was added */
};

struct series_parts {
	struct series_part *all;
	size_t count, capacity;
};

int series_parts_make(struct artifact_store *store, const struct series_whole *whole,
		      const struct mbox *mbox, bool without, struct series_parts *ret_parts,
		      struct err *err);
void series_parts_release(struct series_parts *parts);

/* anew: as new versions, whatever is known under their names. Else one that was submitted before is
 * taken as it is; when its author did that, it is no part and stays in the lists. */
void series_parts_add(struct db_conn *conn, struct series_parts *parts, bool anew, int64_t now_ms);

#endif

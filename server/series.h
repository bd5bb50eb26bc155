/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Series: what users submit. A series is a name and a version; new bytes (or another sender flag, or
 * other expectations) under a known name are its next version.
 *
 *	rc = series_parse(body, bytes, name, flag, &draft, err);	// -EINVAL: no patch in it
 *	rc = series_add(conn, &draft, sha256, bytes, now_ms, &id);	// 1: new, 0: known
 *	rc = series_read(conn, id, &series);
 */
#ifndef RUNWAY_SERVER_SERIES_H
#define RUNWAY_SERVER_SERIES_H

#include "lib/mbox.h"
#include "server/db.h"

#define SERIES_NAME_MAX 64

/* A series on its way in. */
struct series_draft {
	char name[SERIES_NAME_MAX + 1];
	char *sender_flag; /* NULL: none given */
	char *expects;	   /* checked by expectations_parse(); NULL: none given */
	struct mbox mbox;
};

struct patch {
	int64_t number;
	char *subject, *author, *date;
};

struct series {
	int64_t id, version, mbox_bytes, created_ms;
	char *name, *sender_flag, *expects, *mbox_sha256;
	struct patch *patches;
	size_t patches_count, patches_capacity;
};

/* name and sender_flag may be NULL. What is expected goes into the draft afterwards. */
int series_parse(const char *data, size_t bytes, const char *name, const char *sender_flag,
		 struct series_draft *ret_draft, struct err *err);
void series_draft_release(struct series_draft *draft);

/* 1 when it is new, 0 when these bytes are known under this name. */
int series_add(struct db_conn *conn, const struct series_draft *draft, const char *mbox_sha256,
	       uint64_t mbox_bytes, int64_t now_ms, int64_t *ret_id);

int series_read(struct db_conn *conn, int64_t id, struct series *ret_series); /* or -ENOENT */
void series_release(struct series *series);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Series: what users submit. A series is a name and a version; new bytes (or another sender flag,
 * or other expectations) under a known name are its next version.
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
	int64_t part_of;   /* 0: it is no part of another */
	struct mbox mbox;
};

struct patch {
	int64_t number;
	char *subject, *author, *date;
	/* Against the version before: "unchanged", "changed", "new"; NULL: there is none. */
	const char *change;
	int64_t was; /* its number there; 0: new */
};

/* A patch of the version before that this one has no more. */
struct patch_dropped {
	int64_t number;
	char *subject;
};

/* Where a series comes from; url NULL: it was sent as an mbox. */
struct series_git {
	char *url, *ref, *base, *repository, *head; /* base, head: NULL when not said, not known */
	int64_t task;
	bool each_commit;
};

struct series {
	int64_t id, version, mbox_bytes, created_ms;
	int64_t thread, part_of, posted_version; /* 0: no part, not known */
	char *name, *sender_flag, *expects, *mbox_sha256;
	char *state, *reason; /* "ready", "fetching", "failed" */
	char *base_commit;    /* as its author said; NULL: did not */
	struct series_git git;
	struct patch *patches;
	size_t patches_count, patches_capacity;
	int64_t *parts; /* series that are its beginnings */
	size_t parts_count, parts_capacity;
	int64_t previous, previous_version; /* the version before; 0: none */
	char *previous_name;
	struct patch_dropped *dropped;
	size_t dropped_count, dropped_capacity;
};

/* name and sender_flag may be NULL. What is expected goes into the draft afterwards. */
int series_parse(const char *data, size_t bytes, const char *name, const char *sender_flag,
		 struct series_draft *ret_draft, struct err *err);
void series_draft_release(struct series_draft *draft);

/* Whether a series may be called that. */
bool series_name_is_free(const char *name);
/* "KVM: SVM: Set mode early" becomes "kvm-svm-set-mode-early". */
void series_name_from(const char *text, char ret_name[SERIES_NAME_MAX + 1]);

/* 1 when it is new, 0 when these bytes are known under this name. */
int series_add(struct db_conn *conn, const struct series_draft *draft, const char *mbox_sha256,
	       uint64_t mbox_bytes, int64_t now_ms, int64_t *ret_id);

/* The same without looking for a known one: a new version of the name. Returns its number. */
int64_t series_add_version(struct db_conn *conn, const struct series_draft *draft,
			   const char *mbox_sha256, uint64_t mbox_bytes, int64_t now_ms);

/* What a draft says of the series with that number, which has no patches yet. */
void series_fill(struct db_conn *conn, int64_t id, const struct series_draft *draft);

int series_read(struct db_conn *conn, int64_t id, struct series *ret_series); /* or -ENOENT */
void series_release(struct series *series);

/* series-thread.c: the thread of a series that was filled, and the version before it. */
void series_place(struct db_conn *conn, int64_t id);
/* Two series belong to one thread, whatever their mails say. */
void series_join(struct db_conn *conn, int64_t one, int64_t other);
/* The latest version of each series of the thread that a series' number or a Message-ID names, at
 * most max of them; their number, 0: there is none. */
size_t series_thread(struct db_conn *conn, const char *name, size_t max, int64_t *ret_series);

/* series-change.c: what became of the patches of the version before. */
void series_compare(struct db_conn *conn, struct series *series);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Campaigns as users see them: asked for, created, read back whole.
 *
 *	rc = campaign_create(conn, &request, now_ms, &id, err);	// -EINVAL: what is wrong with it
 *	CLEANUP(campaign_release) struct campaign campaign = { 0 };
 *	rc = campaign_read(conn, id, &campaign);			// -ENOENT
 *
 * What happens to one afterwards is plan.c's duty.
 */
#ifndef RUNWAY_SERVER_CAMPAIGN_H
#define RUNWAY_SERVER_CAMPAIGN_H

#include "server/check.h"
#include "server/db.h"

#define CAMPAIGN_SERIES_MAX 32
#define MESSAGE_ID_MAX 250
#define CAMPAIGN_LOADS_MAX 100 /* of one lane, bought ones included */
#define CAMPAIGN_WORKLOADS_BYTES 1024
/* Each level is worth an hour of waiting: whatever others ask for, a campaign gets its turn. */
#define CAMPAIGN_PRIORITY_MAX 12
#define CAMPAIGN_PRIORITY_MS (60 * 60 * 1000)
/* Agents ask again every 25 s, and beat at least as often while they work: one that was not seen
 * for so long is gone. */
#define CAMPAIGN_AGENT_LIVE_MS 90000
#define CAMPAIGN_SEED_MAX ((1ll << 53) - 1) /* what every JSON reader keeps exactly */

struct campaign_request {
	char repository[65], rev[201];	 /* rev "": what the series were made on, or else HEAD */
	char preferred[65];		 /* beside rev: a commit to take when it is there; "" */
	char thread[MESSAGE_ID_MAX + 1]; /* instead of series: a Message-ID or a series' number */
	int64_t series[CAMPAIGN_SERIES_MAX];
	size_t series_count;
	char isa[16], lanes[32]; /* comma-separated */
	int64_t loads_exact, loads_race, loads_smp;
	int64_t smp_most;  /* blocks of the smp lane that may be bought; 0: loads_smp */
	int64_t seed;	   /* -1: draw one */
	bool null_control; /* the base a second time in every block of the smp lane */
	bool measure_identical;
	int64_t priority;
	char host_labels[LABELS_BYTES];		  /* "" : any host */
	char workloads[CAMPAIGN_WORKLOADS_BYTES]; /* comma-separated; "": all of each lane */
};

struct load {
	int64_t id, variant, block, task, dropped, duration_ms;
	bool control; /* a second load of the base, the null control of its block */
	char *lane, *isa, *state, *status, *sentence, *console;
	char *hung, *hung_console; /* of the run before this one; NULL: there was none */
};

/* What an earlier campaign measured of the same tree; campaign 0: none did. */
struct same_tree {
	int64_t campaign, series_id, version;
	char *series;
};

struct variant {
	int64_t id, position, series_id, version; /* position 0: the base */
	char *series, *sender_flag, *state, *phase, *reason;
	int64_t started_ms, finished_ms;
	int64_t build, build_duration_ms, build_task; /* 0: none */
	bool build_reused;
	char *build_key, *code_sha256;
	char *note; /* what a reader should know of it; NULL: nothing */
	struct same_tree same_tree;
	struct load *loads;
	size_t loads_count, loads_capacity;
};

struct campaign {
	int64_t id, loads_exact, loads_race, loads_smp, seed, created_ms, finished_ms;
	int64_t smp_most; /* at least loads_smp */
	int64_t priority;
	int64_t cancelled_ms, retry_of; /* 0: was not, is of none */
	bool measure_identical, null_control;
	char *state, *reason, *repository, *rev, *base_tree, *isa, *lanes, *host_labels, *workloads;
	char *base_commit, *preferred_commit, *base_note; /* NULL when not known, not needed */
	struct variant *variants;			  /* the base first; none in lists */
	size_t variants_count, variants_capacity;
};

/* Stores it and plans its builds. */
int campaign_create(struct db_conn *conn, const struct campaign_request *request, int64_t now_ms,
		    int64_t *ret_id, struct err *err);

int campaign_read(struct db_conn *conn, int64_t id, struct campaign *ret_campaign);
/* From a row of SQL_CAMPAIGN_FIND or SQL_CAMPAIGN_LIST; without its variants. */
void campaign_from_row(struct rows *rows, struct campaign *ret_campaign);
void campaign_release(struct campaign *campaign);
/* campaign-note.c, for who tells it to a person: bases that are not the authors', trees that were measured
 * before. Fills base_note, and note and same_tree of each variant. */
void campaign_read_notes(struct db_conn *conn, struct campaign *campaign);
const struct variant *campaign_variant(const struct campaign *campaign, const char *series);

/* What it needs and no agent that was seen lately can do, in sentences; NULL: nothing. free() it.
 */
char *campaign_waiting(struct db_conn *conn, const struct campaign *campaign, int64_t now_ms);

/* Ends it at once, failed, as cancelled by who: its leases too, so that its agents drop the work.
 * -ENOENT, -EEXIST when it has ended. */
int campaign_cancel(struct db_conn *conn, int64_t id, const char *who, int64_t now_ms,
		    struct err *err);

struct campaign_retry {
	int64_t seed; /* -1: that of the old one */
	bool draw_seed;
};

/* A new campaign that asks for the same; what the old one found stays. -EEXIST when that has not
 * ended. */
int campaign_retry(struct db_conn *conn, int64_t id, const struct campaign_retry *retry,
		   int64_t now_ms, int64_t *ret_id, struct err *err);

/* Milliseconds that a build, or a load, takes as expected from the last ones. */
double estimate_build_ms(struct db_conn *conn);
double estimate_fetch_ms(struct db_conn *conn);
double estimate_load_ms(struct db_conn *conn, const char *lane, const char *isa);

/* Seconds from its creation to its end as expected now (its real end when it has one). */
double campaign_estimate_s(struct db_conn *conn, const struct campaign *campaign, int64_t now_ms);

#endif

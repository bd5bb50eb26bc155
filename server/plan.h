/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens next to a campaign: builds first, then blocks of loads, then it is done. Every
 * function changes the database within the caller's write transaction and knows no HTTP.
 *
 *	plan_start(conn, campaign, now_ms);		// at creation
 *	plan_built(conn, campaign, now_ms);		// a variant's build came out
 *	plan_load_done(conn, load, status, ...);	// a load's result came
 *	plan_task_lost(conn, task, now_ms);		// its lease expired
 */
#ifndef RUNWAY_SERVER_PLAN_H
#define RUNWAY_SERVER_PLAN_H

#include "server/db.h"

#define PLAN_ATTEMPTS_MAX 3   /* leases that may expire on a task, host failures of a load */
#define PLAN_UNFINISHED_MAX 9 /* block results that leave loads open */

/* A load as results refer to it. */
struct plan_load {
	int64_t id, task, campaign, variant, host_failures;
	bool base, done;
};

/* Build tasks for all variants of a campaign whose series are there: called when it is made, and
 * each time a series that it waits for was fetched, or could not be. */
void plan_start(struct db_conn *conn, int64_t campaign, int64_t now_ms);
/* The same for all campaigns that wait for that series. */
void plan_series_settled(struct db_conn *conn, int64_t series, int64_t now_ms);

void plan_build(struct db_conn *conn, int64_t campaign, int64_t variant, int64_t now_ms);

/* A variant could not be built, brought up or kept running. The base takes the campaign with it. */
void plan_variant_failed(struct db_conn *conn, int64_t campaign, int64_t variant, bool base,
			 const char *reason, int64_t now_ms);
/* A build came out, either way: decides identity with the base and, when it was the last, the
 * blocks. */
void plan_built(struct db_conn *conn, int64_t campaign, int64_t now_ms);

/* The load has its result; status is ok or one of the variant's faults. */
void plan_load_done(struct db_conn *conn, const struct plan_load *load, const char *status,
		    const char *sentence, int64_t now_ms);
/* The load met a fault of the machine, which is counted already. */
void plan_load_host_failed(struct db_conn *conn, const struct plan_load *load, const char *sentence,
			   int64_t now_ms);
/* An agent says its block is over: done, or pending again while loads are open. */
void plan_block_ended(struct db_conn *conn, int64_t task, int64_t now_ms);

void plan_task_lost(struct db_conn *conn, int64_t task, int64_t now_ms);
void plan_task_returned(struct db_conn *conn, int64_t task, int64_t now_ms);

/* The order in which a block loads its count variants: indices into 0 … count-1. An exact block is
 * (0 … count-1) rounds times. For smp, blocks come in pairs: an odd one is shuffled from seed and
 * number, the even one after it is its reverse, so that drift within a block cancels. ret_order has
 * room for count × rounds. */
void plan_order(uint64_t seed, unsigned number, bool shuffled, size_t count, size_t rounds,
		size_t *ret_order);

#endif

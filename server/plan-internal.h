/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between plan*.c only. */
#ifndef RUNWAY_SERVER_PLAN_INTERNAL_H
#define RUNWAY_SERVER_PLAN_INTERNAL_H

#include "server/campaign.h"

/* Who is loaded in a block: the base first, and perhaps a second time as the null control. */
struct participants {
	int64_t variants[CAMPAIGN_SERIES_MAX + 2];
	size_t count;
	size_t control; /* which of them is the null control; 0: none */
};

void plan_add_block(struct db_conn *conn, const struct campaign *campaign, const char *isa,
		    const char *lane, unsigned number, const struct participants *who,
		    int64_t now_ms);

/* The base once more, as the null control. */
void plan_add_control(const struct campaign *campaign, struct participants *who);

/* A series could not be fetched, for that reason. */
void plan_fetch_lost(struct db_conn *conn, int64_t task, const char *reason, int64_t now_ms);

/* Every load has its result: judges, and buys the blocks up to the next look for what is unknown.
 * False when there is nothing to buy and the campaign is over. */
bool plan_more(struct db_conn *conn, int64_t campaign, int64_t now_ms);

/* Every build and load of a bisection has its result: the next step, or its end. */
bool plan_is_bisection(struct db_conn *conn, int64_t campaign);
void plan_bisect(struct db_conn *conn, int64_t campaign, int64_t now_ms);

#endif

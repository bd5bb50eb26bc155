/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A campaign out of the database, judged and ranked on each of its ISAs.
 *
 *	CLEANUP(ranked_release) struct ranked ranked = { 0 };
 *	ranked_read(conn, &campaign, &ranked);	// points into campaign, which must outlive it
 */
#ifndef RUNWAY_SERVER_RANKED_H
#define RUNWAY_SERVER_RANKED_H

#include "server/campaign.h"
#include "server/judge.h"
#include "server/rank.h"

struct ranked_isa {
	char isa[8];
	struct rank_input input;
	struct ranking ranking;
};

struct ranked {
	struct ranked_isa isas[JUDGE_ISAS_MAX]; /* in the campaign's order */
	size_t count;
	struct judge_input input;
	struct judgement judgement; /* of the sampled lanes, all ISAs together */
};

void ranked_read(struct db_conn *conn, const struct campaign *campaign, struct ranked *ret_ranked);
void ranked_release(struct ranked *ranked);

/* The headline of a variant; NULL when it was not measured there. */
const struct judged *ranked_headline(const struct ranked *ranked, const char *isa, size_t subject);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* The next step of a bisection: a part to build, or blocks of one that is. */
#include <string.h>

#include "server/bisect.h"
#include "server/plan-internal.h"
#include "server/plan.h"

static void add_variant(struct db_conn *conn, const struct campaign *campaign, int64_t series,
			int64_t now_ms)
{
	db_run(conn, SQL_VARIANT_ADD, db_int(campaign->id),
	       db_int((int64_t)campaign->variants_count), db_int(series));
	plan_build(conn, campaign->id, db_last_id(conn), now_ms);
	db_run(conn, SQL_CAMPAIGN_BUILD_AGAIN, db_int(campaign->id));
}

static void add_blocks(struct db_conn *conn, const struct campaign *campaign,
		       const struct variant *part, size_t count, int64_t now_ms)
{
	struct participants who = { .variants = { campaign->variants[0].id, part->id,
						  campaign->variants[1].id },
				    .count = 3 };
	int64_t number = db_value(conn, 0, SQL_BISECTION_BLOCKS, db_int(campaign->id));

	for (size_t i = 0; i < who.count; i++)
		db_run(conn, SQL_VARIANT_MEASURE_AGAIN, db_int(who.variants[i]));
	for (size_t i = 0; i < count; i++)
		plan_add_block(conn, campaign, campaign->isa, campaign->lanes,
			       (unsigned)(++number), &who, now_ms);
	db_run(conn, SQL_CAMPAIGN_SET_MEASURING, db_int(campaign->id));
}

static const struct variant *find_series(const struct campaign *campaign, int64_t series)
{
	for (size_t i = 0; i < campaign->variants_count; i++)
		if (campaign->variants[i].series_id == series)
			return &campaign->variants[i];
	return NULL;
}

static bool is_settled(const struct campaign *campaign)
{
	for (size_t i = 0; i < campaign->variants_count; i++)
		if (!strcmp(campaign->variants[i].state, "waiting") ||
		    !strcmp(campaign->variants[i].state, "building"))
			return false;
	return true;
}

/* Nothing more to measure: what was built and not loaded is through, too. */
static void end(struct db_conn *conn, const struct campaign *campaign, int64_t now_ms)
{
	for (size_t i = 0; i < campaign->variants_count; i++)
		if (!strcmp(campaign->variants[i].state, "built"))
			db_run(conn, SQL_VARIANT_FINISH, db_int(campaign->variants[i].id),
			       db_text("done"), db_text(NULL), db_int(now_ms));
	db_run(conn, SQL_CAMPAIGN_FINISH, db_int(campaign->id), db_text("done"), db_text(NULL),
	       db_int(now_ms));
}

bool plan_is_bisection(struct db_conn *conn, int64_t campaign)
{
	return db_value(conn, 0, SQL_BISECTION_KNOWN, db_int(campaign)) != 0;
}

void plan_bisect(struct db_conn *conn, int64_t id, int64_t now_ms)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(bisection_release) struct bisection bisection = { 0 };
	const struct variant *part;
	struct bisect_state state;

	if (bisect_read(conn, id, &bisection) < 0 || campaign_read(conn, id, &campaign) < 0 ||
	    campaign.finished_ms)
		return;
	bisect_look(conn, &bisection, &campaign, &state);
	if (state.outcome != BISECT_SEARCHING && state.outcome != BISECT_VERIFYING) {
		end(conn, &campaign, now_ms);
		return;
	}
	part = find_series(&campaign, state.part);
	if (!part)
		add_variant(conn, &campaign, state.part, now_ms);
	else if (is_settled(&campaign))
		add_blocks(conn, &campaign, part, state.buy, now_ms);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The first step of a campaign: builds for the variants whose series are there. */
#include <string.h>

#include "lib/alloc.h"
#include "server/fetch.h"
#include "server/plan-internal.h"
#include "server/plan.h"

struct unplanned {
	int64_t variant;
	bool ready;
	char *failure; /* NULL: none */
};

static size_t read_unplanned(struct db_conn *conn, int64_t campaign, struct unplanned *ret)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_CAMPAIGN_UNPLANNED, db_int(campaign));
	size_t count = 0;

	while (count <= CAMPAIGN_SERIES_MAX && rows_next(&rows)) {
		const char *state = rows_text(&rows, 1), *reason = rows_text(&rows, 3);

		ret[count++] = (struct unplanned){
			.variant = rows_int(&rows, 0),
			.ready = !strcmp(state, "ready"),
			.failure = strcmp(state, "failed")
					   ? NULL
					   : xasprintf("%s could not be fetched: %s",
						       rows_text(&rows, 2), reason ? reason : ""),
		};
	}
	return count;
}

/* The base that the series agree on, once every one of them can say. True when it is settled. */
static bool settle_base(struct db_conn *conn, int64_t campaign)
{
	CLEANUP(free_ptr) char *agreed = NULL;
	bool open = false;

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_BASE_FIND, db_int(campaign));

		open = rows_next(&rows) && rows_int(&rows, 2);
	}
	if (!open)
		return true;
	if (db_value(conn, 0, SQL_CAMPAIGN_FETCHING, db_int(campaign)))
		return false;
	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_BASE_AGREE, db_int(campaign));

		if (rows_next(&rows))
			agreed = rows_copy(&rows, 0);
	}
	db_run(conn, SQL_BASE_PREFER, db_int(campaign), db_text(agreed));
	return true;
}

void plan_start(struct db_conn *conn, int64_t campaign, int64_t now_ms)
{
	struct unplanned unplanned[CAMPAIGN_SERIES_MAX + 1];
	bool failed = false;
	size_t count;

	if (!settle_base(conn, campaign))
		return;
	count = read_unplanned(conn, campaign, unplanned);
	for (size_t i = 0; i < count; i++) {
		if (unplanned[i].ready)
			plan_build(conn, campaign, unplanned[i].variant, now_ms);
		else if (unplanned[i].failure)
			plan_variant_failed(conn, campaign, unplanned[i].variant, false,
					    unplanned[i].failure, now_ms);
		failed |= unplanned[i].failure != NULL;
		free(unplanned[i].failure);
	}
	if (failed)
		plan_built(conn, campaign, now_ms);
}

void plan_series_settled(struct db_conn *conn, int64_t series, int64_t now_ms)
{
	int64_t campaign = 0;

	while ((campaign = db_value(conn, 0, SQL_CAMPAIGN_WAITING_FOR, db_int(series),
				    db_int(campaign))))
		plan_start(conn, campaign, now_ms);
}

void plan_fetch_lost(struct db_conn *conn, int64_t task, const char *reason, int64_t now_ms)
{
	CLEANUP(fetch_release) struct fetch fetch = { 0 };

	if (!fetch_read(conn, task, &fetch))
		fetch_failed(conn, fetch.series, reason, now_ms);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/bisect.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/alloc.h"
#include "server/plan-internal.h"

void bisection_release(struct bisection *bisection)
{
	free(bisection->isa);
	free(bisection->workload);
	free(bisection->kind);
	*bisection = (struct bisection){ 0 };
}

static struct campaign_request request_of(const struct campaign *source,
					  const struct bisection *bisection)
{
	struct stat_bisect plan = stat_bisect_plan(bisection->patches, bisection->confidence);
	struct campaign_request request = { .series = { bisection->series_id },
					    .series_count = 1,
					    .loads_exact = 1,
					    .loads_race = 1,
					    .loads_smp = (int64_t)plan.blocks,
					    .smp_most = bisection->blocks_most,
					    .seed = -1 };

	snprintf(request.repository, sizeof(request.repository), "%s", source->repository);
	snprintf(request.rev, sizeof(request.rev), "%s", source->rev);
	snprintf(request.isa, sizeof(request.isa), "%s", bisection->isa);
	snprintf(request.lanes, sizeof(request.lanes), "%s", bisection->metric->lane);
	return request;
}

int bisect_create(struct db_conn *conn, struct bisection *bisection,
		  const struct series_parts *parts, int64_t now_ms, struct err *err)
{
	CLEANUP(campaign_release) struct campaign source = { 0 };
	struct campaign_request request;
	int rc = campaign_read(conn, bisection->source, &source);

	if (rc < 0)
		return err_set(err, rc, "There is no campaign with this number.");
	request = request_of(&source, bisection);
	rc = campaign_create(conn, &request, now_ms, &bisection->campaign, err);
	if (rc < 0)
		return rc;
	db_run(conn, SQL_BISECTION_ADD, db_int(bisection->campaign), db_int(bisection->source),
	       db_int(bisection->series_id), db_int((int64_t)bisection->patches),
	       db_text(bisection->isa), db_text(bisection->metric->name),
	       db_text(bisection->workload), db_text(bisection->kind), db_int(bisection->more),
	       db_real(bisection->confidence), db_int(bisection->blocks_most));
	for (size_t i = 0; i < parts->count; i++)
		db_run(conn, SQL_BISECTION_PART_ADD, db_int(bisection->campaign),
		       db_text(parts->all[i].without ? "without" : "first"),
		       db_int((int64_t)parts->all[i].number), db_int(parts->all[i].series));
	/* The first point is known already: it is built beside the base and the whole. */
	plan_bisect(conn, bisection->campaign, now_ms);
	return 0;
}

static void read_parts(struct db_conn *conn, struct bisection *bisection)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_BISECTION_PARTS, db_int(bisection->campaign));

	while (rows_next(&rows)) {
		size_t number = (size_t)rows_int(&rows, 1);

		if (number > STAT_BISECT_PATCHES_MAX)
			continue;
		if (!strcmp(rows_text(&rows, 0), "first"))
			bisection->first[number] = rows_int(&rows, 2);
		else
			bisection->without[number] = rows_int(&rows, 2);
	}
}

int bisect_read(struct db_conn *conn, int64_t campaign, struct bisection *ret_bisection)
{
	struct bisection bisection = { .campaign = campaign };

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_BISECTION_FIND, db_int(campaign));

		/* A metric is never taken out of the table, only added. */
		if (!rows_next(&rows) || !metric_find(rows_text(&rows, 4)))
			return -ENOENT;
		bisection.source = rows_int(&rows, 0);
		bisection.series_id = rows_int(&rows, 1);
		bisection.patches = (size_t)rows_int(&rows, 2);
		bisection.isa = rows_copy(&rows, 3);
		bisection.metric = metric_find(rows_text(&rows, 4));
		bisection.workload = rows_copy(&rows, 5);
		bisection.kind = rows_copy(&rows, 6);
		bisection.more = rows_int(&rows, 7) != 0;
		bisection.confidence = rows_real(&rows, 8);
		bisection.blocks_most = rows_int(&rows, 9);
	}
	bisection.exact = strcmp(bisection.metric->lane, "smp") != 0;
	read_parts(conn, &bisection);
	*ret_bisection = bisection;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Campaigns that users end, and campaigns that they run again. */
#include <errno.h>
#include <inttypes.h>

#include "lib/alloc.h"
#include "server/campaign.h"

static int read_or_fail(struct db_conn *conn, int64_t id, struct campaign *ret_campaign,
			struct err *err)
{
	return campaign_read(conn, id, ret_campaign) < 0
		       ? err_set(err, -ENOENT, "There is no campaign with this number.")
		       : 0;
}

int campaign_cancel(struct db_conn *conn, int64_t id, const char *who, int64_t now_ms,
		    struct err *err)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(free_ptr) char *reason = NULL;
	int rc = read_or_fail(conn, id, &campaign, err);

	if (rc < 0)
		return rc;
	if (campaign.finished_ms)
		return err_set(err, -EEXIST,
			       "This campaign is %s already, so there is nothing to cancel.",
			       campaign.state);
	reason = xasprintf("Cancelled by %s.", who);
	db_run(conn, SQL_CAMPAIGN_FINISH, db_int(id), db_text("failed"), db_text(reason),
	       db_int(now_ms));
	db_run(conn, SQL_CAMPAIGN_SET_CANCELLED, db_int(id), db_int(now_ms));
	db_run(conn, SQL_VARIANT_FAIL_OPEN, db_int(id), db_text(reason), db_int(now_ms));
	db_run(conn, SQL_CAMPAIGN_SKIP_LOADS, db_int(id), db_text(reason), db_int(now_ms));
	db_run(conn, SQL_CAMPAIGN_CANCEL_LEASES, db_int(id));
	db_run(conn, SQL_CAMPAIGN_CANCEL_TASKS, db_int(id), db_int(now_ms));
	return 0;
}

static struct campaign_request request_of(const struct campaign *campaign, int64_t seed)
{
	struct campaign_request request = { .loads_exact = campaign->loads_exact,
					    .loads_race = campaign->loads_race,
					    .loads_smp = campaign->loads_smp,
					    .smp_most = campaign->smp_most,
					    .seed = seed,
					    .null_control = campaign->null_control,
					    .measure_identical = campaign->measure_identical,
					    .priority = campaign->priority };

	snprintf(request.repository, sizeof(request.repository), "%s", campaign->repository);
	snprintf(request.rev, sizeof(request.rev), "%s", campaign->rev);
	snprintf(request.preferred, sizeof(request.preferred), "%s",
		 campaign->preferred_commit ? campaign->preferred_commit : "");
	snprintf(request.isa, sizeof(request.isa), "%s", campaign->isa);
	snprintf(request.lanes, sizeof(request.lanes), "%s", campaign->lanes);
	snprintf(request.host_labels, sizeof(request.host_labels), "%s", campaign->host_labels);
	snprintf(request.workloads, sizeof(request.workloads), "%s", campaign->workloads);
	for (size_t i = 0; i < campaign->variants_count && i <= CAMPAIGN_SERIES_MAX; i++)
		if (campaign->variants[i].series_id)
			request.series[request.series_count++] = campaign->variants[i].series_id;
	return request;
}

int campaign_retry(struct db_conn *conn, int64_t id, const struct campaign_retry *retry,
		   int64_t now_ms, int64_t *ret_id, struct err *err)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct campaign_request request;
	int64_t again = 0;
	int rc = read_or_fail(conn, id, &campaign, err);

	if (rc < 0)
		return rc;
	if (!campaign.finished_ms)
		return err_set(err, -EEXIST,
			       "This campaign has not ended. Wait for it, or cancel it first.");
	if (db_value(conn, 0, SQL_BISECTION_KNOWN, db_int(id)))
		return err_set(err, -EEXIST,
			       "This campaign is a bisection. Bisect the campaign in which the "
			       "change was seen again.");
	request = request_of(&campaign, retry->draw_seed  ? -1
					: retry->seed < 0 ? campaign.seed
							  : retry->seed);
	rc = campaign_create(conn, &request, now_ms, &again, err);
	if (rc < 0)
		return rc;
	db_run(conn, SQL_CAMPAIGN_SET_RETRY, db_int(again), db_int(id));
	*ret_id = again;
	return 0;
}

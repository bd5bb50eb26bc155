// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/campaign.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "lib/alloc.h"
#include "server/plan.h"
#include "server/series.h"

static int64_t draw_seed(void)
{
	uint64_t seed = 0;

	while (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		;
	return (int64_t)(seed & (uint64_t)CAMPAIGN_SEED_MAX);
}

/* Series are told apart by name in rankings, so a name can be in a campaign once. */
static int check_series(struct db_conn *conn, const struct campaign_request *request,
			struct err *err)
{
	CLEANUP(free_ptr) char *seen = xstrdup(",");

	for (size_t i = 0; i < request->series_count; i++) {
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_SERIES_FIND, db_int(request->series[i]));
		CLEANUP(free_ptr) char *name = NULL, *more = NULL;

		if (!rows_next(&rows))
			return err_set(err, -EINVAL,
				       "There is no series %" PRId64
				       ". POST /api/v1/series gives the number of a new one.",
				       request->series[i]);
		name = xasprintf(",%s,", rows_text(&rows, 1));
		if (strstr(seen, name))
			return err_set(err, -EINVAL,
				       "The series %s is there twice. Submit its versions under "
				       "different names to compare them.",
				       rows_text(&rows, 1));
		if (!db_value(conn, 0, SQL_SERIES_USABLE, db_int(request->series[i])))
			return err_set(err, -EINVAL,
				       "The series %s could not be fetched: GET "
				       "/api/v1/series/%" PRId64 " says why. Submit it again.",
				       rows_text(&rows, 1), request->series[i]);
		more = xasprintf("%s%s,", seen, rows_text(&rows, 1));
		free(seen);
		seen = TAKE(more);
	}
	return 0;
}

/* The series that the request's thread has now. */
static int find_thread(struct db_conn *conn, struct campaign_request *request, struct err *err)
{
	int64_t found[CAMPAIGN_SERIES_MAX + 1];
	size_t count = series_thread(conn, request->thread, CAMPAIGN_SERIES_MAX + 1, found);

	if (!count)
		return err_set(err, -EINVAL,
			       "No series belongs to the thread \"%s\". Name a series' number or "
			       "a Message-ID without its <>, and submit the thread's mails first.",
			       request->thread);
	if (count > CAMPAIGN_SERIES_MAX)
		return err_set(err, -EINVAL,
			       "The thread has more than %d series. Name those to compare in "
			       "\"series\".",
			       CAMPAIGN_SERIES_MAX);
	memcpy(request->series, found, count * sizeof(found[0]));
	request->series_count = count;
	return 0;
}

/* Which base to build, when the request leaves it to the series: known once all of them are there.
 */
static void choose_base(struct db_conn *conn, int64_t id, const struct campaign_request *request)
{
	if (*request->preferred)
		db_run(conn, SQL_BASE_PREFER, db_int(id), db_text(request->preferred));
	else if (!*request->rev)
		db_run(conn, SQL_BASE_SET_OPEN, db_int(id));
}

int campaign_create(struct db_conn *conn, const struct campaign_request *asked, int64_t now_ms,
		    int64_t *ret_id, struct err *err)
{
	struct campaign_request with_thread = *asked;
	const struct campaign_request *request = &with_thread;
	int64_t seed = request->seed < 0 ? draw_seed() : request->seed;
	int64_t id;
	int rc = *request->thread ? find_thread(conn, &with_thread, err) : 0;

	if (!rc)
		rc = check_series(conn, request, err);
	if (rc < 0)
		return rc;
	db_run(conn, SQL_CAMPAIGN_ADD, db_text(request->repository),
	       db_text(*request->rev ? request->rev : "HEAD"), db_text(request->isa),
	       db_text(request->lanes), db_int(request->loads_exact), db_int(request->loads_smp),
	       db_int(seed), db_int(request->measure_identical), db_int(now_ms),
	       db_int(request->loads_race));
	id = db_last_id(conn);
	db_run(conn, SQL_BUDGET_SET, db_int(id), db_int(request->smp_most),
	       db_int(request->null_control));
	db_run(conn, SQL_WISHES_SET, db_int(id), db_int(request->priority),
	       db_int(now_ms - request->priority * CAMPAIGN_PRIORITY_MS),
	       db_text(request->host_labels), db_text(request->workloads));
	for (size_t i = 0; i <= request->series_count; i++)
		db_run(conn, SQL_VARIANT_ADD, db_int(id), db_int((int64_t)i),
		       db_int_or_null(i ? request->series[i - 1] : 0));
	choose_base(conn, id, request);
	plan_start(conn, id, now_ms);
	*ret_id = id;
	return 0;
}

void campaign_from_row(struct rows *rows, struct campaign *ret_campaign)
{
	*ret_campaign = (struct campaign){
		.id = rows_int(rows, 0),
		.state = rows_copy(rows, 1),
		.reason = rows_copy(rows, 2),
		.repository = rows_copy(rows, 3),
		.rev = rows_copy(rows, 4),
		.base_tree = rows_copy(rows, 5),
		.isa = rows_copy(rows, 6),
		.lanes = rows_copy(rows, 7),
		.loads_exact = rows_int(rows, 8),
		.loads_smp = rows_int(rows, 9),
		.seed = rows_int(rows, 10),
		.measure_identical = rows_int(rows, 11) != 0,
		.created_ms = rows_int(rows, 12),
		.finished_ms = rows_int(rows, 13),
		.loads_race = rows_int(rows, 14),
		.cancelled_ms = rows_int(rows, 15),
		.retry_of = rows_int(rows, 16),
		.smp_most = rows_int(rows, 17),
		.null_control = rows_int(rows, 18) != 0,
		.priority = rows_int(rows, 19),
		.host_labels = rows_copy(rows, 20),
		.workloads = rows_copy(rows, 21),
		.base_commit = rows_copy(rows, 22),
		.preferred_commit = rows_copy(rows, 23),
	};
	if (ret_campaign->smp_most < ret_campaign->loads_smp)
		ret_campaign->smp_most = ret_campaign->loads_smp;
}

static void read_variants(struct db_conn *conn, struct campaign *campaign)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_CAMPAIGN_VARIANTS, db_int(campaign->id));

	while (rows_next(&rows)) {
		ARRAY_GROW(campaign->variants, campaign->variants_count,
			   campaign->variants_capacity);
		campaign->variants[campaign->variants_count++] = (struct variant){
			.id = rows_int(&rows, 0),
			.position = rows_int(&rows, 1),
			.series_id = rows_int(&rows, 2),
			.series = rows_copy(&rows, 3),
			.state = rows_copy(&rows, 4),
			.phase = rows_copy(&rows, 5),
			.reason = rows_copy(&rows, 6),
			.started_ms = rows_int(&rows, 7),
			.finished_ms = rows_int(&rows, 8),
			.build = rows_int(&rows, 9),
			.build_key = rows_copy(&rows, 10),
			.code_sha256 = rows_copy(&rows, 11),
			.build_reused = rows_int(&rows, 12) != 0,
			.build_duration_ms = rows_int(&rows, 13),
			.build_task = rows_int(&rows, 14),
			.sender_flag = rows_copy(&rows, 15),
			.version = rows_int(&rows, 16),
		};
	}
}

static struct variant *variant_by_id(struct campaign *campaign, int64_t id)
{
	for (size_t i = 0; i < campaign->variants_count; i++)
		if (campaign->variants[i].id == id)
			return &campaign->variants[i];
	return NULL;
}

static void read_loads(struct db_conn *conn, struct campaign *campaign)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_CAMPAIGN_LOADS, db_int(campaign->id));

	while (rows_next(&rows)) {
		struct variant *variant = variant_by_id(campaign, rows_int(&rows, 1));

		if (!variant)
			continue;
		ARRAY_GROW(variant->loads, variant->loads_count, variant->loads_capacity);
		variant->loads[variant->loads_count++] = (struct load){
			.id = rows_int(&rows, 0),
			.variant = variant->id,
			.lane = rows_copy(&rows, 2),
			.isa = rows_copy(&rows, 3),
			.block = rows_int(&rows, 4),
			.state = rows_copy(&rows, 5),
			.status = rows_copy(&rows, 6),
			.sentence = rows_copy(&rows, 7),
			.console = rows_copy(&rows, 8),
			.task = rows_int(&rows, 9),
			.duration_ms = rows_int(&rows, 10),
			.dropped = rows_int(&rows, 11),
			.control = rows_int(&rows, 12) != 0,
			.hung = rows_copy(&rows, 13),
			.hung_console = rows_copy(&rows, 14),
		};
	}
}

int campaign_read(struct db_conn *conn, int64_t id, struct campaign *ret_campaign)
{
	struct campaign campaign;

	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_CAMPAIGN_FIND, db_int(id));

		if (!rows_next(&rows))
			return -ENOENT;
		campaign_from_row(&rows, &campaign);
	}
	read_variants(conn, &campaign);
	read_loads(conn, &campaign);
	*ret_campaign = campaign;
	return 0;
}

static void load_release(struct load *load)
{
	free(load->lane);
	free(load->isa);
	free(load->state);
	free(load->status);
	free(load->sentence);
	free(load->console);
	free(load->hung);
	free(load->hung_console);
}

static void variant_release(struct variant *variant)
{
	for (size_t i = 0; i < variant->loads_count; i++)
		load_release(&variant->loads[i]);
	free(variant->loads);
	free(variant->series);
	free(variant->sender_flag);
	free(variant->state);
	free(variant->phase);
	free(variant->reason);
	free(variant->build_key);
	free(variant->code_sha256);
	free(variant->note);
	free(variant->same_tree.series);
}

void campaign_release(struct campaign *campaign)
{
	for (size_t i = 0; i < campaign->variants_count; i++)
		variant_release(&campaign->variants[i]);
	free(campaign->variants);
	free(campaign->state);
	free(campaign->reason);
	free(campaign->repository);
	free(campaign->rev);
	free(campaign->base_tree);
	free(campaign->isa);
	free(campaign->lanes);
	free(campaign->host_labels);
	free(campaign->workloads);
	free(campaign->base_commit);
	free(campaign->preferred_commit);
	free(campaign->base_note);
	*campaign = (struct campaign){ 0 };
}

const struct variant *campaign_variant(const struct campaign *campaign, const char *series)
{
	for (size_t i = 0; i < campaign->variants_count; i++)
		if (!strcmp(campaign->variants[i].series, series))
			return &campaign->variants[i];
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/judge-read.h"

#include <string.h>

#include "lib/alloc.h"
#include "lib/list.h"
#include "server/stat-order.h"

static size_t isa_of(const struct judge_input *input, const char *isa)
{
	size_t i = 0;

	while (i < input->isas_count && strcmp(input->isas[i].isa, isa) != 0)
		i++;
	return i;
}

static void read_blocks(struct db_conn *conn, const struct campaign *campaign,
			struct judge_input *input)
{
	static const char *const isas[JUDGE_ISAS_MAX] = { "svm", "vmx" };

	for (size_t i = 0; i < JUDGE_ISAS_MAX; i++)
		if (list_has(campaign->isa, isas[i]))
			snprintf(input->isas[input->isas_count++].isa, sizeof(input->isas[0].isa),
				 "%s", isas[i]);
	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_JUDGE_BLOCKS, db_int(campaign->id));

		while (rows_next(&rows)) {
			size_t isa = isa_of(input, rows_text(&rows, 0));
			struct judge_blocks *blocks = &input->isas[isa];

			if (isa == input->isas_count)
				continue;
			blocks->settled = (size_t)rows_int(&rows, 1);
			blocks->planned = (size_t)rows_int(&rows, 2);
			blocks->spent = (size_t)rows_int(&rows, 3);
		}
	}
	for (size_t i = 0; i < input->isas_count; i++)
		input->isas[i].load_s =
			(double)db_value(conn, 0, SQL_JUDGE_PACE, db_text(input->isas[i].isa)) /
			1000;
}

/* Samples of one load come together and sorted: the middle one is kept. */
struct group {
	int64_t load;
	double *values;
	size_t count, capacity;
};

static void end_group(struct group *group, struct judge_input *input)
{
	if (group->count)
		input->values[input->count - 1].median = stat_median(group->values, group->count);
	group->count = 0;
}

/* Of the smp lane, or of the exact one what varied there; a metric counted on the other lane says
 * nothing. */
static void read_values(struct db_conn *conn, const struct campaign *campaign,
			enum statement statement, const char *lane, struct judge_input *input)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, statement, db_int(campaign->id));
	struct group group = { 0 };
	const struct judge_value *last = NULL;

	while (rows_next(&rows)) {
		const struct metric *metric = metric_find(rows_text(&rows, 1));
		size_t isa = isa_of(input, rows_text(&rows, 0));
		bool goes_on;

		if (!metric || strcmp(metric->lane, lane) != 0 || isa == input->isas_count)
			continue;
		goes_on = last && group.load == rows_int(&rows, 7) && last->metric == metric &&
			  !strcmp(last->workload, rows_text(&rows, 2)) &&
			  !strcmp(last->kind, rows_text(&rows, 3));
		if (!goes_on) {
			end_group(&group, input);
			ARRAY_GROW(input->values, input->count, input->capacity);
			input->values[input->count++] = (struct judge_value){
				.isa = isa,
				.metric = metric,
				.workload = rows_copy(&rows, 2),
				.kind = rows_copy(&rows, 3),
				.subject = rows_int(&rows, 5) ? input->subjects
							      : (size_t)rows_int(&rows, 4),
				.block = (size_t)rows_int(&rows, 6),
				.host = rows_int(&rows, 8),
				.block_id = rows_int(&rows, 10),
			};
			last = &input->values[input->count - 1];
			group.load = rows_int(&rows, 7);
		}
		ARRAY_GROW(group.values, group.count, group.capacity);
		group.values[group.count++] = rows_real(&rows, 9);
	}
	end_group(&group, input);
	free(group.values);
}

static void read_lost(struct db_conn *conn, const struct campaign *campaign,
		      struct judge_input *input)
{
	unsigned loads[JUDGE_ISAS_MAX] = { 0 }, lost[JUDGE_ISAS_MAX] = { 0 };

	for (size_t i = 0; i < input->isas_count; i++) {
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_JUDGE_LOST_BASE, db_text(input->isas[i].isa));

		if (rows_next(&rows)) {
			loads[i] = (unsigned)rows_int(&rows, 0);
			lost[i] = (unsigned)rows_int(&rows, 1);
		}
	}
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_JUDGE_LOST, db_int(campaign->id));
	while (rows_next(&rows)) {
		size_t isa = isa_of(input, rows_text(&rows, 0));

		if (isa == input->isas_count)
			continue;
		ARRAY_GROW(input->lost, input->lost_count, input->lost_capacity);
		input->lost[input->lost_count++] = (struct judge_lost){
			.isa = isa,
			.subject = (size_t)rows_int(&rows, 1),
			.loads = (unsigned)rows_int(&rows, 2),
			.lost = (unsigned)rows_int(&rows, 3),
			.base_loads = loads[isa],
			.base_lost = lost[isa],
		};
	}
}

/* The null control is a second load of the base, so the rows of both come together; it belongs
 * last. */
static int compare_values(const void *left, const void *right)
{
	const struct judge_value *a = left, *b = right;
	int order = (a->isa > b->isa) - (a->isa < b->isa);

	if (!order)
		order = (a->metric > b->metric) - (a->metric < b->metric);
	if (!order)
		order = strcmp(a->workload, b->workload);
	if (!order)
		order = strcmp(a->kind, b->kind);
	if (!order)
		order = (a->subject > b->subject) - (a->subject < b->subject);
	return order ? order : (a->block > b->block) - (a->block < b->block);
}

void judge_read(struct db_conn *conn, const struct campaign *campaign,
		struct judge_input *ret_input)
{
	struct judge_input input = {
		.subjects = campaign->variants_count,
		.first = (size_t)campaign->loads_smp,
		.most = (size_t)campaign->smp_most,
		.rounds = (size_t)campaign->loads_exact,
	};

	read_blocks(conn, campaign, &input);
	read_values(conn, campaign, SQL_JUDGE_SAMPLES, "smp", &input);
	read_values(conn, campaign, SQL_JUDGE_VARIED, "exact", &input);
	read_lost(conn, campaign, &input);
	if (input.count)
		qsort(input.values, input.count, sizeof(*input.values), compare_values);
	*ret_input = input;
}

static const struct judge_value *find_value(const struct judge_input *input, size_t subject,
					    const struct judged *about, size_t block)
{
	for (size_t i = 0; i < input->count; i++) {
		const struct judge_value *value = &input->values[i];

		if (value->subject == subject && value->block == block &&
		    value->isa == about->isa && value->metric == about->metric &&
		    !strcmp(value->workload, about->workload) && !strcmp(value->kind, about->kind))
			return value;
	}
	return NULL;
}

void judge_keep_null(struct db_conn *conn, int64_t campaign, const struct judge_input *input,
		     const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *one = &judgement->all[i];
		int64_t host = 0;

		if (!one->control)
			continue;
		for (size_t k = 0; k < one->comparison.count; k++) {
			const struct stat_pair *pair = &one->pairs[k];
			const struct judge_value *base = find_value(input, 0, one, pair->block);
			const struct judge_value *control =
				find_value(input, input->subjects, one, pair->block);

			if (pair->block > one->comparison.blocks || !base || !control ||
			    !base->host)
				continue;
			host = base->host;
			db_run(conn, SQL_NULL_RATIO_ADD, db_int(host),
			       db_text(input->isas[one->isa].isa), db_text(one->metric->name),
			       db_text(one->workload), db_int(base->block_id),
			       db_real(stat_log_ratio(pair->base, pair->variant)));
		}
		if (host)
			db_run(conn, SQL_NULL_VERDICT_ADD, db_int(host),
			       db_text(input->isas[one->isa].isa), db_text(one->metric->name),
			       db_text(one->workload), db_int(campaign),
			       db_text(stat_verdict_name(one->comparison.verdict)));
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/noise.h"

#include <math.h>
#include <stdlib.h>

#include "lib/alloc.h"
#include "server/campaign.h"
#include "server/stat-count.h"
#include "server/stat-order.h"
#include "server/stat-power.h"

const double noise_effects[NOISE_EFFECTS] = { 0.005, 0.01, 0.02, 0.05 };
const size_t noise_sizes[NOISE_SIZES] = { 6, 10, 14, 20, 30, 50 };

static double typical_of(const struct noise *noise)
{
	CLEANUP(free_ptr) double *sizes = xcalloc(noise->count + 1, sizeof(*sizes));

	if (!noise->count)
		return NAN;
	for (size_t i = 0; i < noise->count; i++)
		sizes[i] = fabs(noise->ratios[i]);
	stat_sort(sizes, noise->count);
	return expm1(stat_median(sizes, noise->count));
}

void noise_read(struct db_conn *conn, int64_t host, const char *isa, const char *metric,
		const char *workload, struct noise *ret_noise)
{
	struct noise noise = { .load_s = (double)db_value(conn, 0, SQL_JUDGE_PACE, db_text(isa)) /
					 1000 };

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_NULL_RATIOS, db_int(host), db_text(isa),
					    db_text(metric), db_text(workload));

		while (rows_next(&rows)) {
			ARRAY_GROW(noise.ratios, noise.count, noise.capacity);
			noise.ratios[noise.count++] = rows_real(&rows, 0);
		}
	}
	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_NULL_VERDICTS, db_int(host), db_text(isa),
					    db_text(metric), db_text(workload));

		if (rows_next(&rows)) {
			noise.comparisons = (unsigned)rows_int(&rows, 0);
			noise.false_ones = (unsigned)rows_int(&rows, 1);
		}
	}
	noise.typical = typical_of(&noise);
	noise.rate = stat_rate_interval(noise.false_ones, noise.comparisons, 0.05);
	*ret_noise = noise;
}

void noise_plan(struct noise *noise)
{
	for (size_t i = 0; i < NOISE_SIZES; i++)
		noise->detectable[i] =
			stat_detectable(noise->ratios, noise->count, noise_sizes[i], STAT_ALPHA);
	for (size_t i = 0; i < NOISE_EFFECTS; i++)
		noise->needed[i] = stat_blocks_needed(noise->ratios, noise->count, noise_effects[i],
						      STAT_ALPHA, CAMPAIGN_LOADS_MAX);
}

void noise_release(struct noise *noise)
{
	free(noise->ratios);
	*noise = (struct noise){ 0 };
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* How long a campaign will take: what is left, at the pace of the last 20 builds and loads of each
 * lane on this server. One agent that does one thing after the other is assumed. */
#include <string.h>

#include "server/campaign.h"
#include "server/check.h"

/* Before this server has seen any: a cold build of the emulated configuration on two CPUs, and one
 * boot with the workloads of a lane. */
#define BUILD_DEFAULT_MS 120000
#define LOAD_EXACT_DEFAULT_MS 20000
#define LOAD_RACE_DEFAULT_MS 60000
#define LOAD_SMP_DEFAULT_MS 15000

struct pace {
	double build_ms, exact_ms, race_ms, smp_ms;
};

static double load_ms(const char *lane, const struct pace *pace)
{
	if (!strcmp(lane, "exact"))
		return pace->exact_ms;
	return strcmp(lane, "race") ? pace->smp_ms : pace->race_ms;
}

static double loads_left_ms(const struct campaign *campaign, const struct variant *variant,
			    const struct pace *pace)
{
	double isas = strchr(campaign->isa, ',') ? 2 : 1, left = 0;

	if (!strcmp(variant->state, "identical") || !strcmp(variant->state, "failed"))
		return 0;
	for (size_t i = 0; i < variant->loads_count; i++)
		if (strcmp(variant->loads[i].state, "done") != 0)
			left += load_ms(variant->loads[i].lane, pace);
	if (variant->loads_count || strcmp(campaign->state, "building") != 0)
		return left;
	if (check_listed(campaign->lanes, "exact"))
		left += isas * (double)campaign->loads_exact * pace->exact_ms;
	if (check_listed(campaign->lanes, "race"))
		left += isas * (double)campaign->loads_race * pace->race_ms;
	if (check_listed(campaign->lanes, "smp"))
		left += isas * (double)campaign->loads_smp * pace->smp_ms;
	return left;
}

static double build_left_ms(const struct variant *variant, const struct pace *pace, int64_t now_ms)
{
	double spent;

	if (!strcmp(variant->state, "waiting"))
		return pace->build_ms;
	if (strcmp(variant->state, "building") != 0)
		return 0;
	spent = (double)(now_ms - variant->started_ms);
	return spent < pace->build_ms ? pace->build_ms - spent : 0;
}

double campaign_estimate_s(struct db_conn *conn, const struct campaign *campaign, int64_t now_ms)
{
	struct pace pace = {
		.build_ms = (double)db_value(conn, BUILD_DEFAULT_MS, SQL_BUILD_AVERAGE),
		.exact_ms = (double)db_value(conn, LOAD_EXACT_DEFAULT_MS, SQL_LOAD_AVERAGE,
					     db_text("exact")),
		.race_ms = (double)db_value(conn, LOAD_RACE_DEFAULT_MS, SQL_LOAD_AVERAGE,
					    db_text("race")),
		.smp_ms = (double)db_value(conn, LOAD_SMP_DEFAULT_MS, SQL_LOAD_AVERAGE,
					   db_text("smp")),
	};
	double left = 0;

	if (campaign->finished_ms)
		return (double)(campaign->finished_ms - campaign->created_ms) / 1000;
	for (size_t i = 0; i < campaign->variants_count; i++)
		left += build_left_ms(&campaign->variants[i], &pace, now_ms) +
			loads_left_ms(campaign, &campaign->variants[i], &pace);
	return ((double)(now_ms - campaign->created_ms) + left) / 1000;
}

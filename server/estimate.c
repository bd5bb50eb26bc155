// SPDX-License-Identifier: GPL-2.0-or-later
/* How long a campaign will take: what is left, at the pace of the last 20 builds and loads of each
 * lane and ISA on this server. One agent that does one thing after the other is assumed. */
#include <string.h>

#include "lib/list.h"
#include "server/campaign.h"

/* Before this server has seen any: a cold build of the emulated configuration on two CPUs, and one
 * boot with the workloads of a lane. */
#define BUILD_DEFAULT_MS 120000
#define FETCH_DEFAULT_MS 10000
#define LOAD_EXACT_DEFAULT_MS 20000
#define LOAD_RACE_DEFAULT_MS 60000
#define LOAD_SMP_DEFAULT_MS 15000

static const char *const isas[] = { "svm", "vmx" };
#define ISAS (sizeof(isas) / sizeof(isas[0]))

/* Of builds, and of loads on each ISA: their hosts differ in speed. */
struct pace {
	double build_ms, exact_ms[ISAS], race_ms[ISAS], smp_ms[ISAS];
};

/* What the race lane does, on a host with posted interrupts. */
static bool is_race(const char *lane)
{
	return !strcmp(lane, "race") || !strcmp(lane, "posted");
}

static double load_ms(const char *lane, size_t isa, const struct pace *pace)
{
	if (!strcmp(lane, "exact"))
		return pace->exact_ms[isa];
	return is_race(lane) ? pace->race_ms[isa] : pace->smp_ms[isa];
}

static double loads_left_ms(const struct campaign *campaign, const struct variant *variant,
			    size_t isa, const struct pace *pace)
{
	bool planned = variant->loads_count || strcmp(campaign->state, "building") != 0;
	double left = 0;

	if (!strcmp(variant->state, "identical") || !strcmp(variant->state, "failed"))
		return 0;
	for (size_t i = 0; i < variant->loads_count; i++)
		if (strcmp(variant->loads[i].state, "done") != 0 &&
		    !strcmp(variant->loads[i].isa, isas[isa]))
			left += load_ms(variant->loads[i].lane, isa, pace);
	if (planned || !list_has(campaign->isa, isas[isa]))
		return left;
	if (list_has(campaign->lanes, "exact"))
		left += (double)campaign->loads_exact * pace->exact_ms[isa];
	if (list_has(campaign->lanes, "race"))
		left += (double)campaign->loads_race * pace->race_ms[isa];
	if (list_has(campaign->lanes, "posted") && !strcmp(isas[isa], "vmx"))
		left += (double)campaign->loads_race * pace->race_ms[isa];
	if (list_has(campaign->lanes, "smp"))
		left += (double)campaign->loads_smp * pace->smp_ms[isa];
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

double estimate_build_ms(struct db_conn *conn)
{
	return (double)db_value(conn, BUILD_DEFAULT_MS, SQL_BUILD_AVERAGE);
}

double estimate_fetch_ms(struct db_conn *conn)
{
	return (double)db_value(conn, FETCH_DEFAULT_MS, SQL_FETCH_AVERAGE);
}

double estimate_load_ms(struct db_conn *conn, const char *lane, const char *isa)
{
	int64_t otherwise = !strcmp(lane, "exact")  ? LOAD_EXACT_DEFAULT_MS
			    : is_race(lane)	    ? LOAD_RACE_DEFAULT_MS
						    : LOAD_SMP_DEFAULT_MS;

	return (double)db_value(conn, otherwise, SQL_LOAD_AVERAGE, db_text(lane), db_text(isa));
}

double campaign_estimate_s(struct db_conn *conn, const struct campaign *campaign, int64_t now_ms)
{
	struct pace pace = {
		.build_ms = estimate_build_ms(conn),
	};
	double left = 0;

	if (campaign->finished_ms)
		return (double)(campaign->finished_ms - campaign->created_ms) / 1000;
	for (size_t i = 0; i < ISAS; i++) {
		pace.exact_ms[i] = estimate_load_ms(conn, "exact", isas[i]);
		pace.race_ms[i] = estimate_load_ms(conn, "race", isas[i]);
		pace.smp_ms[i] = estimate_load_ms(conn, "smp", isas[i]);
	}
	for (size_t i = 0; i < campaign->variants_count; i++) {
		left += build_left_ms(&campaign->variants[i], &pace, now_ms);
		for (size_t k = 0; k < ISAS; k++)
			left += loads_left_ms(campaign, &campaign->variants[i], k, &pace);
	}
	return ((double)(now_ms - campaign->created_ms) + left) / 1000;
}

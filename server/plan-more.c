// SPDX-License-Identifier: GPL-2.0-or-later
/* More blocks for what is unknown, up to the campaign's budget. */
#include <string.h>

#include "server/judge-read.h"
#include "server/plan-internal.h"

/* The blocks at the look after this many; 0: this was the last. */
static size_t next_look(const struct stat_schedule *schedule, size_t blocks)
{
	for (size_t k = 0; k < schedule->looks; k++)
		if (schedule->blocks[k] > blocks)
			return schedule->blocks[k];
	return 0;
}

/* The base, the null control, and the variants whose headline is unknown on that ISA. */
static struct participants who_is_unknown(const struct campaign *campaign,
					  const struct judge_input *input,
					  const struct judgement *judgement, size_t isa)
{
	struct participants who = { .count = 0 };

	who.variants[who.count++] = campaign->variants[0].id;
	for (size_t i = 1; i < campaign->variants_count; i++)
		if (judge_is_open(input, judgement, isa, i))
			who.variants[who.count++] = campaign->variants[i].id;
	return who;
}

static bool buy(struct db_conn *conn, const struct campaign *campaign,
		const struct judge_input *input, const struct judgement *judgement, size_t isa,
		int64_t now_ms)
{
	struct participants who = who_is_unknown(campaign, input, judgement, isa);
	size_t from = input->isas[isa].planned, to = next_look(&judgement->schedule, from);

	if (who.count < 2 || !to)
		return false;
	for (size_t i = 0; i < who.count; i++)
		db_run(conn, SQL_VARIANT_MEASURE_AGAIN, db_int(who.variants[i]));
	if (campaign->null_control)
		plan_add_control(campaign, &who);
	for (size_t number = from + 1; number <= to; number++)
		plan_add_block(conn, campaign, input->isas[isa].isa, "smp", (unsigned)number, &who,
			       now_ms);
	return true;
}

bool plan_more(struct db_conn *conn, int64_t id, int64_t now_ms)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(judge_input_release) struct judge_input input = { 0 };
	CLEANUP(judgement_release) struct judgement judgement = { 0 };
	bool bought = false;

	if (campaign_read(conn, id, &campaign) < 0 || strcmp(campaign.state, "measuring") != 0)
		return false;
	if (!campaign.null_control && campaign.smp_most <= campaign.loads_smp)
		return false;
	judge_read(conn, &campaign, &input);
	judge(&input, &judgement);
	for (size_t i = 0; i < input.isas_count; i++)
		bought |= buy(conn, &campaign, &input, &judgement, i, now_ms);
	if (!bought)
		judge_keep_null(conn, id, &input, &judgement);
	return bought;
}

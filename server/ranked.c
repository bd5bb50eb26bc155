// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/ranked.h"

#include <string.h>

#include "server/judge-read.h"
#include "server/rank-read.h"

const struct judged *ranked_headline(const struct ranked *ranked, const char *isa, size_t subject)
{
	for (size_t i = 0; i < ranked->input.isas_count; i++)
		if (!strcmp(ranked->input.isas[i].isa, isa))
			return judgement_headline(&ranked->judgement, i, subject);
	return NULL;
}

void ranked_read(struct db_conn *conn, const struct campaign *campaign, struct ranked *ret_ranked)
{
	struct ranked ranked = { .count = 0 };

	judge_read(conn, campaign, &ranked.input);
	judge(&ranked.input, &ranked.judgement);
	for (const char *isa = campaign->isa; *isa && ranked.count < JUDGE_ISAS_MAX;) {
		struct ranked_isa *one = &ranked.isas[ranked.count++];
		size_t length = strcspn(isa, ",");

		snprintf(one->isa, sizeof(one->isa), "%.*s", (int)length, isa);
		rank_read(conn, campaign, one->isa, &one->input);
		/* Where the headline puts those that no exact metric tells apart. */
		for (size_t i = 1; i < one->input.count; i++) {
			const struct judged *headline = ranked_headline(&ranked, one->isa, i);

			if (headline)
				one->input.subjects[i].standing =
					rank_standing(headline->comparison.verdict);
		}
		rank(&one->input, &one->ranking);
		isa += length + (isa[length] == ',');
	}
	*ret_ranked = ranked;
}

void ranked_release(struct ranked *ranked)
{
	for (size_t i = 0; i < ranked->count; i++) {
		ranking_release(&ranked->isas[i].ranking);
		rank_input_release(&ranked->isas[i].input);
	}
	judgement_release(&ranked->judgement);
	judge_input_release(&ranked->input);
	*ranked = (struct ranked){ 0 };
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What a reader of a campaign should know beside its numbers. */
#include <string.h>

#include "lib/alloc.h"
#include "server/campaign.h"

#define SHORT 12 /* digits of a commit that tell it to a person */

static char *base_note(const struct campaign *campaign)
{
	const char *preferred = campaign->preferred_commit, *taken = campaign->base_commit;

	if (!preferred || !taken || !strcmp(preferred, taken))
		return NULL;
	return xasprintf(
		"The series were made on %.*s, which the agent's repository does not have. "
		"They were applied on %.*s (%s) instead.",
		SHORT, preferred, SHORT, taken, campaign->rev);
}

/* The series' author used another base than this campaign: what was measured is not quite that. */
static char *variant_note(struct db_conn *conn, int64_t variant)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_VARIANT_BASE, db_int(variant));
	const char *said, *said_tree, *taken, *taken_tree;

	if (!rows_next(&rows))
		return NULL;
	said = rows_text(&rows, 0);
	said_tree = rows_text(&rows, 1);
	taken = rows_text(&rows, 2);
	taken_tree = rows_text(&rows, 3);
	if (!said || !taken || !strcmp(said, taken))
		return NULL;
	/* Another commit with the same files, as after an import without history. */
	if (said_tree && taken_tree && !strcmp(said_tree, taken_tree))
		return NULL;
	return xasprintf("Its author made it on %.*s; here it was applied on %.*s.", SHORT, said,
			 SHORT, taken);
}

static void read_same_tree(struct db_conn *conn, struct variant *variant)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_VARIANT_SAME_TREE, db_int(variant->id));

	if (rows_next(&rows))
		variant->same_tree = (struct same_tree){ .campaign = rows_int(&rows, 0),
							 .series_id = rows_int(&rows, 1),
							 .series = rows_copy(&rows, 2),
							 .version = rows_int(&rows, 3) };
}

void campaign_read_notes(struct db_conn *conn, struct campaign *campaign)
{
	campaign->base_note = base_note(campaign);
	for (size_t i = 0; i < campaign->variants_count; i++) {
		struct variant *variant = &campaign->variants[i];

		if (!variant->position)
			continue;
		variant->note = variant_note(conn, variant->id);
		read_same_tree(conn, variant);
	}
}

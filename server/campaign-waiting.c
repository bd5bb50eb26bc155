// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether anybody can do what a campaign asks for. Work waits for an agent for ever; this says so.
 */
#include <stdio.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/list.h"
#include "server/campaign.h"

/* Something is to be measured on that ISA, now or when the builds are there. */
static bool needs_isa(const struct campaign *campaign, const char *isa)
{
	if (!list_has(campaign->isa, isa))
		return false;
	if (!strcmp(campaign->state, "building"))
		return true;
	for (size_t i = 0; i < campaign->variants_count; i++)
		for (size_t k = 0; k < campaign->variants[i].loads_count; k++)
			if (!strcmp(campaign->variants[i].loads[k].isa, isa) &&
			    strcmp(campaign->variants[i].loads[k].state, "done") != 0)
				return true;
	return false;
}

static bool needs_builds(const struct campaign *campaign)
{
	for (size_t i = 0; i < campaign->variants_count; i++)
		if (!strcmp(campaign->variants[i].state, "waiting"))
			return true;
	return false;
}

/* Appends a sentence to *text unless an agent that can do it, with these labels, was seen lately.
 */
static void need(struct db_conn *conn, const char *capability, const char *labels, const char *work,
		 int64_t now_ms, char **text)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_HOST_CAPABLE, db_text(capability), db_text(labels));
	CLEANUP(free_ptr) char *before = *text;
	CLEANUP(free_ptr) char *last = NULL;

	if (rows_next(&rows)) {
		int64_t ago_ms = now_ms - rows_int(&rows, 1);

		if (ago_ms < CAMPAIGN_AGENT_LIVE_MS) {
			*text = TAKE(before);
			return;
		}
		last = xasprintf("the last, %s, was seen %lld s ago", rows_text(&rows, 0),
				 (long long)(ago_ms / 1000));
	}
	*text = xasprintf("%s%sWaits for an agent that can %s (%s)%s%s: %s.", before ? before : "",
			  before ? " " : "", work, capability, *labels ? " and is labelled " : "",
			  labels, last ? last : "none has ever asked for work");
}

char *campaign_waiting(struct db_conn *conn, const struct campaign *campaign, int64_t now_ms)
{
	static const char *const isas[] = { "svm", "vmx" };
	char *text = NULL;

	if (campaign->finished_ms)
		return NULL;
	if (needs_builds(campaign))
		need(conn, "build", "", "build kernels", now_ms, &text);
	for (size_t i = 0; i < sizeof(isas) / sizeof(isas[0]); i++) {
		char capability[16], work[32];

		snprintf(capability, sizeof(capability), "bench-%s", isas[i]);
		snprintf(work, sizeof(work), "measure on %s", isas[i]);
		if (needs_isa(campaign, isas[i]))
			need(conn, capability, campaign->host_labels, work, now_ms, &text);
	}
	if (list_has(campaign->lanes, "posted") && needs_isa(campaign, "vmx"))
		need(conn, "bench-vmx-posted", campaign->host_labels,
		     "measure on vmx with posted interrupts", now_ms, &text);
	return text;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/campaign.h"

#include <string.h>

#include "lib/alloc.h"

static void variant_release(struct campaign_variant *variant)
{
	for (size_t i = 0; i < variant->load_count; i++) {
		struct campaign_load *load = &variant->loads[i];

		free(load->lane);
		free(load->isa);
		free(load->state);
		free(load->status);
		free(load->sentence);
	}
	free(variant->loads);
	free(variant->build_key);
	free(variant->role);
	free(variant->series);
	free(variant->state);
	free(variant->phase);
	free(variant->reason);
	free(variant->note);
}

void campaign_release(struct campaign *campaign)
{
	for (size_t i = 0; i < campaign->variant_count; i++)
		variant_release(&campaign->variants[i]);
	free(campaign->variants);
	free(campaign->state);
	free(campaign->reason);
	free(campaign->waiting);
	free(campaign->created);
	free(campaign->finished);
	free(campaign->isa);
	free(campaign->lanes);
	free(campaign->repository);
	free(campaign->rev);
	free(campaign->tree);
	free(campaign->base_commit);
	free(campaign->preferred);
	free(campaign->base_note);
	*campaign = (struct campaign){ 0 };
}

void campaign_page_release(struct campaign_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		campaign_release(&page->campaigns[i]);
	free(page->campaigns);
	*page = (struct campaign_page){ 0 };
}

bool campaign_ended(const struct campaign *campaign)
{
	return !strcmp(campaign->state, "done") || !strcmp(campaign->state, "failed");
}

size_t campaign_loads_done(const struct campaign_variant *variant)
{
	size_t done = 0;

	for (size_t i = 0; i < variant->load_count; i++)
		done += !strcmp(variant->loads[i].state, "done");
	return done;
}

char *campaign_variant_phase(const struct campaign_variant *variant)
{
	size_t done = campaign_loads_done(variant);

	if (!strcmp(variant->state, "measuring") && variant->load_count)
		return xasprintf("%zu of %zu loads%s%s", done, variant->load_count,
				 variant->phase ? ", " : "", variant->phase ? variant->phase : "");
	if (!strcmp(variant->state, "building") && variant->phase)
		return xstrdup(variant->phase);
	if (!strcmp(variant->state, "built") && variant->build_reused)
		return xstrdup("build reused");
	return xstrdup("");
}

#define SHORT 12 /* digits of a commit that tell it to a person */

static bool waits_for_fetch(const struct campaign *campaign)
{
	for (size_t i = 0; i < campaign->variant_count; i++)
		if (campaign->variants[i].phase && !strcmp(campaign->variants[i].phase, "fetch"))
			return true;
	return false;
}

char *campaign_base_sentence(const struct campaign *campaign, bool asked)
{
	const char *repository = campaign->repository ? campaign->repository : "";
	const char *rev = campaign->rev ? campaign->rev : "";

	if (campaign->base_note)
		return xstrdup(campaign->base_note);
	if (campaign->preferred && campaign->base_commit)
		return xasprintf("base: %.*s of %s, on which the series were made", SHORT,
				 campaign->base_commit, repository);
	if (campaign->preferred)
		return xasprintf("base: %.*s of %s, on which the series were made; %s when the "
				 "agent's repository does not have it",
				 SHORT, campaign->preferred, repository, rev);
	if (asked)
		return xasprintf("base: %s %s, as asked for", repository, rev);
	if (waits_for_fetch(campaign))
		return xasprintf("base: of %s, what the series were made on, which is known when "
				 "they are fetched",
				 repository);
	return xasprintf("base: %s %s: the series do not say what they were made on, or do not "
			 "agree",
			 repository, rev);
}

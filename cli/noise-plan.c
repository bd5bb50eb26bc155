// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/noise-plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/host.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/list.h"

/* What most reviewers would call a difference. */
#define EFFECT 0.01

static const struct noise_size *needed_for(const struct noise_record *record, double effect)
{
	for (size_t i = 0; i < record->needed_count; i++)
		if (fabs(record->needed[i].effect - effect) < 1e-6)
			return &record->needed[i];
	return NULL;
}

/* What the most blocks that are no more than that many can see; NAN: nothing is known. */
static double seen_with(const struct noise_record *record, int64_t blocks)
{
	double effect = NAN;

	for (size_t i = 0; i < record->detectable_count; i++)
		if (record->detectable[i].blocks <= blocks && !isnan(record->detectable[i].effect))
			effect = record->detectable[i].effect;
	return effect;
}

char *noise_plan_sentence(const struct noise_record *record, double effect, int64_t blocks)
{
	const struct noise_size *needed = needed_for(record, effect);
	double seen = seen_with(record, blocks);
	CLEANUP(free_ptr) char *time = NULL;
	CLEANUP(free_ptr) char *asked = NULL;

	asked = isnan(seen) ? xstrdup("")
			    : xasprintf("; the %lld asked for can show %.2g %%", (long long)blocks,
					100 * seen);
	if (!needed || !needed->blocks)
		return xasprintf("%g %% cannot be seen%s%s", 100 * effect,
				 record->blocks < NOISE_SHORT_BLOCKS
					 ? " yet: the record is too short"
					 : " in 100 blocks",
				 asked);
	time = isnan(needed->seconds) ? NULL : text_duration(needed->seconds);
	return xasprintf("to see %g %% you need %lld blocks (%lld loads for one series)%s%s%s",
			 100 * effect, (long long)needed->blocks,
			 (long long)(needed->blocks * record->block_loads), time ? ", about " : "",
			 time ? time : "", asked);
}

static void print_host(struct context *context, const struct host *host, const char *isa,
		       int64_t blocks)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(noise_release) struct noise noise = { 0 };
	CLEANUP(free_ptr) char *path = xasprintf("/hosts/%lld/noise", (long long)host->id);
	bool told = false;

	if (client_get(&context->client, path, &body, NULL) < 0 ||
	    noise_decode(body.data, body.length, &noise, NULL) < 0)
		return;
	for (size_t i = 0; i < noise.count; i++) {
		const struct noise_record *record = &noise.records[i];
		CLEANUP(free_ptr) char *sentence = NULL;
		CLEANUP(free_ptr) char *line = NULL;

		if (strcmp(record->isa, isa) || !record->needed_count)
			continue;
		sentence = noise_plan_sentence(record, EFFECT, blocks);
		line = xasprintf("%s on %s, %s of %s: %s.", isa, host->agent, record->metric,
				 record->workload, sentence);
		screen_fold(&context->screen, line);
		told = true;
	}
	if (!told) {
		CLEANUP(free_ptr)
		char *line = xasprintf("%s on %s: no null control was loaded there yet, so how "
				       "small a difference it can see is not known. --null-control "
				       "begins the record.",
				       isa, host->agent);

		screen_fold(&context->screen, line);
	}
}

static void print_isa(struct context *context, const struct host_page *page, const char *isa,
		      int64_t blocks)
{
	CLEANUP(free_ptr) char *capability = xasprintf("bench-%s", isa);
	bool any = false;

	for (size_t i = 0; i < page->count; i++) {
		if (!list_has(page->hosts[i].capabilities, capability))
			continue;
		print_host(context, &page->hosts[i], isa, blocks);
		any = true;
	}
	if (!any) {
		CLEANUP(free_ptr)
		char *line = xasprintf("No agent that measures %s was seen yet: how small a "
				       "difference can be seen is not known.",
				       isa);

		screen_fold(&context->screen, line);
	}
}

void noise_plan_print(struct context *context, const struct campaign_request *request)
{
	static const char *const isas[] = { "svm", "vmx" };
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(host_page_release) struct host_page page = { 0 };
	int64_t most = request->loads_smp_most ? request->loads_smp_most : request->loads_smp;

	/* Left out, the server's defaults: svm, and smp among the lanes. */
	if (request->lanes && !list_has(request->lanes, "smp"))
		return;
	if (client_get(&context->client, "/hosts?limit=1000", &body, NULL) < 0 ||
	    host_page_decode(body.data, body.length, &page, NULL) < 0)
		return;
	for (size_t i = 0; i < sizeof(isas) / sizeof(isas[0]); i++)
		if (list_has(request->isa ? request->isa : "svm", isas[i]))
			print_isa(context, &page, isas[i], most);
}

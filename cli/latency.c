// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/latency.h"

#include <math.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/problem.h"
#include "cli/table.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void latencies_release(struct latencies *latencies)
{
	for (size_t i = 0; i < latencies->count; i++) {
		struct latency *latency = &latencies->all[i];
		char *texts[] = { latency->series,   latency->isa,    latency->lane,
				  latency->workload, latency->target, latency->clock };

		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			free(texts[k]);
		for (size_t k = 0; k < latency->percentile_count; k++)
			free(latency->percentiles[k].name);
	}
	free(latencies->all);
	*latencies = (struct latencies){ 0 };
}

/* "2411 (2399 to 2431)", with ">" where nothing bounds it from above. */
static char *percentile_text(const struct latency *latency, const char *name)
{
	for (size_t i = 0; i < latency->percentile_count; i++) {
		const struct latency_percentile *one = &latency->percentiles[i];

		if (strcmp(one->name, name) != 0)
			continue;
		if (isnan(one->low) && isnan(one->high))
			return xasprintf("%.0f", one->value);
		if (isnan(one->high))
			return xasprintf("%.0f (over %.0f)", one->value, one->low);
		return xasprintf("%.0f (%.0f to %.0f)", one->value, isnan(one->low) ? 0 : one->low,
				 one->high);
	}
	return xstrdup("-");
}

static void add(struct table *table, const struct latency *latency)
{
	table_row(table, STYLE_PLAIN);
	table_cell(table, xstrdup(latency->series));
	table_cell(table, xstrdup(latency->isa));
	table_cell(table, xstrdup(latency->target));
	table_cell(table, xasprintf("%lld%s", (long long)latency->count,
				    latency->agree ? "" : " (loads differ)"));
	table_cell(table, percentile_text(latency, "p50"));
	table_cell(table, percentile_text(latency, "p99"));
	table_cell(table, percentile_text(latency, "p99.9"));
	table_cell(table, xasprintf("%.0f", latency->most));
}

void latencies_print(const struct latencies *latencies, const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "\nseries", TABLE_LEFT, true }, { "\nisa", TABLE_LEFT, false },
		{ "\nreceiver", TABLE_LEFT, false }, { "\nIPIs", TABLE_RIGHT, false },
		{ "\np50 (95 %)", TABLE_RIGHT, false }, { "\np99", TABLE_RIGHT, false },
		{ "\np99.9", TABLE_RIGHT, false }, { "\nmost", TABLE_RIGHT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);
	size_t shown = 0, hidden = 0;

	for (size_t i = 0; i < latencies->count; i++) {
		if (isnan(latencies->all[i].most)) {
			hidden++;
			continue;
		}
		add(&table, &latencies->all[i]);
		shown++;
	}
	if (shown) {
		table_print(&table, screen);
		fputc('\n', screen->out);
		screen_fold(screen,
			    "From the write of the ICR to the receiver's handler, in ticks of the "
			    "guest's TSC: instructions, where a machine takes turns. Never ranked.");
	}
	if (hidden)
		screen_fold(screen, "What the smp lane's emulated clock said is kept, and not told: "
				    "it is the emulator's time.");
	if (!shown)
		screen_fold(screen, "No load measured latencies by a clock that counts. The race "
				    "lane does (--lanes race).");
}

static const struct option_row options[] = {
	{ "isa", 'i', "ISA", "of one ISA only", "svm vmx", false },
	{ 0 },
};

static int take(void *data, int option, struct err *err)
{
	const char **isa = data;

	(void)option;
	(void)err;
	*isa = optarg;
	return 0;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(latencies_release) struct latencies latencies = { 0 };
	CLEANUP(free_ptr) char *isa = NULL;
	const char *wanted = NULL;
	int64_t id;
	int rc = options_parse(context, argc, argv, take, &wanted, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "CAMPAIGN", &id, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0)
		return rc;
	isa = wanted ? client_escape(&context->client, wanted) : NULL;
	rc = fetch(context, &body, err, "/campaigns/%lld/latency%s%s", (long long)id,
		   isa ? "?isa=" : "", isa ? isa : "");
	if (rc <= 0 || (rc = latencies_decode(body.data, body.length, &latencies, err)) < 0)
		return rc;
	latencies_print(&latencies, &context->screen);
	return EXIT_WORKED;
}

const struct command command_latency = {
	.name = "latency",
	.arguments = "CAMPAIGN",
	.summary = "Print what IPIs took, by what their receiver did",
	.options = options,
	.run = run,
};

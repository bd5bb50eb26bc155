// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/noise.h"

#include <math.h>

#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/noise-plan.h"
#include "cli/table.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void noise_release(struct noise *noise)
{
	for (size_t i = 0; i < noise->count; i++) {
		free(noise->records[i].isa);
		free(noise->records[i].metric);
		free(noise->records[i].workload);
		free(noise->records[i].detectable);
		free(noise->records[i].needed);
	}
	free(noise->records);
	*noise = (struct noise){ 0 };
}

static void add_record(struct table *table, const struct noise_record *record)
{
	table_row(table, STYLE_PLAIN);
	table_cell(table, xstrdup(record->isa));
	table_cell(table, xstrdup(record->metric));
	table_cell(table, xstrdup(record->workload));
	table_cell(table, xasprintf("%lld", (long long)record->blocks));
	table_cell(table, isnan(record->typical) ? xstrdup("-")
						 : xasprintf("%.2f %%", 100 * record->typical));
	table_cell(table, xasprintf("%lld of %lld", (long long)record->false_positives,
				    (long long)record->comparisons));
	table_cell(table,
		   xasprintf("%.0f to %.0f %%", 100 * record->rate_low, 100 * record->rate_high));
}

static void print_needed(const struct noise_record *record, const struct screen *screen)
{
	for (size_t i = 0; i < record->needed_count; i++) {
		CLEANUP(free_ptr)
		char *sentence = noise_plan_sentence(record, record->needed[i].effect, 0);
		CLEANUP(free_ptr)
		char *line = xasprintf("%s, %s on %s: %s.", record->metric, record->workload,
				       record->isa, sentence);

		screen_fold(screen, line);
	}
}

void noise_print(const struct noise *noise, const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "\nisa", TABLE_LEFT, false },
		{ "\nmetric", TABLE_LEFT, true },
		{ "\nworkload", TABLE_LEFT, true },
		{ "\nblocks", TABLE_RIGHT, false },
		{ "half of them\ndiffer by less than", TABLE_RIGHT, false },
		{ "false\nverdicts", TABLE_RIGHT, false },
		{ "their rate\n(95 %)", TABLE_RIGHT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);

	if (!noise->count) {
		screen_fold(screen,
			    "No campaign has loaded a null control on this host yet. `runway "
			    "campaign create --null-control` does.");
		return;
	}
	for (size_t i = 0; i < noise->count; i++)
		add_record(&table, &noise->records[i]);
	table_print(&table, screen);
	fputc('\n', screen->out);
	for (size_t i = 0; i < noise->count; i++)
		print_needed(&noise->records[i], screen);
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(noise_release) struct noise noise = { 0 };
	int64_t id;
	int rc = fetch_numbered(context, argc, argv, "/hosts/%lld/noise", &id, &body, err);

	if (rc <= 0 || (rc = noise_decode(body.data, body.length, &noise, err)) < 0)
		return rc;
	noise_print(&noise, &context->screen);
	return EXIT_WORKED;
}

const struct command command_noise = {
	.name = "noise",
	.arguments = "HOST",
	.summary = "Print what a host's null controls showed, and what it can see",
	.text = "HOST is a number of `runway hosts`.",
	.run = run,
};

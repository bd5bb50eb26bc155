// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/noise.h"

#include <math.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "cli/table.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define USAGE "noise HOST [--json]"

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

/* "To see 1 % you need 14 blocks, about 38 min." */
static void print_needed(const struct noise_record *record, const struct screen *screen)
{
	for (size_t i = 0; i < record->needed_count; i++) {
		const struct noise_size *needed = &record->needed[i];
		CLEANUP(free_ptr)
		char *time = isnan(needed->seconds) ? NULL : text_duration(needed->seconds);
		CLEANUP(free_ptr) char *line = NULL;

		if (needed->blocks)
			line = xasprintf("%s, %s on %s: to see %g %% you need %lld blocks%s%s.",
					 record->metric, record->workload, record->isa,
					 100 * needed->effect, (long long)needed->blocks,
					 time ? ", about " : "", time ? time : "");
		else
			line = xasprintf("%s, %s on %s: %g %% cannot be seen%s.", record->metric,
					 record->workload, record->isa, 100 * needed->effect,
					 record->blocks < 10 ? " yet: the record is too short"
							     : " in 100 blocks");
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
	CLEANUP(free_ptr) char *path = NULL;
	int64_t id;
	int option, rc;

	rc = options_next(context, argc, argv, NULL, &option, err);
	if (rc < 0 || context->help)
		return rc;
	if ((rc = options_arguments(argc, 1, 1, USAGE, err)) < 0 ||
	    (rc = option_integer("HOST", argv[optind], 1, INT64_MAX, &id, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0)
		return rc;
	path = xasprintf("/hosts/%lld/noise", (long long)id);
	rc = client_get(&context->client, path, &body, err);
	if (rc < 0)
		return rc;
	if (context->json)
		return document_print(&body, &context->screen, err);
	rc = noise_decode(body.data, body.length, &noise, err);
	if (rc < 0)
		return rc;
	noise_print(&noise, &context->screen);
	return EXIT_WORKED;
}

const struct command command_noise = {
	.name = "noise",
	.usage = USAGE,
	.summary = "Print what a host's null controls showed, and what it can see",
	.help = "HOST is a number of `runway hosts`.\n",
	.run = run,
};

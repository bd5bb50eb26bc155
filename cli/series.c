// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cli/series.h"

#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/table.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void print_change(const struct screen *screen, const char *change, const char *subject)
{
	bool same = !strcmp(change, "unchanged");

	fprintf(screen->out, "    %s%-9s%s  %s\n",
		screen_style(screen, same ? STYLE_FAINT : STYLE_BOLD), change,
		screen_style(screen, STYLE_PLAIN), subject);
}

void series_print(const struct series *series, const struct screen *screen)
{
	fprintf(screen->out, "series %lld: %s%s%s, %zu patch%s%s%s\n", (long long)series->id,
		series->name, series->version ? " " : "", series->version ? series->version : "",
		series->patch_count, series->patch_count == 1 ? "" : "es",
		series->previous ? ", after " : "", series->previous ? series->previous : "");
	for (size_t i = 0; i < series->patch_count; i++) {
		if (series->patches[i].change)
			print_change(screen, series->patches[i].change, series->patches[i].subject);
		else
			fprintf(screen->out, "    %s\n", series->patches[i].subject);
	}
	for (size_t i = 0; i < series->dropped_count; i++)
		print_change(screen, "dropped", series->dropped[i]);
	if (series->reason)
		screen_fold(screen, series->reason);
}

static void print_page(const struct series_page *page, const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "id", TABLE_RIGHT, false },	  { "name", TABLE_LEFT, false },
		{ "version", TABLE_LEFT, false }, { "patches", TABLE_RIGHT, false },
		{ "created", TABLE_LEFT, false }, { "first patch", TABLE_LEFT, true },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < page->count; i++) {
		const struct series *series = &page->series[i];

		table_row(&table, STYLE_PLAIN);
		table_cell(&table, xasprintf("%lld", (long long)series->id));
		table_cell(&table, xstrdup(series->name));
		table_cell(&table, xstrdup(series->version ? series->version : ""));
		table_cell(&table, xasprintf("%zu", series->patch_count));
		table_cell(&table, xstrdup(series->created ? series->created : ""));
		table_cell(&table, xstrdup(series->patch_count ? series->patches[0].subject : ""));
	}
	if (page->count)
		table_print(&table, screen);
	else
		fputs("No series was submitted yet. See runway submit --help.\n", screen->out);
	if (page->next)
		fprintf(screen->out, "There are more: runway series list --after %lld\n",
			(long long)page->next);
}

static int list(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(series_page_release) struct series_page page = { 0 };
	CLEANUP(free_ptr) char *path = NULL;
	int rc = options_page(context, argc, argv, "/series", &path, err);

	if (rc <= 0 || (rc = fetch(context, &body, err, "%s", path)) <= 0 ||
	    (rc = series_page_decode(body.data, body.length, &page, err)) < 0)
		return rc;
	if (context->quiet)
		for (size_t i = 0; i < page.count; i++)
			fprintf(context->screen.out, "%lld\n", (long long)page.series[i].id);
	else
		print_page(&page, &context->screen);
	return EXIT_WORKED;
}

static int show(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(series_release) struct series series = { 0 };
	FILE *out = context->screen.out;
	int64_t id;
	int rc = fetch_numbered(context, argc, argv, "/series/%lld", &id, &body, err);

	if (rc <= 0 || (rc = series_decode(body.data, body.length, &series, err)) < 0)
		return rc;
	if (context->quiet) {
		fprintf(out, "%lld\n", (long long)series.id);
		return EXIT_WORKED;
	}
	series_print(&series, &context->screen);
	if (series.created)
		fprintf(out, "submitted   %s\n", series.created);
	if (*series.expects)
		fprintf(out, "expects     %s\n", series.expects);
	if (series.sender_flag)
		fprintf(out, "sender flag %s\n", series.sender_flag);
	if (series.mbox)
		fprintf(out, "mbox        %s, %lld bytes\n", series.mbox,
			(long long)series.mbox_bytes);
	return EXIT_WORKED;
}

static int cancel(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(series_release) struct series series = { 0 };
	CLEANUP(free_ptr) char *path = NULL;
	int64_t id;
	int rc = options_parse(context, argc, argv, NULL, NULL, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "SERIES", &id, err)) < 0)
		return rc;
	path = xasprintf("/series/%lld/cancel", (long long)id);
	rc = fetch_post(context, path, NULL, &body, err);
	if (rc <= 0 || (rc = series_decode(body.data, body.length, &series, err)) < 0)
		return rc;
	fprintf(context->screen.out,
		context->quiet ? "%lld\n" : "series %lld is not fetched any more.\n",
		(long long)series.id);
	return EXIT_WORKED;
}

const struct command series_cancel = {
	.name = "cancel",
	.group = "series",
	.arguments = "SERIES",
	.summary = "Do not fetch a branch any more",
	.text = "Its agent drops the work, and campaigns that wait for it go on without it; its "
		"state is failed.",
	.run = cancel,
};

const struct command series_list = {
	.name = "list",
	.group = "series",
	.summary = "List the series that were submitted, the newest first",
	.options = options_page_rows,
	.run = list,
};

const struct command series_show = {
	.name = "show",
	.group = "series",
	.arguments = "SERIES",
	.summary = "Show one: its patches, what it expects, its mbox",
	.run = show,
};

/* To add a verb: its struct above and one row here, sorted. */
static const struct command *const verbs[] = { &series_cancel, &series_list, &series_show, NULL };

const struct command command_series = {
	.name = "series",
	.summary = "List what was submitted, show one, or do not fetch it any more",
	.verbs = verbs,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/campaign.h"
#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/progress.h"
#include "cli/statistics.h"
#include "cli/table.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static char *format_task(int64_t task)
{
	return task ? xasprintf("%lld", (long long)task) : xstrdup("-");
}

static const char *build_state(const struct campaign_variant *variant)
{
	if (variant->build_id)
		return variant->build_reused ? "reused" : "built";
	return variant->state;
}

static void add_variant(struct table *table, const struct campaign_variant *variant)
{
	table_row(table, STYLE_BOLD);
	table_cell(table, xstrdup(variant->series));
	table_cell(table, xstrdup(""));
	table_cell(table, xstrdup(variant->state));
	table_row(table, STYLE_PLAIN);
	table_cell(table, xstrdup(""));
	table_cell(table, xstrdup("build"));
	table_cell(table, xstrdup(build_state(variant)));
	table_cell(table, format_task(variant->build_task));
	for (size_t i = 0; i < variant->load_count; i++) {
		const struct campaign_load *load = &variant->loads[i];

		table_row(table, STYLE_PLAIN);
		table_cell(table, xstrdup(""));
		table_cell(table, xasprintf("load %lld %s%s%s%s", (long long)load->id,
					    load->isa ? load->isa : "", load->isa ? " " : "",
					    load->lane, load->control ? ", null control" : ""));
		table_cell(table, xstrdup(load->status ? load->status : load->state));
		table_cell(table, format_task(load->task));
		table_cell(table, load->dropped ? xasprintf("%lld", (long long)load->dropped)
						: xstrdup(""));
	}
}

static void print_about(const struct campaign_variant *variant, const char *sentence,
			const struct screen *screen)
{
	CLEANUP(free_ptr) char *line = NULL;

	if (!sentence)
		return;
	line = xasprintf("%s: %s", variant->series, sentence);
	screen_fold(screen, line);
}

/* Sentences can be long: they stand below the table, whole. */
static void print_sentences(const struct campaign *campaign, const struct screen *screen)
{
	for (size_t i = 0; i < campaign->variant_count; i++) {
		const struct campaign_variant *variant = &campaign->variants[i];

		print_about(variant, variant->reason, screen);
		print_about(variant, variant->note, screen);
		for (size_t j = 0; j < variant->load_count; j++) {
			const struct campaign_load *load = &variant->loads[j];
			CLEANUP(free_ptr) char *line = NULL;

			if (!load->sentence || !*load->sentence)
				continue;
			line = xasprintf("load %lld: %s", (long long)load->id, load->sentence);
			screen_fold(screen, line);
		}
	}
}

/* Whether it was asked for is not told any more; what was taken is. */
static void print_base(const struct campaign *campaign, const struct screen *screen)
{
	CLEANUP(free_ptr) char *line = NULL;

	if (campaign->preferred || campaign->base_note)
		line = campaign_base_sentence(campaign, false);
	else
		line = xasprintf(
			"base: %s %s%s%.12s%s", campaign->repository ? campaign->repository : "",
			campaign->rev ? campaign->rev : "", campaign->base_commit ? " (" : "",
			campaign->base_commit ? campaign->base_commit : "",
			campaign->base_commit ? ")" : "");
	screen_fold(screen, line);
}

static int print_budget(struct context *context, int64_t id, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(statistics_release) struct statistics statistics = { 0 };
	CLEANUP(free_ptr) char *path = xasprintf("/campaigns/%lld/statistics", (long long)id);
	int rc = client_get(&context->client, path, &body, err);

	if (!rc)
		rc = statistics_decode(body.data, body.length, &statistics, err);
	if (!rc)
		statistics_print_budget(&statistics, &context->screen);
	return rc;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	static const struct table_column columns[] = {
		{ "series", TABLE_LEFT, true },
		{ "step", TABLE_LEFT, false },
		{ "state", TABLE_LEFT, false },
		{ "task", TABLE_RIGHT, false },
		{ "samples dropped", TABLE_RIGHT, false },
	};
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);
	CLEANUP(free_ptr) char *summary = NULL;
	int64_t id;
	int rc = fetch_numbered(context, argc, argv, "/campaigns/%lld", &id, &body, err);

	if (rc <= 0 || (rc = campaign_decode(body.data, body.length, &campaign, err)) < 0)
		return rc;
	for (size_t i = 0; i < campaign.variant_count; i++)
		add_variant(&table, &campaign.variants[i]);
	summary = progress_summary(&campaign);
	screen_fold(&context->screen, summary);
	print_base(&campaign, &context->screen);
	if (campaign.waiting)
		screen_fold(&context->screen, campaign.waiting);
	fputc('\n', context->screen.out);
	table_print(&table, &context->screen);
	fputc('\n', context->screen.out);
	print_sentences(&campaign, &context->screen);
	rc = print_budget(context, id, err);
	return rc < 0 ? rc : EXIT_WORKED;
}

const struct command campaign_show = {
	.name = "show",
	.group = "campaign",
	.arguments = "CAMPAIGN",
	.summary = "Show a campaign's variants, loads and their tasks",
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/campaign.h"
#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/table.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void print_page(const struct campaign_page *page, const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "id", TABLE_RIGHT, false },	  { "state", TABLE_LEFT, false },
		{ "base", TABLE_LEFT, false },	  { "elapsed", TABLE_RIGHT, false },
		{ "created", TABLE_LEFT, false }, { "reason", TABLE_LEFT, true },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < page->count; i++) {
		const struct campaign *campaign = &page->campaigns[i];

		table_row(&table, STYLE_PLAIN);
		table_cell(&table, xasprintf("%lld", (long long)campaign->id));
		table_cell(&table, xstrdup(campaign->state));
		table_cell(&table,
			   xasprintf("%s %s", campaign->repository ? campaign->repository : "",
				     campaign->rev ? campaign->rev : ""));
		table_cell(&table, text_duration(campaign->elapsed_s));
		table_cell(&table, xstrdup(campaign->created ? campaign->created : ""));
		table_cell(&table, xstrdup(campaign->reason ? campaign->reason : ""));
	}
	if (page->count)
		table_print(&table, screen);
	else
		fputs("There are no campaigns.\n", screen->out);
	if (page->next)
		fprintf(screen->out, "There are more: runway campaign list --after %lld\n",
			(long long)page->next);
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(campaign_page_release) struct campaign_page page = { 0 };
	CLEANUP(free_ptr) char *path = NULL;
	int rc = options_page(context, argc, argv, "/campaigns", &path, err);

	if (rc <= 0 || (rc = fetch(context, &body, err, "%s", path)) <= 0)
		return rc;
	rc = campaign_page_decode(body.data, body.length, &page, err);
	if (rc < 0)
		return rc;
	if (context->quiet)
		for (size_t i = 0; i < page.count; i++)
			fprintf(context->screen.out, "%lld\n", (long long)page.campaigns[i].id);
	else
		print_page(&page, &context->screen);
	return EXIT_WORKED;
}

const struct command campaign_list = {
	.name = "list",
	.group = "campaign",
	.summary = "List campaigns, the newest first",
	.options = options_page_rows,
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/host.h"
#include "cli/table.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void print_page(const struct host_page *page, const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "id", TABLE_RIGHT, false },	      { "agent", TABLE_LEFT, false },
		{ "capabilities", TABLE_LEFT, true }, { "first seen", TABLE_LEFT, false },
		{ "last seen", TABLE_LEFT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < page->count; i++) {
		const struct host *host = &page->hosts[i];

		table_row(&table, STYLE_PLAIN);
		table_cell(&table, xasprintf("%lld", (long long)host->id));
		table_cell(&table, xstrdup(host->agent));
		table_cell(&table, xstrdup(host->capabilities));
		table_cell(&table, xstrdup(host->first_seen ? host->first_seen : ""));
		table_cell(&table, xstrdup(host->last_seen ? host->last_seen : ""));
	}
	if (page->count)
		table_print(&table, screen);
	else
		fputs("No agent has asked this server for work yet.\n", screen->out);
	if (page->next)
		fprintf(screen->out, "There are more: runway hosts --after %lld\n",
			(long long)page->next);
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(host_page_release) struct host_page page = { 0 };
	CLEANUP(free_ptr) char *path = NULL;
	int rc = options_page(context, argc, argv, "/hosts", &path, err);

	if (rc <= 0 || (rc = fetch(context, &body, err, "%s", path)) <= 0)
		return rc;
	rc = host_page_decode(body.data, body.length, &page, err);
	if (rc < 0)
		return rc;
	if (context->quiet)
		for (size_t i = 0; i < page.count; i++)
			fprintf(context->screen.out, "%lld\n", (long long)page.hosts[i].id);
	else
		print_page(&page, &context->screen);
	return EXIT_WORKED;
}

const struct command command_hosts = {
	.name = "hosts",
	.summary = "List the agents that the server has seen",
	.options = options_page_rows,
	.run = run,
};

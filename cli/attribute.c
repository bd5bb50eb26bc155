// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/attribution.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define USAGE "attribute CAMPAIGN SERIES"

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(ranking_release) struct ranking ranking = { 0 };
	CLEANUP(statistics_release) struct statistics statistics = { 0 };
	CLEANUP(free_ptr) char *path = NULL;
	int64_t id;
	int option, rc;

	rc = options_next(context, argc, argv, NULL, &option, err);
	if (rc < 0 || context->help)
		return rc;
	if ((rc = options_arguments(argc, 2, 2, USAGE, err)) < 0 ||
	    (rc = option_integer("CAMPAIGN", argv[optind], 1, INT64_MAX, &id, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0)
		return rc;
	path = xasprintf("/campaigns/%lld/ranking", (long long)id);
	if ((rc = client_get(&context->client, path, &body, err)) < 0)
		return rc;
	if (context->json)
		return document_print(&body, &context->screen, err);
	if ((rc = ranking_decode(body.data, body.length, &ranking, err)) < 0 ||
	    (rc = statistics_decode(body.data, body.length, &statistics, err)) < 0)
		return rc;
	if (!attribution_patches(&ranking, argv[optind + 1]))
		return err_set(
			err, E_USAGE,
			"Campaign %lld has no parts of a series %s. `runway submit --parts` makes "
			"them: create a campaign of all the series that it prints.",
			(long long)id, argv[optind + 1]);
	attribution_print(&ranking, &statistics, argv[optind + 1], &context->screen);
	return EXIT_WORKED;
}

const struct command command_attribute = {
	.name = "attribute",
	.usage = USAGE,
	.summary = "Print which patch of a series did what, from a campaign of its parts",
	.help = "The campaign is of what `runway submit --parts` submitted.\n",
	.run = run,
};

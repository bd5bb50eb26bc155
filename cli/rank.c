// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/mechanism.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "cli/ranking.h"
#include "cli/statistics.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define USAGE "rank CAMPAIGN [--metrics] [--json]"

static int print_mechanism(struct context *context, int64_t id, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(mechanism_release) struct mechanism mechanism = { 0 };
	CLEANUP(free_ptr) char *path = xasprintf("/campaigns/%lld/mechanism", (long long)id);
	int rc = client_get(&context->client, path, &body, err);

	if (!rc)
		rc = mechanism_decode(body.data, body.length, &mechanism, err);
	if (!rc)
		mechanism_print(&mechanism, &context->screen);
	return rc;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	static const struct option own[] = { { "metrics", no_argument, NULL, 'm' }, { 0 } };
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(ranking_release) struct ranking ranking = { 0 };
	CLEANUP(statistics_release) struct statistics statistics = { 0 };
	CLEANUP(free_ptr) char *path = NULL;
	bool metrics = false;
	int64_t id;
	int option, rc;

	while ((rc = options_next(context, argc, argv, own, &option, err)) > 0)
		metrics = true;
	if (rc < 0 || context->help)
		return rc;
	if ((rc = options_arguments(argc, 1, 1, USAGE, err)) < 0 ||
	    (rc = option_integer("CAMPAIGN", argv[optind], 1, INT64_MAX, &id, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0)
		return rc;
	path = xasprintf("/campaigns/%lld/ranking", (long long)id);
	rc = client_get(&context->client, path, &body, err);
	if (rc < 0)
		return rc;
	if (context->json)
		return document_print(&body, &context->screen, err);
	if ((rc = ranking_decode(body.data, body.length, &ranking, err)) < 0 ||
	    (rc = statistics_decode(body.data, body.length, &statistics, err)) < 0)
		return rc;
	if (metrics)
		ranking_print_metrics(&ranking, &context->screen);
	else
		ranking_print(&ranking, &context->screen);
	statistics_print(&statistics, metrics, &context->screen);
	rc = print_mechanism(context, id, err);
	return rc < 0 ? rc : EXIT_WORKED;
}

const struct command command_rank = {
	.name = "rank",
	.usage = USAGE,
	.summary = "Print the ranking of a campaign's series",
	.help = "  --metrics          every metric, workload and exit kind instead of the "
		"ranking\n",
	.run = run,
};

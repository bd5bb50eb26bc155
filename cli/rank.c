// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/mechanism.h"
#include "cli/ranking.h"
#include "cli/statistics.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static const struct option_row options[] = {
	{ "metrics", 'm', NULL, "every metric, workload and exit kind instead of the ranking", NULL,
	  false },
	{ 0 },
};

static int take(void *data, int option, struct err *err)
{
	bool *metrics = data;

	(void)option;
	(void)err;
	*metrics = true;
	return 0;
}

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
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(ranking_release) struct ranking ranking = { 0 };
	CLEANUP(statistics_release) struct statistics statistics = { 0 };
	bool metrics = false;
	int64_t id;
	int rc = options_parse(context, argc, argv, take, &metrics, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "CAMPAIGN", &id, err)) < 0)
		return rc;
	rc = fetch(context, &body, err, "/campaigns/%lld/ranking", (long long)id);
	if (rc <= 0)
		return rc;
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
	.arguments = "CAMPAIGN",
	.summary = "Print the ranking of a campaign's series",
	.options = options,
	.run = run,
};

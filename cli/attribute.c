// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/attribution.h"
#include "cli/commands.h"
#include "cli/fetch.h"
#include "lib/cleanup.h"

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(ranking_release) struct ranking ranking = { 0 };
	CLEANUP(statistics_release) struct statistics statistics = { 0 };
	int64_t id;
	int rc = options_parse(context, argc, argv, NULL, NULL, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "CAMPAIGN", &id, err)) < 0)
		return rc;
	rc = fetch(context, &body, err, "/campaigns/%lld/ranking", (long long)id);
	if (rc <= 0)
		return rc;
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
	.arguments = "CAMPAIGN SERIES",
	.summary = "Print which patch of a series did what, from a campaign of its parts",
	.text = "The campaign is of what `runway submit --parts` submitted.",
	.run = run,
};

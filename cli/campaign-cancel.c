// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/campaign.h"
#include "cli/commands.h"
#include "cli/fetch.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(free_ptr) char *path = NULL;
	int64_t id;
	int rc = options_parse(context, argc, argv, NULL, NULL, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "CAMPAIGN", &id, err)) < 0)
		return rc;
	path = xasprintf("/campaigns/%lld/cancel", (long long)id);
	rc = fetch_post(context, path, NULL, &body, err);
	if (rc <= 0 || (rc = campaign_decode(body.data, body.length, &campaign, err)) < 0)
		return rc;
	fprintf(context->screen.out,
		context->quiet ? "%lld\n"
			       : "campaign %lld is cancelled. What was measured stays.\n",
		(long long)campaign.id);
	return EXIT_WORKED;
}

const struct command campaign_cancel = {
	.name = "cancel",
	.group = "campaign",
	.arguments = "CAMPAIGN",
	.summary = "End a campaign now",
	.text = "Its agents drop the work; its results stay, and its state is failed.",
	.run = run,
};

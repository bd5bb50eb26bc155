// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli/campaign.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "cli/progress.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#define POLL_MS 500
/* A server that is restarted comes back well within this. */
#define UNREACHABLE_MAX_MS 60000

static void sleep_ms(unsigned ms)
{
	struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&pause, NULL);
}

/* One answer, outlasting a restart of the server once it has answered. */
static int fetch(struct context *context, const char *path, bool first, struct buf *body,
		 struct campaign *campaign, struct err *err)
{
	uint64_t since = clock_ms();
	int rc;

	while ((rc = client_get(&context->client, path, body, err)) == E_UNREACHABLE && !first &&
	       clock_ms() - since < UNREACHABLE_MAX_MS)
		sleep_ms(2 * POLL_MS);
	return rc < 0 ? rc : campaign_decode(body->data, body->length, campaign, err);
}

static int watch(struct context *context, const char *path, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(progress_release) struct progress progress = { .screen = &context->screen };

	for (bool first = true;; first = false) {
		CLEANUP(campaign_release) struct campaign campaign = { 0 };
		int rc = fetch(context, path, first, &body, &campaign, err);

		if (rc < 0)
			return rc;
		if (!context->json && !context->quiet)
			progress_update(&progress, &campaign);
		if (ferror(context->screen.out))
			return err_set(err, -EPIPE, "Cannot write the output.");
		if (!campaign_ended(&campaign)) {
			sleep_ms(POLL_MS);
			continue;
		}
		if (context->json && (rc = document_print(&body, &context->screen, err)) < 0)
			return rc;
		return strcmp(campaign.state, "failed") ? EXIT_WORKED : EXIT_CAMPAIGN_FAILED;
	}
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(free_ptr) char *path = NULL;
	int64_t id;
	int rc = options_parse(context, argc, argv, NULL, NULL, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "CAMPAIGN", &id, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0)
		return rc;
	path = xasprintf("/campaigns/%lld", (long long)id);
	return watch(context, path, err);
}

const struct command campaign_watch = {
	.name = "watch",
	.group = "campaign",
	.arguments = "CAMPAIGN",
	.summary = "Follow a campaign until it ends",
	.text = "On a terminal a table is redrawn in place; in a pipe there is one line a change. "
		"The "
		"exit status is 5 when the campaign failed. With --json: the campaign as it ended.",
	.run = run,
};

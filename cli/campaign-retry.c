// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/campaign.h"
#include "cli/commands.h"
#include "cli/fetch.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static const struct option_row options[] = {
	{ "new-seed", 'n', NULL, "draw another seed instead of using the same again", NULL, false },
	{ "seed", 's', "N", "that seed instead", NULL, false },
	{ 0 },
};

struct asked {
	bool new_seed;
	int64_t seed; /* -1: the same */
};

static int take(void *data, int option, struct err *err)
{
	struct asked *asked = data;

	if (option == 's')
		return option_integer("--seed", optarg, 0, INT64_MAX, &asked->seed, err);
	asked->new_seed = true;
	return 0;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(free_ptr) char *path = NULL;
	CLEANUP(free_ptr) char *document = NULL;
	CLEANUP(free_ptr) char *line = NULL;
	struct asked asked = { .seed = -1 };
	int64_t id;
	int rc = options_parse(context, argc, argv, take, &asked, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "CAMPAIGN", &id, err)) < 0)
		return rc;
	if (asked.new_seed && asked.seed >= 0)
		return err_set(err, E_USAGE, "Give --seed or --new-seed, not both.");
	path = xasprintf("/campaigns/%lld/retry", (long long)id);
	document = campaign_retry_encode(asked.new_seed, asked.seed);
	rc = fetch_post(context, path, document, &body, err);
	if (rc <= 0 || (rc = campaign_decode(body.data, body.length, &campaign, err)) < 0)
		return rc;
	if (context->quiet) {
		fprintf(context->screen.out, "%lld\n", (long long)campaign.id);
		return EXIT_WORKED;
	}
	line = xasprintf("campaign %lld asks again for what campaign %lld did. Follow it with: "
			 "runway campaign watch %lld",
			 (long long)campaign.id, (long long)id, (long long)campaign.id);
	screen_fold(&context->screen, line);
	return EXIT_WORKED;
}

const struct command campaign_retry = {
	.name = "retry",
	.group = "campaign",
	.arguments = "CAMPAIGN",
	.summary = "Run a campaign that has ended again, as a new one",
	.text = "The same series, base, lanes and budget. With the same seed the order of the "
		"loads "
		"is the same; another one shows whether an answer hangs on it.",
	.options = options,
	.run = run,
};

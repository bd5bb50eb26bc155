// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cli/campaign.h"
#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/noise-plan.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define LOADS_MAX 10000

static const struct option_row options[] = {
	{ "base-repository", 'b', "NAME",
	  "a repository that the agents know (the server's default: the first that it names, or "
	  "linux)",
	  NULL, false },
	{ "base-rev", 'r', "REV",
	  "the revision that the series apply to; else what they were made on, when they say so, "
	  "agree and the agent's repository has it, and HEAD when not",
	  NULL, false },
	{ "host-label", 'a', "NAME=VALUE",
	  "measure on hosts with this label; several times: with all of them", NULL, false },
	{ "isa", 'i', "ISA,...", "svm, vmx (the server's default: svm)", "svm vmx svm,vmx", false },
	{ "lanes", 'l', "LANE,...", "exact, posted, race, smp (the server's default: exact,smp)",
	  "exact posted race smp exact,smp", false },
	{ "loads-exact", 'e', "N", "loads of each variant on the exact lane", NULL, false },
	{ "loads-race", 'c', "N", "loads of each variant on the race lane", NULL, false },
	{ "loads-smp", 'p', "N", "loads of each variant on the smp lane", NULL, false },
	{ "loads-smp-most", 'o', "N", "blocks of them that may be bought for what is unknown", NULL,
	  false },
	{ "measure-identical", 'm', NULL, "measure also what compiles to the base's code", NULL,
	  false },
	{ "null-control", 'n', NULL,
	  "the base a second time in every block of the smp lane; with --loads-smp-most it is "
	  "there anyway",
	  NULL, false },
	{ "no-null-control", 'N', NULL, "not even with --loads-smp-most", NULL, false },
	{ "priority", 'y', "N", "-12 to 12: each level goes before an hour of waiting", NULL,
	  false },
	{ "seed", 'd', "N", "of the random order; else drawn and recorded", NULL, false },
	{ "series", 's', "ID,...", "the series to compare; may be given several times", NULL,
	  false },
	{ "thread", 't', "ID",
	  "instead: the latest version of each series in the thread of a "
	  "series, by its number, or of a mail, by its Message-ID",
	  NULL, false },
	{ "workloads", 'w', "NAME,...", "only these (the server's default: all of each lane)", NULL,
	  false },
	{ 0 },
};

static int add_label(struct campaign_request *request, const char *label, struct err *err)
{
	const char *equals = strchr(label, '=');

	if (!equals || equals == label || !equals[1])
		return err_set(err, E_USAGE, "--host-label takes NAME=VALUE, such as rack=a.");
	if (request->labels_count == CAMPAIGN_LABELS_MAX)
		return err_set(err, E_USAGE, "A campaign asks for at most %d labels.",
			       CAMPAIGN_LABELS_MAX);
	request->labels[request->labels_count++] = label;
	return 0;
}

/* Appends the ids of "1,2,3". */
static int add_series(struct campaign_request *request, const char *list, struct err *err)
{
	for (const char *at = list;; at++) {
		CLEANUP(free_ptr) char *one = xstrndup(at, strcspn(at, ","));
		int rc;

		if (request->series_count == CAMPAIGN_SERIES_MAX)
			return err_set(err, E_USAGE, "A campaign has at most %d series.",
				       CAMPAIGN_SERIES_MAX);
		rc = option_integer("--series", one, 1, INT64_MAX,
				    &request->series[request->series_count], err);
		if (rc < 0)
			return rc;
		request->series_count++;
		at += strlen(one);
		if (!*at)
			return 0;
	}
}

static int take(void *data, int option, struct err *err)
{
	struct campaign_request *request = data;

	switch (option) {
	case 'b':
		request->repository = optarg;
		return 0;
	case 'r':
		request->rev = optarg;
		return 0;
	case 's':
		return add_series(request, optarg, err);
	case 't':
		request->thread = optarg;
		return 0;
	case 'i':
		request->isa = optarg;
		return 0;
	case 'l':
		request->lanes = optarg;
		return 0;
	case 'a':
		return add_label(request, optarg, err);
	case 'w':
		request->workloads = optarg;
		return 0;
	case 'y':
		return option_integer("--priority", optarg, -12, 12, &request->priority, err);
	case 'e':
		return option_integer("--loads-exact", optarg, 1, LOADS_MAX, &request->loads_exact,
				      err);
	case 'c':
		return option_integer("--loads-race", optarg, 1, LOADS_MAX, &request->loads_race,
				      err);
	case 'p':
		return option_integer("--loads-smp", optarg, 1, LOADS_MAX, &request->loads_smp,
				      err);
	case 'o':
		return option_integer("--loads-smp-most", optarg, 1, LOADS_MAX,
				      &request->loads_smp_most, err);
	case 'n':
		request->null_control = true;
		return 0;
	case 'N':
		request->no_null_control = true;
		return 0;
	case 'd':
		request->has_seed = true;
		return option_integer("--seed", optarg, 0, INT64_MAX, &request->seed, err);
	default:
		request->measure_identical = true;
		return 0;
	}
}

/* Which of a thread's series they are: nobody named them one by one. */
static void print_series(const struct campaign *campaign, const struct screen *screen)
{
	for (size_t i = 0; i < campaign->variant_count; i++) {
		const struct campaign_variant *variant = &campaign->variants[i];
		CLEANUP(free_ptr) char *line = NULL;

		if (!variant->series_id)
			continue;
		line = xasprintf("series %lld: %s v%lld", (long long)variant->series_id,
				 variant->series, (long long)variant->version);
		screen_fold(screen, line);
	}
}

static void print_created(const struct campaign *campaign, const struct campaign_request *request,
			  const struct screen *screen)
{
	CLEANUP(free_ptr) char *base = campaign_base_sentence(campaign, request->rev != NULL);
	CLEANUP(free_ptr)
	char *line = xasprintf("campaign %lld: %zu variants, the base among them. Follow it with: "
			       "runway campaign watch %lld",
			       (long long)campaign->id, campaign->variant_count,
			       (long long)campaign->id);

	screen_fold(screen, line);
	if (request->thread)
		print_series(campaign, screen);
	screen_fold(screen, base);
	if (campaign->waiting)
		screen_fold(screen, campaign->waiting);
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(free_ptr) char *document = NULL;
	struct campaign_request request = { 0 };
	int rc = options_parse(context, argc, argv, take, &request, err);

	if (rc <= 0)
		return rc;
	if (!request.series_count && !request.thread)
		return err_set(err, E_USAGE,
			       "A campaign compares series: give --series ID,... or --thread ID.");
	if (request.series_count && request.thread)
		return err_set(err, E_USAGE, "Give --series or --thread, not both.");
	if (request.null_control && request.no_null_control)
		return err_set(err, E_USAGE, "Give --null-control or --no-null-control, not both.");
	rc = options_connect(context, err);
	if (rc < 0)
		return rc;
	if (!context->json && !context->quiet)
		noise_plan_print(context, &request);
	document = campaign_request_encode(&request);
	rc = fetch_post(context, "/campaigns", document, &body, err);
	if (rc <= 0 || (rc = campaign_decode(body.data, body.length, &campaign, err)) < 0)
		return rc;
	if (context->quiet)
		fprintf(context->screen.out, "%lld\n", (long long)campaign.id);
	else
		print_created(&campaign, &request, &context->screen);
	return EXIT_WORKED;
}

const struct command campaign_create = {
	.name = "create",
	.group = "campaign",
	.needs = "--series ID,... | --thread ID",
	.summary = "Create a campaign: these series against that base",
	.text = "It says on which base they will be measured, and why on that one.",
	.examples = "runway campaign create --series 1,2 --lanes exact\n"
		    "runway campaign create --thread 20260105.1@example.org --lanes exact\n"
		    "runway campaign create --series 3 --host-label rack=a "
		    "--workloads ipi-spin,ipi-storm --priority 2",
	.options = options,
	.run = run,
};

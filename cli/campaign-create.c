// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cli/campaign.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define USAGE "campaign create --series ID[,ID...] [OPTION...]"
#define LOADS_MAX 10000

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

static int take_option(struct campaign_request *request, int option, struct err *err)
{
	switch (option) {
	case 'b':
		request->repository = optarg;
		return 0;
	case 'r':
		request->rev = optarg;
		return 0;
	case 's':
		return add_series(request, optarg, err);
	case 'i':
		request->isa = optarg;
		return 0;
	case 'l':
		request->lanes = optarg;
		return 0;
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
	case 'd':
		request->has_seed = true;
		return option_integer("--seed", optarg, 0, INT64_MAX, &request->seed, err);
	default:
		request->measure_identical = true;
		return 0;
	}
}

static int parse(struct context *context, int argc, char **argv, struct campaign_request *request,
		 struct err *err)
{
	static const struct option own[] = {
		{ "base-repository", required_argument, NULL, 'b' },
		{ "base-rev", required_argument, NULL, 'r' },
		{ "isa", required_argument, NULL, 'i' },
		{ "lanes", required_argument, NULL, 'l' },
		{ "loads-exact", required_argument, NULL, 'e' },
		{ "loads-race", required_argument, NULL, 'c' },
		{ "loads-smp", required_argument, NULL, 'p' },
		{ "loads-smp-most", required_argument, NULL, 'o' },
		{ "measure-identical", no_argument, NULL, 'm' },
		{ "null-control", no_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 'd' },
		{ "series", required_argument, NULL, 's' },
		{ 0 },
	};
	int option, rc;

	while ((rc = options_next(context, argc, argv, own, &option, err)) > 0) {
		rc = take_option(request, option, err);
		if (rc < 0)
			return rc;
	}
	if (rc < 0 || context->help)
		return rc;
	if (!request->series_count)
		return err_set(err, E_USAGE, "A campaign compares series. Usage: runway %s", USAGE);
	return options_arguments(argc, 0, 0, USAGE, err);
}

int campaign_create(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(free_ptr) char *document = NULL;
	struct campaign_request request = { .repository = "linux", .rev = "HEAD" };
	int rc = parse(context, argc, argv, &request, err);

	if (rc < 0 || context->help)
		return rc;
	document = campaign_request_encode(&request);
	if ((rc = options_connect(context, err)) < 0 ||
	    (rc = client_post(&context->client, "/campaigns", "application/json", document,
			      strlen(document), &body, err)) < 0)
		return rc;
	if (context->json)
		return document_print(&body, &context->screen, err);
	rc = campaign_decode(body.data, body.length, &campaign, err);
	if (rc < 0)
		return rc;
	if (context->quiet)
		fprintf(context->screen.out, "%lld\n", (long long)campaign.id);
	else
		fprintf(context->screen.out,
			"campaign %lld: %zu variants, the base among them. Follow it with: "
			"runway campaign watch %lld\n",
			(long long)campaign.id, campaign.variant_count, (long long)campaign.id);
	if (campaign.waiting && !context->quiet)
		fprintf(context->screen.out, "%s\n", campaign.waiting);
	return EXIT_WORKED;
}

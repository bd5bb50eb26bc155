// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "cli/race.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define USAGE "race-map CAMPAIGN VARIANT [AGAINST] [--isa ISA] [--workload NAME] [--json]"

/* The request's path; free() it. */
static char *race_path(struct client *client, int64_t id, const char *variant, const char *against,
		       const char *isa)
{
	CLEANUP(free_ptr) char *v = client_escape(client, variant);
	CLEANUP(free_ptr) char *a = client_escape(client, against);
	CLEANUP(free_ptr) char *i = client_escape(client, isa ? isa : "");

	return xasprintf("/campaigns/%lld/race-map?variant=%s&against=%s%s%s", (long long)id, v, a,
			 isa ? "&isa=" : "", i);
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	static const struct option own[] = {
		{ "isa", required_argument, NULL, 'i' },
		{ "workload", required_argument, NULL, 'w' },
		{ 0 },
	};
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(race_release) struct race race = { 0 };
	CLEANUP(free_ptr) char *path = NULL;
	const char *isa = NULL, *workload = NULL;
	int64_t id;
	int option, rc;

	while ((rc = options_next(context, argc, argv, own, &option, err)) > 0) {
		if (option == 'w')
			workload = optarg;
		else
			isa = optarg;
	}
	if (rc < 0 || context->help)
		return rc;
	if ((rc = options_arguments(argc, 2, 3, USAGE, err)) < 0 ||
	    (rc = option_integer("CAMPAIGN", argv[optind], 1, INT64_MAX, &id, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0)
		return rc;
	path = race_path(&context->client, id, argv[optind + 1],
			 argc - optind > 2 ? argv[optind + 2] : "base", isa);
	rc = client_get(&context->client, path, &body, err);
	if (rc < 0)
		return rc;
	if (context->json)
		return document_print(&body, &context->screen, err);
	rc = race_decode(body.data, body.length, &race, err);
	if (rc < 0)
		return rc;
	race_print(&race, workload, &context->screen);
	return EXIT_WORKED;
}

const struct command command_race_map = {
	.name = "race-map",
	.usage = USAGE,
	.summary = "Plot at which offsets a sender's IPIs were sent, needed, arrived",
	.help = "VARIANT and AGAINST are names of series, or base (the default of AGAINST).\n"
		"  --isa ISA          svm or vmx; else the campaign's first\n"
		"  --workload NAME    only that one\n",
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/race.h"
#include "lib/cleanup.h"

static const struct option_row options[] = {
	{ "isa", 'i', "ISA", "svm or vmx; else the campaign's first", "svm vmx", false },
	{ "workload", 'w', "NAME", "only that one", NULL, false },
	{ 0 },
};

struct asked {
	const char *isa, *workload;
};

static int take(void *data, int option, struct err *err)
{
	struct asked *asked = data;

	(void)err;
	if (option == 'w')
		asked->workload = optarg;
	else
		asked->isa = optarg;
	return 0;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(race_release) struct race race = { 0 };
	struct asked asked = { 0 };
	int rc = options_parse(context, argc, argv, take, &asked, err);

	if (rc <= 0 ||
	    (rc = fetch_pair(context, argc, argv, "race-map", asked.isa, &body, err)) <= 0)
		return rc;
	rc = race_decode(body.data, body.length, &race, err);
	if (rc < 0)
		return rc;
	race_print(&race, asked.workload, &context->screen);
	return EXIT_WORKED;
}

const struct command command_race_map = {
	.name = "race-map",
	.arguments = "CAMPAIGN VARIANT [AGAINST]",
	.summary = "Plot at which offsets a sender's IPIs were sent, needed, arrived",
	.text = "VARIANT and AGAINST are names of series, or base (the default of AGAINST).",
	.options = options,
	.run = run,
};

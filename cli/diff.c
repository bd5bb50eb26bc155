// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/difference.h"
#include "cli/fetch.h"
#include "lib/cleanup.h"

static const struct option_row options[] = {
	{ "all", 'a', NULL, "also functions that do not differ", NULL, false },
	{ "isa", 'i', "ISA", "svm or vmx; else the campaign's first", "svm vmx", false },
	{ "kind", 'k', "KIND", "only exits of that kind: cpuid, hlt, msr and so on",
	  "cpuid hlt hypercall icr io io-user msr tsc-deadline", false },
	{ 0 },
};

struct asked {
	const char *isa, *kind;
	bool all;
};

static int take(void *data, int option, struct err *err)
{
	struct asked *asked = data;

	(void)err;
	if (option == 'a')
		asked->all = true;
	else if (option == 'k')
		asked->kind = optarg;
	else
		asked->isa = optarg;
	return 0;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(difference_release) struct difference difference = { 0 };
	struct asked asked = { 0 };
	int rc = options_parse(context, argc, argv, take, &asked, err);

	if (rc <= 0 || (rc = fetch_pair(context, argc, argv, "diff", asked.isa, &body, err)) <= 0)
		return rc;
	rc = difference_decode(body.data, body.length, &difference, err);
	if (rc < 0)
		return rc;
	difference_print(&difference, asked.kind, asked.all, &context->screen);
	return EXIT_WORKED;
}

const struct command command_diff = {
	.name = "diff",
	.arguments = "CAMPAIGN VARIANT [AGAINST]",
	.summary = "Print by which functions two variants' exit paths differ",
	.text = "VARIANT and AGAINST are names of series, or base (the default of AGAINST).",
	.options = options,
	.run = run,
};

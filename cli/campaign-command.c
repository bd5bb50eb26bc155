// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"

#define USAGE "campaign create|list|show|watch [ARGUMENT...]"

/* To add a verb: one row here, sorted by name, and its function in a file of its own. */
static const struct {
	const char *name;
	int (*run)(struct context *context, int argc, char **argv, struct err *err);
} verbs[] = {
	{ "create", campaign_create },
	{ "list", campaign_list },
	{ "show", campaign_show },
	{ "watch", campaign_watch },
};

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	int rc;

	/* Options of all commands may stand before the verb. */
	rc = options_global(context, argc, argv, err);
	if (rc < 0)
		return rc;
	if (optind >= argc)
		return context->help ? EXIT_WORKED
				     : err_set(err, E_USAGE, "Which one? Usage: runway %s", USAGE);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].name, argv[optind]))
			continue;
		argc -= optind;
		argv += optind;
		options_begin();
		return verbs[i].run(context, argc, argv, err);
	}
	return err_set(err, E_USAGE, "There is no campaign %s. Usage: runway %s", argv[optind],
		       USAGE);
}

const struct command command_campaign = {
	.name = "campaign",
	.usage = USAGE,
	.summary = "Create a campaign, list them, show one or watch its progress",
	.help = "campaign create --series ID[,ID...] [OPTION...]\n"
		"  --series ID,...         the series to compare; may be given several times\n"
		"  --base-repository NAME  a repository that the agents know (linux)\n"
		"  --base-rev REV          the revision that the series apply to (HEAD)\n"
		"  --isa ISA,...           svm, vmx (the server's default: svm)\n"
		"  --lanes LANE,...        exact, race, smp (the server's default: exact,smp)\n"
		"  --loads-exact N         loads of each variant on the exact lane\n"
		"  --loads-race N          loads of each variant on the race lane\n"
		"  --loads-smp N           loads of each variant on the smp lane\n"
		"  --loads-smp-most N      blocks of them that may be bought for what is unknown\n"
		"  --null-control          the base a second time in every block of the smp lane;\n"
		"                          with --loads-smp-most it is there anyway\n"
		"  --seed N                of the random order; else drawn and recorded\n"
		"  --measure-identical     measure also what compiles to the base's code\n"
		"campaign list [--limit N] [--after ID]\n"
		"campaign show CAMPAIGN    variants, loads and their tasks\n"
		"campaign watch CAMPAIGN   until it is done (exit status 5 when it failed); in a\n"
		"                          pipe one line a change\n",
	.run = run,
};

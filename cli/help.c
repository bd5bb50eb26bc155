// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/usage.h"

static const struct option_row options[] = {
	{ "man", 'm', NULL, "print the manual page runway(1) in the language of man(7)", NULL,
	  false },
	{ 0 },
};

static int take(void *data, int option, struct err *err)
{
	bool *man = data;

	(void)option;
	(void)err;
	*man = true;
	return 0;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	const struct command *command = NULL;
	bool man = false;
	int rc = options_parse(context, argc, argv, take, &man, err);

	if (rc <= 0)
		return rc;
	for (const struct command *const *list = commands; optind < argc; optind++) {
		command = list ? command_find(list, argv[optind]) : NULL;
		if (!command)
			return err_set(err, E_USAGE, "There is no command %s. See runway help.",
				       argv[optind]);
		list = command->verbs;
	}
	if (man)
		manual_print(context->screen.out);
	else if (command)
		usage_print(command, context->screen.out);
	else
		usage_print_all(context->screen.out);
	return EXIT_WORKED;
}

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND] [VERB]",
	.summary = "Print what a command does and takes",
	.options = options,
	.run = run,
};

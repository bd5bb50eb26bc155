// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"

#include <string.h>

#include "cli/usage.h"
#include "lib/alloc.h"

/*
 * To add a command: a file of its name that defines its struct command, its declaration in
 * commands.h, and one row here. Sorted by name. Verbs of a command: the same, in its file's table.
 */
const struct command *const commands[] = {
	&command_attribute,
	&command_bisect,
	&command_campaign,
	&command_completion,
	&command_diff,
	&command_export,
	&command_help,
	&command_hosts,
	&command_latency,
	&command_logs,
	&command_noise,
	&command_queue,
	&command_race_map,
	&command_rank,
	&command_series,
	&command_submit,
	&command_token,
	&command_try,
	NULL,
};

const struct command *command_find(const struct command *const *list, const char *name)
{
	for (; *list; list++)
		if (!strcmp((*list)->name, name) ||
		    ((*list)->alias && !strcmp((*list)->alias, name)))
			return *list;
	return NULL;
}

char *command_usage(const struct command *command)
{
	if (command->verbs)
		return xasprintf("runway %s VERB [ARGUMENT...]", command->name);
	return xasprintf("runway %s%s%s [OPTION...]%s%s%s%s", command->group ? command->group : "",
			 command->group ? " " : "", command->name, command->needs ? " " : "",
			 command->needs ? command->needs : "", command->arguments ? " " : "",
			 command->arguments ? command->arguments : "");
}

/* Options of all commands may stand before the verb. */
static int run_verb(struct context *context, const struct command *command, int argc, char **argv,
		    struct err *err)
{
	const struct command *verb;
	int rc = options_global(context, argc, argv, err);

	if (rc < 0 || (optind >= argc && context->help))
		return rc;
	if (optind >= argc)
		return err_set(err, E_USAGE, "Which one? See runway %s --help.", command->name);
	verb = command_find(command->verbs, argv[optind]);
	if (!verb)
		return err_set(err, E_USAGE, "There is no %s %s. See runway %s --help.",
			       command->name, argv[optind], command->name);
	context->command = verb;
	argc -= optind;
	argv += optind;
	options_begin();
	return verb->run(context, argc, argv, err);
}

int command_run(struct context *context, int argc, char **argv, struct err *err)
{
	const struct command *command = command_find(commands, argv[0]);
	int rc;

	if (!command)
		return err_set(err, E_USAGE, "There is no command %s. See runway --help.", argv[0]);
	context->command = command;
	options_begin();
	rc = command->verbs ? run_verb(context, command, argc, argv, err)
			    : command->run(context, argc, argv, err);
	if (rc >= 0 && context->help)
		usage_print(context->command, context->screen.out);
	return rc;
}

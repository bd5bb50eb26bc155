// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"

#include <string.h>

/*
 * To add a command: a file of its name that defines its struct command, its declaration in
 * commands.h, and one row here. Sorted by name.
 */
static const struct command *const commands[] = {
	&command_attribute, &command_bisect, &command_campaign, &command_diff,	  &command_hosts,
	&command_latency,   &command_log,	    &command_noise,    &command_race_map, &command_rank,
	&command_submit,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const char common_help[] =
	"Options of every command:\n"
	"  --server URL       the server; else RUNWAY_SERVER, else http://127.0.0.1:8750\n"
	"  --token-file FILE  the token's file; else RUNWAY_TOKEN (the token itself), else\n"
	"                     RUNWAY_TOKEN_FILE\n"
	"  --json             print the server's documents as they are\n"
	"  -q, --quiet        print ids only, one a line\n"
	"  -h, --help         this\n"
	"\n"
	"Exit status: 0 it worked, 1 a local problem (file, output, an answer that is not\n"
	"understood), 2 wrong arguments, 3 the server refused, 4 the server cannot be reached,\n"
	"5 the campaign failed. NO_COLOR is respected.\n";

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

void commands_print(FILE *out)
{
	fputs("Usage: runway [OPTION...] COMMAND [ARGUMENT...]\n\n", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "\n`runway COMMAND --help` tells more about one.\n\n%s", common_help);
}

void command_print(const struct command *command, FILE *out)
{
	fprintf(out, "Usage: runway %s\n\n%s.\n", command->usage, command->summary);
	if (*command->help)
		fprintf(out, "\n%s", command->help);
	fprintf(out, "\n%s", common_help);
}

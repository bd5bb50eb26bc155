/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of `runway`. Each is one file that defines its struct command:
 *
 *	const struct command command_hosts = {
 *		.name = "hosts", .usage = "hosts", .summary = "…", .help = "…", .run = run,
 *	};
 *
 * run gets argv with the command's own name first, parses it with options_next() and returns as
 * described in cli/context.h. When context->help is set after that, it returns EXIT_WORKED and
 * main() prints the help.
 */
#ifndef RUNWAY_CLI_COMMANDS_H
#define RUNWAY_CLI_COMMANDS_H

#include <stddef.h>

#include "cli/context.h"

struct command {
	const char *name;
	const char *usage;   /* after "runway " */
	const char *summary; /* one line of the list */
	const char *help;    /* the command's own options; "" for none */
	int (*run)(struct context *context, int argc, char **argv, struct err *err);
};

extern const struct command command_attribute;
extern const struct command command_bisect;
extern const struct command command_campaign;
extern const struct command command_diff;
extern const struct command command_hosts;
extern const struct command command_latency;
extern const struct command command_log;
extern const struct command command_noise;
extern const struct command command_race_map;
extern const struct command command_rank;
extern const struct command command_submit;

/* NULL when there is none of that name. */
const struct command *command_find(const char *name);

void commands_print(FILE *out);
void command_print(const struct command *command, FILE *out);

/* The verbs of `runway campaign`; same contract as struct command's run. */
int campaign_create(struct context *context, int argc, char **argv, struct err *err);
int campaign_list(struct context *context, int argc, char **argv, struct err *err);
int campaign_show(struct context *context, int argc, char **argv, struct err *err);
int campaign_watch(struct context *context, int argc, char **argv, struct err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of `runway`. Each is one file that defines its struct command, from which come its
 * parsing, --help, the man page and the shells' completion:
 *
 *	static const struct option_row options[] = {
 *		{ "metrics", 'm', NULL, "every metric instead of the ranking", NULL, false }, { 0 },
 *	};
 *	const struct command command_rank = {
 *		.name = "rank", .arguments = "CAMPAIGN", .options = options, .run = run,
 *		.summary = "Print the ranking of a campaign's series",
 *	};
 *
 * run gets argv with the command's own name first, begins with options_parse() and returns as
 * described in cli/context.h.
 */
#ifndef RUNWAY_CLI_COMMANDS_H
#define RUNWAY_CLI_COMMANDS_H

#include <stddef.h>

#include "cli/context.h"
#include "cli/options.h"

struct command {
	const char *name, *alias; /* alias NULL: none */
	const char *group;	  /* the command that this is a verb of; NULL: a command itself */
	const char *arguments;	  /* "CAMPAIGN VARIANT [AGAINST]", "MBOX..."; NULL: takes none */
	const char *needs;	  /* options that may not be left out, for the usage; NULL: none */
	const char *summary;	  /* one line, without a full stop */
	const char *text;	  /* paragraphs with an empty line between; NULL: none */
	const char *examples;	  /* one a line; NULL: none */
	const char *words;	  /* what completes the arguments, as in struct option_row */
	const struct option_row *options;   /* ends in { 0 }; NULL: none */
	const struct command *const *verbs; /* `runway NAME VERB`, ends in NULL; NULL: none */
	int (*run)(struct context *context, int argc, char **argv, struct err *err);
};

/* All of them by name, ending in NULL. */
extern const struct command *const commands[];

extern const struct command command_attribute;
extern const struct command command_bisect;
extern const struct command command_campaign;
extern const struct command command_completion;
extern const struct command command_diff;
extern const struct command command_export;
extern const struct command command_help;
extern const struct command command_hosts;
extern const struct command command_latency;
extern const struct command command_logs;
extern const struct command command_noise;
extern const struct command command_queue;
extern const struct command command_race_map;
extern const struct command command_rank;
extern const struct command command_series;
extern const struct command command_submit;
extern const struct command command_token;
extern const struct command command_try;

/* Verbs. */
extern const struct command campaign_cancel;
extern const struct command campaign_create;
extern const struct command campaign_list;
extern const struct command campaign_retry;
extern const struct command campaign_show;
extern const struct command campaign_watch;
extern const struct command series_cancel;
extern const struct command series_list;
extern const struct command series_show;
extern const struct command token_add;
extern const struct command token_list;
extern const struct command token_revoke;
extern const struct command token_rotate;

/* Of a NULL-ended list, by name or alias; NULL when there is none. */
const struct command *command_find(const struct command *const *list, const char *name);

/* Runs the command, or its verb, that argv begins with; prints its help instead when that is asked
 * for. */
int command_run(struct context *context, int argc, char **argv, struct err *err);

/* "runway campaign create [OPTION...] --series ID,..."; free() it. */
char *command_usage(const struct command *command);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --help prints, made from the commands' table. */
#ifndef RUNWAY_CLI_USAGE_H
#define RUNWAY_CLI_USAGE_H

#include <stdio.h>

#include "cli/commands.h"

void usage_print_all(FILE *out);
void usage_print(const struct command *command, FILE *out);

/* The exit statuses and variables that every command has, as rows of name and meaning; they end in
 * a NULL name. */
struct usage_row {
	const char *name, *meaning;
};
extern const struct usage_row usage_statuses[];
extern const struct usage_row usage_variables[];

#endif

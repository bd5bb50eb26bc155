/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion for shells, made from the commands' table. */
#ifndef RUNWAY_CLI_COMPLETION_H
#define RUNWAY_CLI_COMPLETION_H

#include <stdio.h>

void completion_print_bash(FILE *out);
void completion_print_zsh(FILE *out);

#endif

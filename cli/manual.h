/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manual page runway(1), made from the commands' table. */
#ifndef RUNWAY_CLI_MANUAL_H
#define RUNWAY_CLI_MANUAL_H

#include <stdio.h>

void manual_print(FILE *out);

#endif

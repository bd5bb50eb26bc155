/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of names as texts with commas between them, "exact,smp": how the database, the command line
 * and the tables hold what is few.
 *
 *	if (list_has(campaign->lanes, "posted")) ...
 */
#ifndef RUNWAY_LIB_LIST_H
#define RUNWAY_LIB_LIST_H

#include <stdbool.h>

/* Whether name, which is not "", is one of those between the commas of list. */
bool list_has(const char *list, const char *name);
/* Whether each between the commas of names is; true for "". */
bool list_has_all(const char *list, const char *names);

#endif

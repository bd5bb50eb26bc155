/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many instructions each function takes on a path, in all and in each window.
 *
 *	exact_split(path, &window, "cpuid", symbols, &result);	// appends to result.functions
 */
#ifndef RUNWAY_AGENT_EXACT_FUNCTIONS_H
#define RUNWAY_AGENT_EXACT_FUNCTIONS_H

#include "agent/exact-windows.h"
#include "agent/exact.h"
#include "agent/symbols.h"

/* Functions kept for one part of one kind, those with the most instructions. */
#define EXACT_FUNCTIONS_MAX 1024

/*
 * Appends the functions of "exit_path" and, with a window, of "exit_window" and "entry_window";
 * within a part the one with the most instructions first. Does nothing for a kind that result has
 * already.
 */
void exact_split(const struct path_file_path *path, const struct exact_window *window,
		 const char *kind, const struct symbols *symbols, struct exact_result *result);

#endif

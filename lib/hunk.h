/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts the lines of a hunk through, so that a line "-- " or "diff" inside one is told from what
 * it would be outside.
 *
 *	struct hunk hunk = { 0 };
 *	while (...)
 *		if (hunk_is_open(&hunk))
 *			hunk_take(&hunk, line);
 *		else
 *			hunk_begin(&hunk, line, length);	// true: a hunk's header
 */
#ifndef RUNWAY_LIB_HUNK_H
#define RUNWAY_LIB_HUNK_H

#include <stdbool.h>
#include <stddef.h>

struct hunk {
	size_t old, new; /* lines still to come on each side */
};

bool hunk_begin(struct hunk *hunk, const char *line, size_t length);
bool hunk_is_open(const struct hunk *hunk);
void hunk_take(struct hunk *hunk, const char *line);

#endif

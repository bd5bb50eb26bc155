/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from a server, made safe for a terminal. A patch author chooses subjects, panic messages and
 * build output; none of it may move the cursor, change colours or reorder what is read.
 *
 *	CLEANUP(free_ptr) char *clean = text_clean(value, TEXT_ONE_LINE);
 */
#ifndef RUNWAY_CLI_TEXT_H
#define RUNWAY_CLI_TEXT_H

#include <stddef.h>

enum text_lines { TEXT_ONE_LINE, TEXT_MANY_LINES /* keeps newlines and tabs */ };

/*
 * A copy (free() it) without control characters (C0, DEL, C1), bidirectional overrides and
 * invisible format characters. On one line, newlines and tabs become spaces. Bytes that are no
 * UTF-8 become
 * '?'. Accepts any bytes, NUL included (dropped).
 */
char *text_clean_bytes(const char *data, size_t bytes, enum text_lines lines);
char *text_clean(const char *text, enum text_lines lines);

/* Terminal columns of clean UTF-8 text; independent of the user's locale. */
size_t text_width(const char *text);

/* How many bytes of text fit into that many columns, whole characters only. */
size_t text_fit(const char *text, size_t columns);

/* "850 ms", "3.2 s", "2 min 05 s", "1 h 02 min"; free() it. */
char *text_duration(double seconds);

/* An integer as it is, anything else with at most three decimals; free() it. */
char *text_number(double value);

#endif

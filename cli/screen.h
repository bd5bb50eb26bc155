/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where output goes and what it can show.
 *
 *	screen_open(stdout, &context.screen);
 *	printf("%s%s%s", screen_bold(screen), title, screen_plain(screen));
 *
 * Colours only on a terminal that is not TERM=dumb, and never with NO_COLOR set.
 */
#ifndef RUNWAY_CLI_SCREEN_H
#define RUNWAY_CLI_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

#define SCREEN_COLUMNS_DEFAULT 100 /* of a pipe or file */

struct screen {
	FILE *out;
	bool terminal;
	bool color;
	unsigned columns;
	unsigned rows; /* 0: unknown */
};

enum screen_style { STYLE_PLAIN, STYLE_BOLD, STYLE_GOOD, STYLE_BAD, STYLE_FAINT };

void screen_open(FILE *out, struct screen *ret_screen);
void screen_measure(struct screen *screen); /* again, after the window changed */

/* The escape sequence that starts a style, "" without colours; STYLE_PLAIN ends any. */
const char *screen_style(const struct screen *screen, enum screen_style style);

/* A line of clean text, folded at blanks to the screen's width; its further lines are indented. */
void screen_fold(const struct screen *screen, const char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows and columns on a screen. A table that is wider than the screen gets narrower gaps, then
 * loses the middle of long texts in columns that allow it; when that is not enough, each row is
 * printed as a record ("name: value" lines) with nothing cut off.
 *
 *	static const struct table_column columns[] = { { "id", TABLE_RIGHT, false },
 *						       { "state", TABLE_LEFT, false } };
 *	CLEANUP(table_release) struct table table = TABLE_INIT(columns);
 *	table_row(&table, STYLE_PLAIN);
 *	table_cell(&table, xasprintf("%d", id));	// takes the string
 *	table_cell(&table, xstrdup(state));
 *	table_print(&table, &context->screen);
 */
#ifndef RUNWAY_CLI_TABLE_H
#define RUNWAY_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/screen.h"

#define TABLE_COLUMNS_MAX 16

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table_column {
	const char *title; /* may have a second line, after '\n' */
	enum table_align align;
	bool shrinks; /* long texts may lose their middle when the screen is too narrow */
};

struct table_line {
	char *cells[TABLE_COLUMNS_MAX];
	size_t count;
	enum screen_style style;
};

struct table {
	const struct table_column *columns;
	size_t column_count;
	struct table_line *lines;
	size_t count, capacity;
};

#define TABLE_INIT(array)                                                                          \
	((struct table){ .columns = (array), .column_count = sizeof(array) / sizeof((array)[0]) })

void table_release(struct table *table);
void table_row(struct table *table, enum screen_style style); /* begins the next row */
void table_cell(struct table *table, char *text);	      /* takes text; clean, one line */
void table_print(const struct table *table, const struct screen *screen);

#endif

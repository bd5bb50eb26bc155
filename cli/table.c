// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/table.h"

#include <assert.h>
#include <string.h>

#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

/* Between columns; the narrow one is for tables that would not fit otherwise. */
#define GAP_COLUMNS 2
#define GAP_COLUMNS_NARROW 1
#define SHRUNK_COLUMNS_MIN 16

void table_release(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		for (size_t j = 0; j < table->lines[i].count; j++)
			free(table->lines[i].cells[j]);
	free(table->lines);
	table->lines = NULL;
	table->count = table->capacity = 0;
}

void table_row(struct table *table, enum screen_style style)
{
	ARRAY_GROW(table->lines, table->count, table->capacity);
	table->lines[table->count++] = (struct table_line){ .style = style };
}

void table_cell(struct table *table, char *text)
{
	struct table_line *line = &table->lines[table->count - 1];

	assert(table->count && line->count < table->column_count);
	line->cells[line->count++] = text;
}

/* One line of a column's title; free() it. */
static char *title_line(const struct table_column *column, unsigned number)
{
	const char *second = strchr(column->title, '\n');

	if (number == 0)
		return second ? xstrndup(column->title, (size_t)(second - column->title))
			      : xstrdup(column->title);
	return xstrdup(second ? second + 1 : "");
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t width = 0;

	for (unsigned i = 0; i < 2; i++) {
		CLEANUP(free_ptr) char *title = title_line(&table->columns[column], i);
		size_t w = text_width(title);

		width = w > width ? w : width;
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct table_line *line = &table->lines[i];
		size_t w = column < line->count ? text_width(line->cells[column]) : 0;

		width = w > width ? w : width;
	}
	return width;
}

/* How wide a table is drawn. */
struct layout {
	size_t widths[TABLE_COLUMNS_MAX];
	size_t gap;
};

static size_t layout_width(const struct table *table, const struct layout *layout)
{
	size_t width = (table->column_count - 1) * layout->gap;

	for (size_t i = 0; i < table->column_count; i++)
		width += layout->widths[i];
	return width;
}

/* Chooses widths for a screen; false when the table cannot be made to fit. */
static bool fit(const struct table *table, size_t columns, struct layout *layout)
{
	layout->gap = GAP_COLUMNS;
	for (size_t i = 0; i < table->column_count; i++)
		layout->widths[i] = column_width(table, i);
	if (layout_width(table, layout) > columns)
		layout->gap = GAP_COLUMNS_NARROW;
	for (size_t i = 0; i < table->column_count; i++) {
		size_t total = layout_width(table, layout), *width = &layout->widths[i];

		if (total <= columns)
			break;
		if (table->columns[i].shrinks && *width > SHRUNK_COLUMNS_MIN)
			*width = *width - SHRUNK_COLUMNS_MIN > total - columns
					 ? *width - (total - columns)
					 : SHRUNK_COLUMNS_MIN;
	}
	return layout_width(table, layout) <= columns;
}

/* Where the last columns (at most that many) of text begin. */
static const char *tail_of(const char *text, size_t columns)
{
	while (text_width(text) > columns)
		text += text_fit(text, 1) ? text_fit(text, 1) : text_fit(text, 2);
	return text;
}

/* text, without its middle when it is wider than that; free() it. */
static char *shorten(const char *text, size_t columns)
{
	size_t head = columns / 2;

	if (text_width(text) <= columns)
		return xstrdup(text);
	return xasprintf("%.*s…%s", (int)text_fit(text, head), text,
			 tail_of(text, columns - head - 1));
}

/* One row of texts. Nothing is padded after the last that has text: no trailing blanks. */
static void print_row(const struct table *table, const struct layout *layout, char *const *texts,
		      size_t count, FILE *out)
{
	size_t owed = 0; /* blanks to print before the next text */

	for (size_t i = 0; i < count; i++) {
		CLEANUP(free_ptr) char *text = shorten(texts[i], layout->widths[i]);
		size_t pad = layout->widths[i] - text_width(text);
		bool right = table->columns[i].align == TABLE_RIGHT;

		owed += i ? layout->gap : 0;
		if (!*text) {
			owed += layout->widths[i];
			continue;
		}
		fprintf(out, "%*s%s", (int)(owed + (right ? pad : 0)), "", text);
		owed = right ? 0 : pad;
	}
}

static void print_titles(const struct table *table, const struct layout *layout,
			 const struct screen *screen)
{
	bool two = false;

	for (size_t i = 0; i < table->column_count; i++)
		two |= strchr(table->columns[i].title, '\n') != NULL;
	for (unsigned number = 0; number < (two ? 2 : 1); number++) {
		char *titles[TABLE_COLUMNS_MAX];

		for (size_t i = 0; i < table->column_count; i++)
			titles[i] = title_line(&table->columns[i], number);
		fputs(screen_style(screen, STYLE_BOLD), screen->out);
		print_row(table, layout, titles, table->column_count, screen->out);
		fprintf(screen->out, "%s\n", screen_style(screen, STYLE_PLAIN));
		for (size_t i = 0; i < table->column_count; i++)
			free(titles[i]);
	}
}

/* "title: value" lines, for screens too narrow for the table. */
static void print_records(const struct table *table, const struct screen *screen)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct table_line *line = &table->lines[i];

		for (size_t j = 0; j < line->count; j++) {
			CLEANUP(free_ptr) char *first = title_line(&table->columns[j], 0);
			CLEANUP(free_ptr) char *second = title_line(&table->columns[j], 1);

			if (!*line->cells[j])
				continue;
			fprintf(screen->out, "%s%s%s%s%s: %s%s\n", j ? "  " : "",
				screen_style(screen, line->style), first,
				*first && *second ? " " : "", second, line->cells[j],
				screen_style(screen, STYLE_PLAIN));
		}
	}
}

void table_print(const struct table *table, const struct screen *screen)
{
	struct layout layout;

	assert(table->column_count && table->column_count <= TABLE_COLUMNS_MAX);
	if (!fit(table, screen->columns, &layout)) {
		print_records(table, screen);
		return;
	}
	print_titles(table, &layout, screen);
	for (size_t i = 0; i < table->count; i++) {
		const struct table_line *line = &table->lines[i];

		fputs(screen_style(screen, line->style), screen->out);
		print_row(table, &layout, line->cells, line->count, screen->out);
		fprintf(screen->out, "%s\n", screen_style(screen, STYLE_PLAIN));
	}
}

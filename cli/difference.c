// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/difference.h"

#include <string.h>

#include "cli/table.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void release_rows(struct difference_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(rows[i].kind);
		free(rows[i].part);
		free(rows[i].module);
		free(rows[i].function);
	}
	free(rows);
}

void difference_release(struct difference *difference)
{
	release_rows(difference->totals, difference->total_count);
	release_rows(difference->functions, difference->function_count);
	free(difference->variant);
	free(difference->against);
	free(difference->isa);
	*difference = (struct difference){ 0 };
}

static char *format_count(int64_t count)
{
	return count < 0 ? xstrdup("-") : xasprintf("%lld", (long long)count);
}

static void add_row(struct table *table, const struct difference_row *row)
{
	bool total = !row->function;

	table_row(table, total ? STYLE_BOLD : STYLE_PLAIN);
	table_cell(table, xstrdup(row->kind));
	table_cell(table, xstrdup(row->part));
	table_cell(table, xstrdup(row->module ? row->module : ""));
	table_cell(table, xstrdup(total ? "total" : row->function));
	table_cell(table, format_count(row->against));
	table_cell(table, format_count(row->variant));
	table_cell(table,
		   xasprintf("%s%lld", row->difference > 0 ? "+" : "", (long long)row->difference));
}

static bool is_of(const struct difference_row *row, const char *kind)
{
	return !kind || !strcmp(row->kind, kind);
}

void difference_print(const struct difference *difference, const char *kind, bool all,
		      const struct screen *screen)
{
	const struct table_column columns[] = {
		{ "kind", TABLE_LEFT, false },
		{ "part", TABLE_LEFT, false },
		{ "module", TABLE_LEFT, true },
		{ "function", TABLE_LEFT, true },
		{ difference->against, TABLE_RIGHT, false },
		{ difference->variant, TABLE_RIGHT, false },
		{ "difference", TABLE_RIGHT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);
	size_t left_out = 0;

	fprintf(screen->out, "campaign %lld: %s against %s%s%s, instructions on the exit path\n\n",
		(long long)difference->campaign, difference->variant, difference->against,
		difference->isa ? " on " : "", difference->isa ? difference->isa : "");
	for (size_t i = 0; i < difference->total_count; i++)
		if (is_of(&difference->totals[i], kind))
			add_row(&table, &difference->totals[i]);
	for (size_t i = 0; i < difference->function_count; i++) {
		const struct difference_row *row = &difference->functions[i];

		if (!is_of(row, kind))
			continue;
		if (all || row->difference)
			add_row(&table, row);
		else
			left_out++;
	}
	if (table.count)
		table_print(&table, screen);
	else
		fputs("Nothing was measured of that.\n", screen->out);
	if (left_out)
		fprintf(screen->out, "\n%zu functions without a difference are left out (--all).\n",
			left_out);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of a campaign on several ISAs: every series once, with its place on each. */
#include <string.h>

#include "cli/ranking.h"
#include "cli/table.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

#define ISAS_MAX 8
#define SENTENCE_MAX_BYTES 4096

static const struct ranking_result *find(const struct ranking_result *results, size_t count,
					 const char *series, const char *isa)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(results[i].series, series) &&
		    (!results[i].isa || !strcmp(results[i].isa, isa)))
			return &results[i];
	return NULL;
}

/* "1", "2=" when others share the overall place, "-" for none. */
static char *format_overall(const struct ranking *ranking, const char *isa,
			    const struct ranking_result *result)
{
	unsigned sharing = 0;

	if (result->overall <= 0)
		return xstrdup("-");
	sharing += ranking->base_count && ranking->bases[0].overall == result->overall;
	for (size_t i = 0; i < ranking->result_count; i++)
		sharing += ranking->results[i].overall == result->overall &&
			   !strcmp(ranking->results[i].isa, isa);
	return xasprintf("%lld%s", (long long)result->overall, sharing > 1 ? "=" : "");
}

static char *format_side(const struct ranking_result *side)
{
	if (!side)
		return xstrdup("not measured");
	return side->place > 0 ? xasprintf("%lld", (long long)side->place) : xstrdup(side->status);
}

static enum screen_style style_of(const struct ranking_result *result)
{
	if (result->agreement && !strcmp(result->agreement, "split"))
		return STYLE_BAD;
	if (result->overall <= 0)
		return STYLE_FAINT;
	return result->overall == 1 ? STYLE_GOOD : STYLE_PLAIN;
}

static void add_series(struct table *table, const struct ranking *ranking, const char *const *isas,
		       size_t isa_count, const struct ranking_result *result, bool base)
{
	table_row(table, style_of(result));
	table_cell(table, format_overall(ranking, isas[0], result));
	table_cell(table, xstrdup(result->series));
	for (size_t i = 0; i < isa_count; i++)
		table_cell(table, format_side(base ? find(ranking->bases, ranking->base_count,
							  result->series, isas[i])
						   : find(ranking->results, ranking->result_count,
							  result->series, isas[i])));
	table_cell(table, xstrdup(result->agreement ? result->agreement : ""));
}

/* Those with that overall place, the base among them. */
static void add_place(struct table *table, const struct ranking *ranking, const char *const *isas,
		      size_t isa_count, int64_t place)
{
	for (size_t i = 0; i < ranking->result_count; i++)
		if (!strcmp(ranking->results[i].isa, isas[0]) &&
		    ranking->results[i].overall == place)
			add_series(table, ranking, isas, isa_count, &ranking->results[i], false);
	if (ranking->base_count && ranking->bases[0].overall == place)
		add_series(table, ranking, isas, isa_count, &ranking->bases[0], true);
}

void ranking_print_across(const struct ranking *ranking, const char *const *isas, size_t isa_count,
			  const struct screen *screen)
{
	struct table_column columns[ISAS_MAX + 3] = { { "overall", TABLE_RIGHT, false },
						      { "series", TABLE_LEFT, true } };
	struct table table = { .columns = columns };
	size_t count = isa_count < ISAS_MAX ? isa_count : ISAS_MAX;
	int64_t last = 0;

	for (size_t i = 0; i < count; i++)
		columns[2 + i] = (struct table_column){ isas[i], TABLE_LEFT, false };
	columns[2 + count] = (struct table_column){ "", TABLE_LEFT, false };
	table.column_count = count + 3;
	for (size_t i = 0; i < ranking->result_count; i++)
		if (ranking->results[i].overall > last)
			last = ranking->results[i].overall;
	if (ranking->base_count && ranking->bases[0].overall > last)
		last = ranking->bases[0].overall;
	for (int64_t place = 1; place <= last; place++)
		add_place(&table, ranking, isas, count, place);
	add_place(&table, ranking, isas, count, 0);
	fputs("\nall ISAs\n", screen->out);
	table_print(&table, screen);
	table_release(&table);
	for (size_t i = 0; i < ranking->result_count; i++) {
		const struct ranking_result *result = &ranking->results[i];
		CLEANUP(buf_release) struct buf text = BUF_INIT(SENTENCE_MAX_BYTES);

		if (!result->across || strcmp(result->isa, isas[0]))
			continue;
		buf_printf(&text, "%s: %s", result->series, result->across);
		screen_fold(screen, text.data);
	}
}

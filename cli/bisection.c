// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bisection.h"

#include <math.h>
#include <string.h>

#include "cli/table.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void bisection_release(struct bisection *bisection)
{
	char *texts[] = { bisection->state,    bisection->reason,    bisection->series,
			  bisection->isa,      bisection->lane,	     bisection->metric,
			  bisection->workload, bisection->kind,	     bisection->direction,
			  bisection->outcome,  bisection->sentence, bisection->culprit };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	for (size_t i = 0; i < bisection->point_count; i++) {
		free(bisection->points[i].series);
		free(bisection->points[i].answer);
		free(bisection->points[i].state);
		free(bisection->points[i].trouble);
	}
	free(bisection->points);
	free(bisection->posterior);
	*bisection = (struct bisection){ 0 };
}

static char *number_text(double value)
{
	return isnan(value) ? xstrdup("-") : text_number(value);
}

static char *effect_text(const struct bisection_point *point)
{
	if (isnan(point->effect))
		return xstrdup("-");
	if (isnan(point->low) || isnan(point->high))
		return xasprintf("%+.2f %%", 100 * point->effect);
	return xasprintf("%+.2f %% (%+.2f to %+.2f)", 100 * point->effect, 100 * point->low,
			 100 * point->high);
}

static void print_points(const struct bisection *bisection, const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "\npart", TABLE_LEFT, true },	     { "\nis", TABLE_LEFT, false },
		{ "\nblocks", TABLE_RIGHT, false },  { "\nbase", TABLE_RIGHT, false },
		{ "\npart", TABLE_RIGHT, false },    { "\nwhole", TABLE_RIGHT, false },
		{ "against the base\n(95 %)", TABLE_RIGHT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < bisection->point_count; i++) {
		const struct bisection_point *point = &bisection->points[i];

		table_row(&table, STYLE_PLAIN);
		table_cell(&table, xstrdup(point->series ? point->series : "-"));
		table_cell(&table, xstrdup(strcmp(point->answer, "open") ? point->answer
					   : point->state		 ? point->state
									 : "-"));
		table_cell(&table, xasprintf("%lld", (long long)point->blocks));
		table_cell(&table, number_text(point->base));
		table_cell(&table, number_text(point->value));
		table_cell(&table, number_text(point->whole));
		table_cell(&table, effect_text(point));
	}
	if (bisection->point_count)
		table_print(&table, screen);
}

/* "patch 3: 98 %" of those that have one. */
static void print_posterior(const struct bisection *bisection, const struct screen *screen)
{
	CLEANUP(free_ptr) char *line = xstrdup("Chances:");

	for (size_t j = 0; j < bisection->posterior_count; j++) {
		CLEANUP(free_ptr) char *before = line;

		if (bisection->posterior[j] < 0.001)
			line = TAKE(before);
		else
			line = xasprintf("%s patch %zu %.1f %%", before, j + 1,
					 100 * bisection->posterior[j]);
	}
	screen_fold(screen, line);
}

void bisection_print(const struct bisection *bisection, const struct screen *screen)
{
	CLEANUP(free_ptr)
	char *asked = xasprintf("Campaign %lld: which of %s's %lld patches made %s %s (%s, %s) in "
				"campaign %lld?",
				(long long)bisection->campaign, bisection->series,
				(long long)bisection->patches, bisection->metric,
				bisection->direction, bisection->workload, bisection->isa,
				(long long)bisection->source);
	CLEANUP(free_ptr)
	char *spent = bisection->blocks_most
			      ? xasprintf("%lld of at most %lld blocks; asked for a confidence of "
					  "%g %%.",
					  (long long)bisection->blocks,
					  (long long)bisection->blocks_most,
					  100 * bisection->confidence)
			      : xasprintf("%lld blocks of exact counts.",
					  (long long)bisection->blocks);

	screen_fold(screen, asked);
	print_points(bisection, screen);
	print_posterior(bisection, screen);
	screen_fold(screen, spent);
	if (bisection->reason)
		screen_fold(screen, bisection->reason);
	screen_fold(screen, bisection->sentence);
	if (bisection->culprit) {
		CLEANUP(free_ptr) char *named = xasprintf("It is: %s", bisection->culprit);

		screen_fold(screen, named);
	}
}

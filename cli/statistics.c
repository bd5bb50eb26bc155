// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/statistics.h"

#include <math.h>
#include <string.h>

#include "cli/table.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

#define SENTENCE_MAX_BYTES 4096

void statistics_release(struct statistics *statistics)
{
	for (size_t i = 0; i < statistics->verdict_count; i++) {
		struct statistics_verdict *verdict = &statistics->verdicts[i];

		free(verdict->series);
		free(verdict->isa);
		free(verdict->metric);
		free(verdict->workload);
		free(verdict->verdict);
		free(verdict->family);
	}
	for (size_t i = 0; i < statistics->block_count; i++)
		free(statistics->blocks[i].isa);
	for (size_t i = 0; i < statistics->lost_count; i++) {
		free(statistics->lost[i].series);
		free(statistics->lost[i].isa);
	}
	free(statistics->verdicts);
	free(statistics->blocks);
	free(statistics->lost);
	*statistics = (struct statistics){ 0 };
}

static char *format_percent(double fraction)
{
	return isnan(fraction) ? xstrdup("-") : xasprintf("%+.1f %%", 100 * fraction);
}

/* "-9.1 to -7.2 %"; "none yet" where nothing bounds the effect. */
static char *format_interval(const struct statistics_verdict *verdict)
{
	if (isnan(verdict->low) || isnan(verdict->high))
		return xstrdup("none yet");
	return xasprintf("%+.1f to %+.1f %%", 100 * verdict->low, 100 * verdict->high);
}

static char *format_p(double p)
{
	if (isnan(p))
		return xstrdup("");
	return p < 0.0001 ? xstrdup("<0.0001") : xasprintf("%.4f", p);
}

static enum screen_style style_of(const struct statistics_verdict *verdict)
{
	if (!strcmp(verdict->verdict, "better"))
		return STYLE_GOOD;
	if (!strcmp(verdict->verdict, "worse"))
		return STYLE_BAD;
	return verdict->family ? STYLE_PLAIN : STYLE_FAINT;
}

/* The headline's family names its metric and workload for the null control, too. */
static bool is_headline(const struct statistics *statistics,
			const struct statistics_verdict *verdict)
{
	if (verdict->family)
		return !strcmp(verdict->family, "headline");
	for (size_t i = 0; i < statistics->verdict_count; i++) {
		const struct statistics_verdict *other = &statistics->verdicts[i];

		if (other->family && !strcmp(other->family, "headline"))
			return !strcmp(other->metric, verdict->metric) &&
			       !strcmp(other->workload, verdict->workload);
	}
	return false;
}

static void add_verdict(struct table *table, const struct statistics_verdict *verdict, bool all)
{
	table_row(table, style_of(verdict));
	table_cell(table, xstrdup(verdict->series));
	table_cell(table, xstrdup(verdict->isa));
	if (all)
		table_cell(table, xasprintf("%s, %s", verdict->metric, verdict->workload));
	table_cell(table, xstrdup(verdict->verdict));
	table_cell(table, format_percent(verdict->effect));
	table_cell(table, format_interval(verdict));
	table_cell(table, xasprintf("%lld", (long long)verdict->n));
	table_cell(table, format_p(verdict->p));
	table_cell(table, isnan(verdict->margin) ? xstrdup("")
						 : xasprintf("%g %%", 100 * verdict->margin));
}

static void print_lost(const struct statistics *statistics, const struct screen *screen)
{
	for (size_t i = 0; i < statistics->lost_count; i++) {
		const struct statistics_lost *lost = &statistics->lost[i];
		CLEANUP(free_ptr)
		char *line = xasprintf("%s (%s): %lld of %lld loads were lost; of the base's %lld, "
				       "%lld. With the base's rate, so many had a chance of %.2g.",
				       lost->series, lost->isa, (long long)lost->lost,
				       (long long)lost->loads, (long long)lost->base_loads,
				       (long long)lost->base_lost, lost->p);

		screen_fold(screen, line);
	}
}

static void print_verdict_table(const struct statistics *statistics, bool all,
				const struct screen *screen)
{
	static const struct table_column named[] = {
		{ "series", TABLE_LEFT, true },	  { "isa", TABLE_LEFT, false },
		{ "of", TABLE_LEFT, true },	  { "verdict", TABLE_LEFT, false },
		{ "effect", TABLE_RIGHT, false }, { "95 % interval", TABLE_RIGHT, false },
		{ "blocks", TABLE_RIGHT, false }, { "p adjusted", TABLE_RIGHT, false },
		{ "margin", TABLE_RIGHT, false },
	};
	static const struct table_column short_ones[] = {
		{ "series", TABLE_LEFT, true },		 { "isa", TABLE_LEFT, false },
		{ "verdict", TABLE_LEFT, false },	 { "effect", TABLE_RIGHT, false },
		{ "95 % interval", TABLE_RIGHT, false }, { "blocks", TABLE_RIGHT, false },
		{ "p adjusted", TABLE_RIGHT, false },	 { "margin", TABLE_RIGHT, false },
	};
	CLEANUP(table_release) struct table with_names = TABLE_INIT(named);
	CLEANUP(table_release) struct table without = TABLE_INIT(short_ones);
	struct table *table = all ? &with_names : &without;

	for (size_t i = 0; i < statistics->verdict_count; i++)
		if (all || is_headline(statistics, &statistics->verdicts[i]))
			add_verdict(table, &statistics->verdicts[i], all);
	table_print(table, screen);
}

void statistics_print(const struct statistics *statistics, bool all, const struct screen *screen)
{
	const struct statistics_verdict *headline = NULL;
	bool bounded = false;

	for (size_t i = 0; i < statistics->verdict_count; i++) {
		const struct statistics_verdict *verdict = &statistics->verdicts[i];

		if (!is_headline(statistics, verdict))
			continue;
		bounded |= !isnan(verdict->low);
		if (!headline)
			headline = verdict;
	}
	if (headline && (bounded || all)) {
		CLEANUP(free_ptr)
		char *title = all ? xstrdup("verdicts of the sampled lane, against the base")
				  : xasprintf("verdicts: %s of %s, against the base",
					      headline->metric, headline->workload);

		fputc('\n', screen->out);
		screen_fold(screen, title);
		print_verdict_table(statistics, all, screen);
	} else if (headline) {
		CLEANUP(free_ptr)
		char *line = xasprintf("No verdict on %s: %lld blocks bound no effect at 95 %%, "
				       "the fewest that can are 6. --loads-smp and "
				       "--loads-smp-most of `runway campaign create` buy more.",
				       headline->metric, (long long)headline->n);

		screen_fold(screen, line);
	}
	print_lost(statistics, screen);
}

static void print_blocks(const struct statistics *statistics,
			 const struct statistics_blocks *blocks, const struct screen *screen)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(SENTENCE_MAX_BYTES);

	buf_printf(&text, "smp blocks on %s: %lld of at most %lld done, %lld loads spent",
		   blocks->isa, (long long)blocks->settled, (long long)statistics->most,
		   (long long)blocks->spent_loads);
	if (blocks->settled < blocks->planned)
		buf_printf(&text, ", %lld under way",
			   (long long)(blocks->planned - blocks->settled));
	buf_printf(&text, "; looks after");
	for (size_t i = 0; i < statistics->look_count; i++)
		buf_printf(&text, "%s %lld", i ? "," : "", (long long)statistics->looks[i]);
	buf_puts(&text, ".");
	if (blocks->unknown) {
		buf_printf(&text, " %lld unknown: one more block is %lld loads",
			   (long long)blocks->unknown, (long long)blocks->block_loads);
		if (!isnan(blocks->block_s)) {
			CLEANUP(free_ptr) char *cost = text_duration(blocks->block_s);

			buf_printf(&text, ", about %s", cost);
		}
		buf_puts(&text, ".");
	}
	screen_fold(screen, text.data);
}

void statistics_print_budget(const struct statistics *statistics, const struct screen *screen)
{
	for (size_t i = 0; i < statistics->block_count; i++)
		print_blocks(statistics, &statistics->blocks[i], screen);
}

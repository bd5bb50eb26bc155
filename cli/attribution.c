// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/attribution.h"

#include <math.h>
#include <string.h>

#include "cli/table.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

static const char *const exact_metrics[] = { "exit_window", "entry_window", "kick_window",
					     "exit_path" };

static const struct ranking_result *find_series(const struct ranking *ranking, const char *isa,
						const char *name)
{
	for (size_t i = 0; i < ranking->result_count; i++)
		if (!strcmp(ranking->results[i].series, name) &&
		    (!isa || !strcmp(ranking->results[i].isa, isa)))
			return &ranking->results[i];
	return NULL;
}

size_t attribution_patches(const struct ranking *ranking, const char *series)
{
	size_t count = 0;

	for (size_t k = 1; k < ATTRIBUTION_PATCHES_MAX; k++) {
		CLEANUP(free_ptr) char *name = xasprintf("%s-%zu", series, k);

		if (find_series(ranking, NULL, name))
			count = k;
	}
	/* The last beginning is one patch short of the whole. */
	return count ? count + 1 : 0;
}

/* NAN when it was not measured, or varied. A series that is the base's code has the base's value.
 */
static double value_of(const struct ranking *ranking, const char *isa, const char *metric,
		       const char *name, double base)
{
	const struct ranking_result *result = find_series(ranking, isa, name);
	const struct ranking_metric *found;

	if (!result)
		return NAN;
	if (!strcmp(result->status, "identical"))
		return base;
	found = ranking_metric_find(result, metric);
	return found && !(found->spread > 0) ? found->value : NAN;
}

/* What the base has, by any part that was measured. */
static double base_of(const struct ranking *ranking, const char *isa, const char *metric)
{
	for (size_t i = 0; i < ranking->base_count; i++) {
		const struct ranking_result *base = &ranking->bases[i];
		const struct ranking_metric *found = ranking_metric_find(base, metric);

		if (found && (!base->isa || !strcmp(base->isa, isa)) && !(found->spread > 0))
			return found->value;
	}
	return NAN;
}

static enum attribution_outcome judge(const struct attribution_patch *patch)
{
	if (isnan(patch->step))
		return ATTRIBUTION_UNKNOWN;
	if (isnan(patch->undone))
		return ATTRIBUTION_UNVERIFIED;
	if (patch->step == 0 && patch->undone == 0)
		return ATTRIBUTION_NONE;
	return patch->step == patch->undone ? ATTRIBUTION_VERIFIED : ATTRIBUTION_DEPENDS;
}

struct attribution attribution_find(const struct ranking *ranking, const char *isa,
				    const char *metric, const char *series)
{
	struct attribution attribution = { .count = attribution_patches(ranking, series) };
	double base = base_of(ranking, isa, metric), before = base;
	double whole = value_of(ranking, isa, metric, series, base);

	for (size_t k = 1; k <= attribution.count; k++) {
		struct attribution_patch *patch = &attribution.patches[k - 1];
		CLEANUP(free_ptr) char *part = xasprintf("%s-%zu", series, k);
		CLEANUP(free_ptr) char *without = xasprintf("%s-without-%zu", series, k);
		bool last = k == attribution.count;
		double now = last ? whole : value_of(ranking, isa, metric, part, base);

		patch->step = now - before;
		/* The whole without its last patch is the last beginning. */
		patch->undone =
			whole - (last ? before : value_of(ranking, isa, metric, without, base));
		patch->outcome = judge(patch);
		before = now;
	}
	return attribution;
}

static char *format_step(const struct attribution_patch *patch)
{
	static const char *const marks[] = { "", "", " depends", " unverified", "" };
	CLEANUP(free_ptr) char *step = isnan(patch->step) ? xstrdup("-") : text_number(patch->step);

	return xasprintf("%s%s%s", patch->step > 0 ? "+" : "", step, marks[patch->outcome]);
}

static void print_exact(const struct ranking *ranking, const char *isa, const char *series,
			const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "patch", TABLE_RIGHT, false },	{ "exit_window", TABLE_RIGHT, false },
		{ "entry_window", TABLE_RIGHT, false }, { "kick_window", TABLE_RIGHT, false },
		{ "exit_path", TABLE_RIGHT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);
	size_t count = attribution_patches(ranking, series);

	for (size_t k = 0; k < count; k++) {
		table_row(&table, STYLE_PLAIN);
		table_cell(&table, xasprintf("%zu", k + 1));
		for (size_t m = 0; m < sizeof(exact_metrics) / sizeof(exact_metrics[0]); m++) {
			struct attribution attribution =
				attribution_find(ranking, isa, exact_metrics[m], series);

			table_cell(&table, format_step(&attribution.patches[k]));
		}
	}
	fprintf(screen->out, "\n%s\n", isa);
	table_print(&table, screen);
}

static const struct statistics_verdict *headline_of(const struct statistics *statistics,
						    const char *isa, const char *name)
{
	for (size_t i = 0; i < statistics->verdict_count; i++) {
		const struct statistics_verdict *verdict = &statistics->verdicts[i];

		if (verdict->family && !strcmp(verdict->family, "headline") &&
		    !strcmp(verdict->isa, isa) && !strcmp(verdict->series, name))
			return verdict;
	}
	return NULL;
}

/* The first beginning that is told from the base, when the one before it is the same as the base.
 */
static void print_sampled(const struct ranking *ranking, const struct statistics *statistics,
			  const char *isa, const char *series, const struct screen *screen)
{
	size_t count = attribution_patches(ranking, series);
	bool same = true; /* before any patch it is the base */

	for (size_t k = 1; k <= count; k++) {
		CLEANUP(free_ptr)
		char *name = k < count ? xasprintf("%s-%zu", series, k) : xstrdup(series);
		const struct statistics_verdict *verdict = headline_of(statistics, isa, name);
		CLEANUP(free_ptr) char *line = NULL;

		if (!verdict)
			return;
		if (!strcmp(verdict->verdict, "better") || !strcmp(verdict->verdict, "worse")) {
			line = xasprintf("%s of %s on %s: %s with patch %zu (%+.1f %%, adjusted p "
					 "%.4f); %s.",
					 verdict->metric, verdict->workload, isa, verdict->verdict,
					 k, 100 * verdict->effect, verdict->p,
					 same ? "without it, it is the same as the base"
					      : "what the patches before it do is not known");
			screen_fold(screen, line);
			return;
		}
		same = !strcmp(verdict->verdict, "same");
	}
}

void attribution_print(const struct ranking *ranking, const struct statistics *statistics,
		       const char *series, const struct screen *screen)
{
	for (size_t i = 0; i < ranking->result_count; i++) {
		const char *isa = ranking->results[i].isa;

		/* Once for each ISA: where the whole series is. */
		if (strcmp(ranking->results[i].series, series) != 0)
			continue;
		print_exact(ranking, isa, series, screen);
		print_sampled(ranking, statistics, isa, series, screen);
	}
	fputc('\n', screen->out);
	screen_fold(screen,
		    "What each patch adds to those before it, in instructions at a CPUID exit. "
		    "Without a mark, leaving that patch out of the whole takes exactly this "
		    "back. depends: it does not. unverified: the series without it was not "
		    "measured, perhaps because the others do not build without it.");
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <string.h>

#include "cli/ranking.h"
#include "cli/table.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

#define REASON_MAX_BYTES 65536
#define RATIO "host_ipi_per_guest_ipi"
/* The workload that the column of ratios is of, when anybody ran it. */
#define RATIO_WORKLOAD "ipi-storm"

/* "1", "2=" when others share the place, "1-3" when nothing says which of them, "-" for none. */
static char *format_place(const struct ranking *ranking, const struct ranking_result *base,
			  const struct ranking_result *result)
{
	unsigned sharing = 0;

	if (result->place <= 0)
		return xstrdup("-");
	sharing += base && base->place == result->place;
	for (size_t i = 0; i < ranking->result_count; i++)
		sharing += ranking->results[i].place == result->place &&
			   (!result->isa || !strcmp(ranking->results[i].isa, result->isa));
	if (result->place_last >= result->place + (sharing > 1 ? sharing : 1))
		return xasprintf("%lld-%lld", (long long)result->place,
				 (long long)result->place_last);
	return xasprintf("%lld%s", (long long)result->place, sharing > 1 ? "=" : "");
}

/* Marks a count of the exact lane that did not come out the same every time. */
static const char *vary_mark(const struct ranking_metric *metric)
{
	return !strcmp(metric->lane, "exact") && metric->spread > 0 ? "~" : "";
}

/* "274→45"; "274" alone for the base; "-" when it was not measured. */
static char *format_window(const struct ranking_metric *metric, bool is_base)
{
	CLEANUP(free_ptr) char *base = NULL;
	CLEANUP(free_ptr) char *value = NULL;

	if (!metric || isnan(metric->value))
		return xstrdup("-");
	value = text_number(metric->value);
	if (is_base || isnan(metric->base))
		return xasprintf("%s%s", vary_mark(metric), value);
	base = text_number(metric->base);
	return xasprintf("%s→%s%s", base, vary_mark(metric), value);
}

/* "2377 (+1)"; "2376" alone for the base. */
static char *format_path(const struct ranking_metric *metric, bool is_base)
{
	CLEANUP(free_ptr) char *value = NULL;
	CLEANUP(free_ptr) char *difference = NULL;

	if (!metric || isnan(metric->value))
		return xstrdup("-");
	value = text_number(metric->value);
	if (is_base || isnan(metric->base))
		return xasprintf("%s%s", vary_mark(metric), value);
	difference = text_number(metric->value - metric->base);
	return xasprintf("%s%s (%s%s)", vary_mark(metric), value,
			 metric->value > metric->base ? "+" : "", difference);
}

/* "0.42 ±0.03 (9,1)": median, distance between the quartiles, samples kept and dropped. */
static char *format_ratio(const struct ranking_metric *metric)
{
	if (!metric)
		return xstrdup("-");
	if (isnan(metric->value))
		return xasprintf("- (%lld,%lld)", (long long)metric->n, (long long)metric->dropped);
	if (isnan(metric->spread))
		return xasprintf("%.2f (%lld,%lld)", metric->value, (long long)metric->n,
				 (long long)metric->dropped);
	return xasprintf("%.2f ±%.2f (%lld,%lld)", metric->value, metric->spread,
			 (long long)metric->n, (long long)metric->dropped);
}

static char *format_gates(const struct ranking_result *result)
{
	size_t passed = 0;

	if (!result->gates_run || !result->gate_count)
		return xstrdup("not run");
	for (size_t i = 0; i < result->gate_count; i++)
		passed += result->gates[i].passed;
	return xasprintf("%zu of %zu", passed, result->gate_count);
}

static enum screen_style style_of(const struct ranking_result *result)
{
	if (!strcmp(result->status, "failed") || !strcmp(result->status, "disqualified"))
		return STYLE_BAD;
	if (!strcmp(result->status, "pending") || !strcmp(result->status, "identical"))
		return STYLE_FAINT;
	return result->place == 1 ? STYLE_GOOD : STYLE_PLAIN;
}

/* One workload for the whole column: different ones say different things. NULL when none was measured. */
static const char *ratio_workload(const struct ranking *ranking)
{
	const char *first = NULL;

	for (size_t i = 0; i < ranking->base_count + ranking->result_count; i++) {
		const struct ranking_result *result =
			i < ranking->base_count ? &ranking->bases[i]
						: &ranking->results[i - ranking->base_count];
		const struct ranking_metric *any = ranking_metric_find(result, RATIO);

		if (ranking_metric_of(result, RATIO, RATIO_WORKLOAD))
			return RATIO_WORKLOAD;
		if (!first && any)
			first = any->workload;
	}
	return first;
}

/* Of CPUID exits, as the legend says, or none. */
static const struct ranking_metric *find_cpuid(const struct ranking_result *result,
					       const char *name)
{
	const struct ranking_metric *found = ranking_metric_find(result, name);

	return found && found->kind && !strcmp(found->kind, "cpuid") ? found : NULL;
}

static void add_result(struct table *table, const struct ranking *ranking,
		       const struct ranking_result *base, const struct ranking_result *result,
		       const char *workload)
{
	bool is_base = result == base;

	table_row(table, style_of(result));
	table_cell(table, format_place(ranking, base, result));
	table_cell(table, xstrdup(result->series));
	table_cell(table, xstrdup(result->status));
	table_cell(table, format_window(find_cpuid(result, "exit_window"), is_base));
	table_cell(table, format_window(find_cpuid(result, "entry_window"), is_base));
	table_cell(table, format_window(find_cpuid(result, "kick_window"), is_base));
	table_cell(table, format_path(find_cpuid(result, "exit_path"), is_base));
	table_cell(table, format_ratio(workload ? ranking_metric_of(result, RATIO, workload) : NULL));
	table_cell(table, format_gates(result));
}

/* One ISA's table: results in the server's order, the base where its place puts it. */
static void print_isa(const struct ranking *ranking, const char *isa,
		      const struct ranking_result *base, const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "\nplace", TABLE_RIGHT, false },
		{ "\nseries", TABLE_LEFT, true },
		{ "\nstatus", TABLE_LEFT, false },
		{ "exit\nwindow", TABLE_RIGHT, false },
		{ "entry\nwindow", TABLE_RIGHT, false },
		{ "kick\nwindow", TABLE_RIGHT, false },
		{ "exit_path\ncpuid", TABLE_RIGHT, false },
		{ "host/guest IPIs\n±IQR (n,dropped)", TABLE_RIGHT, false },
		{ "gates\npassed", TABLE_LEFT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);
	const char *workload = ratio_workload(ranking);
	bool base_added = !base;

	for (size_t i = 0; i < ranking->result_count; i++) {
		const struct ranking_result *result = &ranking->results[i];

		if (isa && strcmp(result->isa, isa))
			continue;
		if (!base_added &&
		    (result->place <= 0 || (base->place > 0 && result->place > base->place))) {
			add_result(&table, ranking, base, base, workload);
			base_added = true;
		}
		add_result(&table, ranking, base, result, workload);
	}
	if (!base_added)
		add_result(&table, ranking, base, base, workload);
	table_print(&table, screen);
}

/* A gate that did not pass: it failed, or its workload ended before it could be asked. */
static void print_gate(const struct ranking_gate *gate, const struct screen *screen)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(REASON_MAX_BYTES);

	buf_printf(&text, "    gate %s%s%s ", gate->gate, gate->workload ? " of " : "",
		   gate->workload ? gate->workload : "");
	if (gate->runs)
		buf_printf(&text, "failed in %lld of %lld runs%s%s", (long long)gate->failed,
			   (long long)gate->runs, gate->detail ? ": " : "",
			   gate->detail ? gate->detail : "");
	else
		buf_puts(&text, "did not run");
	screen_fold(screen, text.data);
}

/* Why a result has no place, and the gates that it did not pass. */
static void print_reason(const struct ranking_result *result, const struct screen *screen)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(REASON_MAX_BYTES);
	static const char *const usual[] = { "base", "pending", "ranked" };

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (!result->reason && !strcmp(result->status, usual[i]))
			return;
	buf_printf(&text, "%s", result->series);
	if (result->isa)
		buf_printf(&text, " (%s)", result->isa);
	buf_printf(&text, ": %s%s%s", result->status, result->reason ? ": " : ".",
		   result->reason ? result->reason : "");
	screen_fold(screen, text.data);
	for (size_t i = 0; i < result->gate_count; i++)
		if (!result->gates[i].passed)
			print_gate(&result->gates[i], screen);
}

static void print_header(const struct ranking *ranking, const struct screen *screen)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(REASON_MAX_BYTES);

	buf_printf(&text, "campaign %lld: %s", (long long)ranking->campaign, ranking->state);
	if (strcmp(ranking->state, "done") && strcmp(ranking->state, "failed"))
		buf_puts(&text, " (this ranking is not final)");
	if (ranking->repository)
		buf_printf(&text, "; base %s %s", ranking->repository,
			   ranking->rev ? ranking->rev : "");
	if (ranking->tree)
		buf_printf(&text, " (tree %.12s)", ranking->tree);
	screen_fold(screen, text.data);
	if (ranking->base_note)
		screen_fold(screen, ranking->base_note);
}

/* Whether it is the first of its series, which has a result on each ISA. */
static bool is_first_of_series(const struct ranking *ranking, size_t number)
{
	for (size_t i = 0; i < number; i++)
		if (!strcmp(ranking->results[i].series, ranking->results[number].series))
			return false;
	return true;
}

/* What a reader should know of a series beside its numbers. */
static void print_notes(const struct ranking *ranking, const struct screen *screen)
{
	for (size_t i = 0; i < ranking->result_count; i++) {
		const struct ranking_result *result = &ranking->results[i];
		CLEANUP(free_ptr) char *note = NULL;
		CLEANUP(free_ptr) char *same = NULL;

		if (!is_first_of_series(ranking, i))
			continue;
		if (result->note) {
			note = xasprintf("%s: %s", result->series, result->note);
			screen_fold(screen, note);
		}
		if (result->same_tree) {
			same = xasprintf("%s: the same tree was measured before, as %s; those "
					 "results stand for it, too.",
					 result->series, result->same_tree);
			screen_fold(screen, same);
		}
	}
}

static void print_legend(const struct ranking *ranking, const struct screen *screen)
{
	const char *workload = ratio_workload(ranking);
	CLEANUP(free_ptr)
	char *ratio = xasprintf("host/guest IPIs: median of n samples%s%s, ± is the distance "
				"between their quartiles. Other workloads: --metrics.",
				workload ? " of " : "", workload ? workload : "");

	screen_fold(screen, "windows: instructions, base→variant, at a CPUID exit, on an emulated "
			    "CPU; fewer is better.");
	screen_fold(screen, "exit_path: instructions from a CPUID exit to the next entry "
			    "(difference to base).");
	screen_fold(screen, ratio);
}

static bool any_varies(const struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->result_count; i++)
		for (size_t j = 0; j < ranking->results[i].metric_count; j++)
			if (*vary_mark(&ranking->results[i].metrics[j]))
				return true;
	return false;
}

/* The ISAs in order of appearance; a campaign has few. */
static size_t list_isas(const struct ranking *ranking, const char **isas, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < ranking->result_count; i++) {
		size_t j = 0;

		while (j < count && strcmp(isas[j], ranking->results[i].isa))
			j++;
		if (j == count && count < max)
			isas[count++] = ranking->results[i].isa;
	}
	return count;
}

static const struct ranking_result *base_of(const struct ranking *ranking, const char *isa)
{
	for (size_t i = 0; i < ranking->base_count; i++)
		if (!ranking->bases[i].isa || !isa || !strcmp(ranking->bases[i].isa, isa))
			return &ranking->bases[i];
	return NULL;
}

void ranking_print(const struct ranking *ranking, const struct screen *screen)
{
	const char *isas[8];
	size_t count = list_isas(ranking, isas, 8);

	print_header(ranking, screen);
	if (count > 1)
		ranking_print_across(ranking, isas, count, screen);
	for (size_t i = 0; i < count; i++) {
		fprintf(screen->out, "\n%s\n", isas[i]);
		print_isa(ranking, isas[i], base_of(ranking, isas[i]), screen);
	}
	if (!count)
		print_isa(ranking, NULL, base_of(ranking, NULL), screen);
	fputc('\n', screen->out);
	for (size_t i = 0; i < ranking->base_count; i++)
		print_reason(&ranking->bases[i], screen);
	for (size_t i = 0; i < ranking->result_count; i++)
		print_reason(&ranking->results[i], screen);
	print_notes(ranking, screen);
	fputc('\n', screen->out);
	if (count > 1)
		screen_fold(screen, "overall: the worst place over the ISAs, none where one has "
				    "none. split: better than the base on one ISA, worse or out on "
				    "another. partial: measured on some only.");
	print_legend(ranking, screen);
	if (any_varies(ranking))
		screen_fold(screen, "~ this count should not vary and did: the median is shown, "
				    "see --metrics.");
}

static void add_metrics(struct table *table, const struct ranking_result *result)
{
	for (size_t i = 0; i < result->metric_count; i++) {
		const struct ranking_metric *metric = &result->metrics[i];

		table_row(table, STYLE_PLAIN);
		table_cell(table, xstrdup(result->series));
		table_cell(table, xstrdup(result->isa	? result->isa
					  : metric->isa ? metric->isa
							: ""));
		table_cell(table, xstrdup(metric->name));
		table_cell(table, xstrdup(metric->workload ? metric->workload : ""));
		table_cell(table, xstrdup(metric->kind ? metric->kind : ""));
		table_cell(table, isnan(metric->base) ? xstrdup("") : text_number(metric->base));
		table_cell(table, isnan(metric->value) ? xstrdup("-") : text_number(metric->value));
		table_cell(table,
			   isnan(metric->spread) ? xstrdup("") : text_number(metric->spread));
		table_cell(table, metric->total ? xasprintf("%lld/%lld", (long long)metric->n,
							    (long long)metric->total)
						: xasprintf("%lld", (long long)metric->n));
		table_cell(table, metric->dropped ? xasprintf("%lld", (long long)metric->dropped)
						  : xstrdup(""));
	}
}

void ranking_print_metrics(const struct ranking *ranking, const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "series", TABLE_LEFT, true },	 { "isa", TABLE_LEFT, false },
		{ "metric", TABLE_LEFT, true },	 { "workload", TABLE_LEFT, true },
		{ "kind", TABLE_LEFT, false },	 { "base", TABLE_RIGHT, false },
		{ "value", TABLE_RIGHT, false }, { "spread", TABLE_RIGHT, false },
		{ "n", TABLE_RIGHT, false },	 { "dropped", TABLE_RIGHT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);

	print_header(ranking, screen);
	fputc('\n', screen->out);
	for (size_t i = 0; i < ranking->base_count; i++)
		add_metrics(&table, &ranking->bases[i]);
	for (size_t i = 0; i < ranking->result_count; i++)
		add_metrics(&table, &ranking->results[i]);
	table_print(&table, screen);
}

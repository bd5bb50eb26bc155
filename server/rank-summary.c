// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/rank-summary.h"

#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "server/stat-order.h"

static int compare_kinds(const char *a, const char *b)
{
	int headline = !strcmp(b, RANK_HEADLINE_KIND) - !strcmp(a, RANK_HEADLINE_KIND);

	return headline ? headline : strcmp(a, b);
}

int rank_measure_compare(struct rank_measure a, struct rank_measure b)
{
	int order = (a.metric > b.metric) - (a.metric < b.metric);

	if (!order)
		order = compare_kinds(a.kind, b.kind);
	return order ? order : strcmp(a.workload, b.workload);
}

/* Groups first; within one by value, for medians. */
static int compare_samples(const void *left, const void *right)
{
	const struct rank_sample *a = left, *b = right;
	int order = rank_measure_compare(RANK_MEASURE(a), RANK_MEASURE(b));

	return order ? order : (a->value > b->value) - (a->value < b->value);
}

static bool same_group(const struct rank_sample *a, const struct rank_sample *b)
{
	return !rank_measure_compare(RANK_MEASURE(a), RANK_MEASURE(b));
}

/* Shown on request only, or measured where the metric says nothing: an exact metric counted on a
 * lane that is not. */
static bool left_out(const struct rank_sample *sample)
{
	return sample->metric->role == METRIC_DETAIL ||
	       strcmp(sample->metric->lane, sample->lane) != 0;
}

bool rank_metric_has_value(const struct rank_metric *metric)
{
	return metric->n > 0 || !metric->dropped;
}

static int64_t count_dropped(const struct rank_subject *subject, const char *workload)
{
	int64_t count = 0;

	for (size_t i = 0; i < subject->dropped_count; i++)
		count += !strcmp(subject->dropped[i], workload);
	return count;
}

static struct rank_metric summarize_group(const struct rank_subject *subject,
					  const struct rank_sample *samples, size_t count)
{
	CLEANUP(free_ptr) double *values = xcalloc(count, sizeof(*values));
	struct rank_metric summary = {
		.metric = samples[0].metric,
		.workload = samples[0].workload,
		.kind = samples[0].kind,
		/* All lanes but this one repeat themselves to the instruction. */
		.exact = strcmp(samples[0].metric->lane, "smp") != 0,
	};

	for (size_t i = 0; i < count; i++) {
		values[i] = samples[i].value;
		summary.n += samples[i].n;
		summary.total += samples[i].total;
	}
	summary.value = stat_median(values, count);
	if (summary.exact) {
		summary.spread = values[count - 1] - values[0];
		return summary;
	}
	summary.spread = stat_quantile(values, count, 0.75) - stat_quantile(values, count, 0.25);
	summary.n = (int64_t)count;
	summary.dropped = count_dropped(subject, summary.workload);
	summary.total = summary.n + summary.dropped;
	return summary;
}

static struct rank_metric *add_metric(struct rank_result *result, struct rank_metric metric)
{
	ARRAY_GROW(result->metrics, result->metrics_count, result->metrics_capacity);
	result->metrics[result->metrics_count] = metric;
	return &result->metrics[result->metrics_count++];
}

static void summarize_metrics(struct rank_subject *subject, struct rank_result *result)
{
	struct rank_sample *samples = subject->samples;
	size_t count = 0;

	for (size_t i = 0; i < subject->samples_count; i++) {
		struct rank_sample held = samples[count];

		if (left_out(&samples[i]))
			continue;
		/* Kept at the front; those left out stay behind them, to be freed. */
		samples[count++] = samples[i];
		if (i >= count)
			samples[i] = held;
	}
	if (count)
		qsort(samples, count, sizeof(*samples), compare_samples);
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count && same_group(&samples[from], &samples[to]);)
			to++;
		add_metric(result, summarize_group(subject, samples + from, to - from));
	}
}

static int compare_metrics(const void *left, const void *right)
{
	const struct rank_metric *a = left, *b = right;

	return rank_measure_compare(RANK_MEASURE(a), RANK_MEASURE(b));
}

/* Of whose repetitions none was kept, that is told: it was measured, and says nothing. */
static void add_dropped(const struct rank_subject *subject, struct rank_result *result)
{
	for (size_t i = 0; i < subject->dropped_count; i++)
		for (size_t j = 0; j < metrics_count; j++) {
			const char *workload = subject->dropped[i];
			int64_t count;

			if (strcmp(metrics[j].lane, "smp") != 0 || metrics[j].role == METRIC_DETAIL ||
			    rank_metric_find(result, &metrics[j], workload, ""))
				continue;
			count = count_dropped(subject, workload);
			add_metric(result, (struct rank_metric){ .metric = &metrics[j],
								 .workload = workload,
								 .kind = "",
								 .total = count,
								 .dropped = count });
		}
	if (result->metrics_count)
		qsort(result->metrics, result->metrics_count, sizeof(*result->metrics),
		      compare_metrics);
}

static struct rank_gate_summary *gate_summary(struct rank_result *result,
					      const struct rank_gate *gate)
{
	for (size_t i = 0; i < result->gates_count; i++)
		if (!strcmp(result->gates[i].gate, gate->gate) &&
		    !strcmp(result->gates[i].workload, gate->workload))
			return &result->gates[i];
	ARRAY_GROW(result->gates, result->gates_count, result->gates_capacity);
	result->gates[result->gates_count] =
		(struct rank_gate_summary){ .gate = gate->gate, .workload = gate->workload };
	return &result->gates[result->gates_count++];
}

void rank_summarize(struct rank_subject *subject, struct rank_result *result)
{
	summarize_metrics(subject, result);
	add_dropped(subject, result);
	for (size_t i = 0; i < subject->gates_count; i++) {
		const struct rank_gate *gate = &subject->gates[i];
		struct rank_gate_summary *summary = gate_summary(result, gate);

		/* The first failure's detail stays; else the newest. */
		if (!summary->failed)
			summary->detail = gate->detail;
		summary->runs++;
		summary->failed += !gate->passed;
	}
	result->gates_run = result->gates_count > 0;
}

const struct rank_metric *rank_metric_find(const struct rank_result *result,
					   const struct metric *metric, const char *workload,
					   const char *kind)
{
	for (size_t i = 0; i < result->metrics_count; i++) {
		const struct rank_metric *one = &result->metrics[i];

		if (one->metric == metric && !strcmp(one->workload, workload) &&
		    !strcmp(one->kind, kind))
			return one;
	}
	return NULL;
}

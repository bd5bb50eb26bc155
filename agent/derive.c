// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/load.h"
#include "lib/alloc.h"

/*
 * A repetition whose vCPU threads waited for a processor more than this part of its time did not
 * run side by side: the race it measures did not happen, so its counts say nothing about the
 * variant.
 */
#define RUN_DELAY_MAX_PERCENT 5

static struct sample *new_sample(struct load_result *result, const char *metric,
				 const char *workload, unsigned rep)
{
	struct sample *sample;

	result->samples =
		xreallocarray(result->samples, result->samples_count + 1, sizeof(*sample));
	sample = &result->samples[result->samples_count++];
	memset(sample, 0, sizeof(*sample));
	sample->metric = metric;
	sample->rep = rep;
	sample->n = sample->total = 1;
	snprintf(sample->workload, sizeof(sample->workload), "%s", workload);
	return sample;
}

static void drop_rep(struct load_result *result, const struct rep *rep, const char *where,
		     uint64_t delay_ns, uint64_t wall_ns)
{
	struct dropped *dropped;

	result->dropped =
		xreallocarray(result->dropped, result->dropped_count + 1, sizeof(*dropped));
	dropped = &result->dropped[result->dropped_count++];
	memset(dropped, 0, sizeof(*dropped));
	dropped->rep = rep->rep;
	snprintf(dropped->workload, sizeof(dropped->workload), "%s", rep->workload);
	snprintf(dropped->why, sizeof(dropped->why),
		 "A vCPU thread waited %" PRIu64 " of %" PRIu64 " us for a processor of the %s.",
		 delay_ns / 1000, wall_ns / 1000, where);
}

static bool waited_too_long(uint64_t delay_ns, uint64_t wall_ns)
{
	return wall_ns && delay_ns / RUN_DELAY_MAX_PERCENT > wall_ns / 100;
}

/* Whether the repetition was disturbed, on the host under test or on the machine that emulates it.
 */
static bool contaminated(const struct rep *rep, const struct load_outcome *outcome,
			 struct load_result *result)
{
	if (waited_too_long(rep->run_delay_ns, rep->wall_ns)) {
		drop_rep(result, rep, "host under test", rep->run_delay_ns, rep->wall_ns);
		return true;
	}
	for (size_t i = 0; i < outcome->delays_count; i++) {
		const struct rep_delay *delay = &outcome->delays[i];

		if (delay->rep == rep->rep && !strcmp(delay->workload, rep->workload) &&
		    !strcmp(delay->pass, rep->counting ? "counting" : "timing") &&
		    waited_too_long(delay->run_delay_ns, delay->wall_ns)) {
			drop_rep(result, rep, "machine that emulates the host", delay->run_delay_ns,
				 delay->wall_ns);
			return true;
		}
	}
	return false;
}

static void add_reasons(const struct rep *rep, struct load_result *result)
{
	for (size_t i = 0; i < rep->reasons_count; i++) {
		struct sample *sample =
			new_sample(result, "exits_by_reason", rep->workload, rep->rep);

		snprintf(sample->kind, sizeof(sample->kind), "%s", rep->reasons[i].name);
		sample->value = (double)rep->reasons[i].value;
	}
}

void derive_sampled(const struct report *report, const struct load_outcome *outcome,
		    struct load_result *result)
{
	for (size_t i = 0; i < report->reps_count; i++) {
		const struct rep *rep = &report->reps[i];
		double ipis = (double)rep->sent * (double)rep->destinations;

		if (!rep->sent || contaminated(rep, outcome, result))
			continue;
		if (rep->counting) {
			add_reasons(rep, result);
			continue;
		}
		if (rep->destinations)
			new_sample(result, "host_ipi_per_guest_ipi", rep->workload, rep->rep)
				->value = (double)rep->host_ipis / ipis;
		new_sample(result, "exits_per_ipi", rep->workload, rep->rep)->value =
			(double)rep->exits / (double)rep->sent;
	}
}

/* except: a kind of exit whose maps are kept, and whose windows say nothing; or NULL. */
static void add_windows(const char *metric, const char *except, struct report *report,
			struct load_result *result)
{
	for (size_t i = 0; i < report->races_count; i++) {
		const struct race_map *map = &report->races[i];
		struct sample *sample;

		if (except && !strcmp(map->kind, except))
			continue;
		sample = new_sample(result, metric, map->workload, 0);
		snprintf(sample->kind, sizeof(sample->kind), "%s", map->kind);
		sample->value = (double)race_map_width(map, "spurious");
		/* The offsets that were tried: n of them say what the window is made of. */
		sample->n = sample->total = (uint64_t)map->tried;
	}
	result->races = report->races;
	result->races_count = report->races_count;
	report->races = NULL;
	report->races_count = 0;
}

void derive_race(struct report *report, struct load_result *result)
{
	add_windows("spurious_window", NULL, report, result);
}

static bool has_gate(const struct load_result *result, const char *workload)
{
	for (size_t i = 0; i < result->gates_count; i++)
		if (!strcmp(result->gates[i].workload, workload))
			return true;
	return false;
}

static void add_dirty_log(const struct dirty_log *dirty, struct load_result *result)
{
	struct sample *sample;

	if (dirty->latency) {
		sample = new_sample(result, "dirty_flush_latency", dirty->workload, 0);
		snprintf(sample->kind, sizeof(sample->kind), "%s", dirty->kind);
		sample->value = (double)dirty->latency;
		sample->n = dirty->pending - dirty->late;
		sample->total = dirty->requests;
	}
	/* A gate has said it already. */
	if (has_gate(result, dirty->workload))
		return;
	sample = new_sample(result, "dirty_flush_late", dirty->workload, 0);
	snprintf(sample->kind, sizeof(sample->kind), "%s", dirty->kind);
	sample->value = (double)dirty->late;
	sample->n = sample->total = dirty->requests;
}

void derive_posted(struct report *report, struct load_result *result)
{
	for (size_t i = 0; i < report->reps_count; i++) {
		const struct rep *rep = &report->reps[i];
		double ipis = (double)rep->sent * (double)rep->destinations;

		if (!rep->sent || !rep->destinations || rep->counting)
			continue;
		new_sample(result, "posted_ipi_per_guest_ipi", rep->workload, rep->rep)->value =
			(double)rep->posted_ipis / ipis;
		new_sample(result, "kick_ipi_per_guest_ipi", rep->workload, rep->rep)->value =
			(double)rep->kick_ipis / ipis;
	}
	for (size_t i = 0; i < report->dirty_logs_count; i++)
		add_dirty_log(&report->dirty_logs[i], result);
	/* A path that re-enters with interrupts off leaves notifications to the entry, which takes
	 * them without a trace, needed or not. */
	add_windows("posted_window", "tsc-deadline", report, result);
}

void derive_exact(struct exact_result *exact, struct load_result *result)
{
	for (size_t i = 0; i < exact->samples_count; i++) {
		const struct exact_sample *from = &exact->samples[i];
		struct sample *sample = new_sample(result, from->metric, from->workload, 0);

		snprintf(sample->kind, sizeof(sample->kind), "%s", from->kind);
		sample->value = (double)from->value;
		sample->n = from->n;
		sample->total = from->total;
	}
	free(result->functions);
	result->functions = exact->functions;
	result->functions_count = exact->functions_count;
	exact->functions = NULL;
	exact->functions_count = 0;
	memcpy(result->sender_flag, exact->sender_flag, sizeof(result->sender_flag));
}

static void add_fact(struct load_result *result, const char *key, size_t key_bytes,
		     const char *value, size_t value_bytes)
{
	result->fingerprint = xreallocarray(result->fingerprint, result->fingerprint_count + 1,
					    sizeof(*result->fingerprint));
	result->fingerprint[result->fingerprint_count++] =
		(struct pair){ xstrndup(key, key_bytes), xstrndup(value, value_bytes) };
}

void derive_fingerprint(const char *driver_lines, const struct report *report,
			struct load_result *result)
{
	for (const char *line = driver_lines; *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\n");
		const char *equals = memchr(line, '=', length);

		if (equals)
			add_fact(result, line, (size_t)(equals - line), equals + 1,
				 length - (size_t)(equals + 1 - line));
	}
	for (size_t i = 0; i < report->facts_count; i++)
		add_fact(result, report->facts[i].key, strlen(report->facts[i].key),
			 report->facts[i].value, strlen(report->facts[i].value));
}

void load_result_release(struct load_result *result)
{
	for (size_t i = 0; i < result->fingerprint_count; i++) {
		free(result->fingerprint[i].key);
		free(result->fingerprint[i].value);
	}
	free(result->fingerprint);
	free(result->samples);
	free(result->gates);
	free(result->dropped);
	for (size_t i = 0; i < result->races_count; i++)
		race_map_release(&result->races[i]);
	free(result->races);
	for (size_t i = 0; i < result->latencies_count; i++)
		latency_release(&result->latencies[i]);
	free(result->latencies);
	free(result->functions);
	memset(result, 0, sizeof(*result));
}

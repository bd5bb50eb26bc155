// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/rank-read.h"

#include <string.h>

#include "lib/alloc.h"

static char *fault_of(const struct load *load)
{
	const char *again = load->hung ? ", after a first run that hung" : "";

	return load->sentence && *load->sentence
		       ? xasprintf("%s%s: %s", load->status, again, load->sentence)
		       : xasprintf("%s%s", load->status, again);
}

/* What is ranked but hung on its way; NULL when nothing of it did. */
static char *hung_text(const struct variant *variant, const char *isa)
{
	const char *sentence = NULL;
	size_t runs = 0, hung = 0;

	for (size_t i = 0; i < variant->loads_count; i++) {
		const struct load *load = &variant->loads[i];

		if (strcmp(load->isa, isa) || !load->status || !strcmp(load->status, "skipped"))
			continue;
		runs += load->hung ? 2 : 1;
		hung += load->hung != NULL;
		sentence = load->hung ? load->hung : sentence;
	}
	return hung ? xasprintf("It hung in %zu of %zu runs, and not when these loads were "
				"measured again: %s",
				hung, runs, sentence)
		    : NULL;
}

/* A variant that got as far as loads is on each ISA what its loads there are: it may have failed on
 * one, be done on the other. */
static void judge_variant(const struct variant *variant, const char *isa,
			  struct rank_subject *subject)
{
	bool any = false, open = false, skipped = false;

	subject->reason = variant->reason;
	subject->state = !strcmp(variant->state, "identical") ? RANK_IDENTICAL
			 : !strcmp(variant->state, "failed")  ? RANK_FAILED
			 : !strcmp(variant->state, "done")    ? RANK_READY
							      : RANK_PENDING;
	for (size_t i = 0; i < variant->loads_count; i++) {
		const struct load *load = &variant->loads[i];

		if (strcmp(load->isa, isa) != 0)
			continue;
		any = true;
		open |= strcmp(load->state, "done") != 0;
		if (!load->status || !strcmp(load->status, "ok"))
			continue;
		if (!strcmp(load->status, "skipped")) {
			skipped = true;
			continue;
		}
		subject->state = RANK_FAILED;
		free(subject->fault);
		subject->fault = fault_of(load);
		subject->reason = subject->fault;
		return;
	}
	if (!any || skipped)
		return;
	subject->state = open ? RANK_PENDING : RANK_READY;
	subject->fault = hung_text(variant, isa);
	subject->reason = subject->fault;
}

/* Which load a row is about. Rows of one load come together, so the last answer is kept. */
struct load_finder {
	const struct campaign *campaign;
	const char *isa;
	int64_t id;
	size_t subject;
	const struct load *load; /* NULL: another ISA's */
};

static bool find_load(struct load_finder *finder, int64_t id)
{
	const struct campaign *campaign = finder->campaign;

	if (finder->id == id)
		return finder->load != NULL;
	finder->id = id;
	finder->load = NULL;
	for (size_t i = 0; i < campaign->variants_count; i++)
		for (size_t k = 0; k < campaign->variants[i].loads_count; k++) {
			const struct load *load = &campaign->variants[i].loads[k];

			if (load->id != id || strcmp(load->isa, finder->isa) != 0)
				continue;
			finder->load = load;
			finder->subject = i;
		}
	return finder->load != NULL;
}

static void read_samples(struct db_conn *conn, const struct load *load,
			 struct rank_subject *subject)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_RANK_SAMPLES, db_int(load->id));

	while (rows_next(&rows)) {
		const struct metric *metric = metric_find(rows_text(&rows, 0));

		if (!metric)
			continue;
		ARRAY_GROW(subject->samples, subject->samples_count, subject->samples_capacity);
		subject->samples[subject->samples_count++] = (struct rank_sample){
			.metric = metric,
			.lane = xstrdup(load->lane),
			.workload = rows_copy(&rows, 1),
			.kind = rows_copy(&rows, 2),
			.value = rows_real(&rows, 3),
			.n = rows_int(&rows, 4),
			.total = rows_int(&rows, 5),
		};
	}
}

/* Load by load, so that nothing has to be sorted. */
static void read_variant(struct db_conn *conn, const struct variant *variant, const char *isa,
			 struct rank_subject *subject)
{
	for (size_t i = 0; i < variant->loads_count; i++) {
		const struct load *load = &variant->loads[i];

		if (!load->control && !strcmp(load->isa, isa))
			read_samples(conn, load, subject);
	}
}

static void read_gates(struct db_conn *conn, struct load_finder *finder, struct rank_input *input)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_RANK_GATES, db_int(finder->campaign->id));

	while (rows_next(&rows)) {
		struct rank_subject *subject;

		if (!find_load(finder, rows_int(&rows, 0)))
			continue;
		subject = &input->subjects[finder->subject];
		ARRAY_GROW(subject->gates, subject->gates_count, subject->gates_capacity);
		subject->gates[subject->gates_count++] = (struct rank_gate){
			.gate = rows_copy(&rows, 1),
			.workload = rows_copy(&rows, 2),
			.passed = rows_int(&rows, 3) != 0,
			.detail = rows_copy(&rows, 4),
		};
	}
}

static void read_dropped(struct db_conn *conn, struct load_finder *finder, struct rank_input *input)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_RANK_DROPPED, db_int(finder->campaign->id));

	while (rows_next(&rows)) {
		struct rank_subject *subject;

		if (!find_load(finder, rows_int(&rows, 0)))
			continue;
		subject = &input->subjects[finder->subject];
		ARRAY_GROW(subject->dropped, subject->dropped_count, subject->dropped_capacity);
		subject->dropped[subject->dropped_count++] = rows_copy(&rows, 1);
	}
}

static void count_loads(const struct variant *variant, const char *isa,
			struct rank_subject *subject)
{
	for (size_t i = 0; i < variant->loads_count; i++) {
		const struct load *load = &variant->loads[i];

		if (strcmp(load->isa, isa) || strcmp(load->state, "done") || !load->status ||
		    !strcmp(load->status, "skipped") || load->control)
			continue;
		if (!strcmp(load->lane, "exact"))
			subject->loads_exact++;
		else if (!strcmp(load->lane, "race") || !strcmp(load->lane, "posted"))
			subject->loads_race++;
		else
			subject->loads_smp++;
	}
}

void rank_read(struct db_conn *conn, const struct campaign *campaign, const char *isa,
	       struct rank_input *ret_input)
{
	struct load_finder finder = { .campaign = campaign, .isa = isa };
	struct rank_input input = { .count = campaign->variants_count };

	input.subjects = xcalloc(input.count, sizeof(*input.subjects));
	for (size_t i = 0; i < input.count; i++) {
		const struct variant *variant = &campaign->variants[i];

		input.subjects[i].series = variant->series;
		input.subjects[i].sender_flag = variant->sender_flag;
		judge_variant(variant, isa, &input.subjects[i]);
		count_loads(variant, isa, &input.subjects[i]);
		read_variant(conn, variant, isa, &input.subjects[i]);
	}
	read_gates(conn, &finder, &input);
	read_dropped(conn, &finder, &input);
	*ret_input = input;
}

static void subject_release(struct rank_subject *subject)
{
	for (size_t i = 0; i < subject->samples_count; i++) {
		free(subject->samples[i].lane);
		free(subject->samples[i].workload);
		free(subject->samples[i].kind);
	}
	for (size_t i = 0; i < subject->gates_count; i++) {
		free(subject->gates[i].gate);
		free(subject->gates[i].workload);
		free(subject->gates[i].detail);
	}
	for (size_t i = 0; i < subject->dropped_count; i++)
		free(subject->dropped[i]);
	free(subject->samples);
	free(subject->gates);
	free(subject->dropped);
	free(subject->fault);
}

void rank_input_release(struct rank_input *input)
{
	for (size_t i = 0; i < input->count; i++)
		subject_release(&input->subjects[i]);
	free(input->subjects);
	*input = (struct rank_input){ 0 };
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/judge.h"

#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "server/stat-count.h"

void judge_input_release(struct judge_input *input)
{
	for (size_t i = 0; i < input->count; i++) {
		free(input->values[i].workload);
		free(input->values[i].kind);
	}
	free(input->values);
	free(input->lost);
	*input = (struct judge_input){ 0 };
}

void judgement_release(struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++)
		free(judgement->all[i].pairs);
	free(judgement->all);
	*judgement = (struct judgement){ 0 };
}

bool judge_is_headline(const struct metric *metric, const char *workload)
{
	return !strcmp(metric->name, JUDGE_HEADLINE_METRIC) &&
	       !strcmp(workload, JUDGE_HEADLINE_WORKLOAD);
}

static bool same_question(const struct judge_value *a, const struct judge_value *b)
{
	return a->isa == b->isa && a->metric == b->metric && !strcmp(a->workload, b->workload) &&
	       !strcmp(a->kind, b->kind);
}

/* Pairs the values of one subject with the base's of the same blocks; both rise by block. A block
 * that moved to another host between the two is no pair. */
static void add_comparison(const struct judge_input *input, const struct judge_value *base,
			   size_t base_count, const struct judge_value *own, size_t own_count,
			   struct judgement *judgement)
{
	struct judged judged = {
		.isa = own->isa,
		.subject = own->subject,
		.metric = own->metric,
		.workload = own->workload,
		.kind = own->kind,
		.demoted = strcmp(own->metric->lane, "smp") != 0,
		.control = own->subject == input->subjects,
		.headline = judge_is_headline(own->metric, own->workload),
		.pairs = xcalloc(own_count, sizeof(*judged.pairs)),
	};
	size_t count = 0;

	for (size_t i = 0, k = 0; i < own_count; i++) {
		while (k < base_count && base[k].block < own[i].block)
			k++;
		if (k < base_count && base[k].block == own[i].block && base[k].host == own[i].host)
			judged.pairs[count++] =
				(struct stat_pair){ own[i].block, base[k].median, own[i].median };
	}
	judged.comparison = (struct stat_comparison){
		.pairs = judged.pairs,
		.count = count,
		.blocks = judged.demoted ? input->rounds : input->isas[own->isa].settled,
		.margin = judged.demoted ? JUDGE_DEMOTED_MARGIN : own->metric->margin,
		.less_is_better = own->metric->better == METRIC_LESS,
	};
	ARRAY_GROW(judgement->all, judgement->count, judgement->capacity);
	judgement->all[judgement->count++] = judged;
}

/* All of one metric and workload on one ISA: the base's come first. */
static void compare_question(const struct judge_input *input, const struct judge_value *values,
			     size_t count, struct judgement *judgement)
{
	size_t base_count = 0;

	while (base_count < count && values[base_count].subject == 0)
		base_count++;
	for (size_t from = base_count, to; from < count; from = to) {
		for (to = from + 1; to < count && values[to].subject == values[from].subject;)
			to++;
		add_comparison(input, values, base_count, values + from, to - from, judgement);
	}
}

enum family { FAMILY_HEADLINE, FAMILY_OTHER, FAMILY_DEMOTED, FAMILY_NONE };

static enum family family_of(const struct judged *judged)
{
	if (judged->control)
		return FAMILY_NONE;
	return judged->demoted ? FAMILY_DEMOTED : judged->headline ? FAMILY_HEADLINE : FAMILY_OTHER;
}

const char *judged_family_name(const struct judged *judged)
{
	static const char *const names[] = { "headline", "other", "demoted", NULL };

	return names[family_of(judged)];
}

/* Judges those of a family together. */
static void judge_family(const struct stat_design *design, struct judgement *judgement,
			 enum family which)
{
	CLEANUP(free_ptr)
	struct stat_comparison *family = xcalloc(judgement->count + 1, sizeof(*family));
	size_t count = 0;

	for (size_t i = 0; i < judgement->count; i++)
		if (family_of(&judgement->all[i]) == which)
			family[count++] = judgement->all[i].comparison;
	/* Nobody claims anything of a null control: each stands for itself. */
	for (size_t i = 0; which == FAMILY_NONE && i < count; i++)
		stat_compare(design, &family[i], 1);
	if (which != FAMILY_NONE)
		stat_compare(design, family, count);
	for (size_t i = judgement->count; i-- > 0;)
		if (family_of(&judgement->all[i]) == which)
			judgement->all[i].comparison = family[--count];
}

/* A design is integrated anew for each schedule, so only for those that are used. */
static void judge_families(const struct judge_input *input, struct judgement *judgement)
{
	struct stat_schedule rounds = stat_schedule_make(input->rounds, input->rounds);
	struct stat_design design;
	bool sampled = false, demoted = false;

	for (size_t i = 0; i < judgement->count; i++) {
		demoted |= judgement->all[i].demoted;
		sampled |= !judgement->all[i].demoted;
	}
	if (sampled) {
		judgement->schedule = stat_schedule_make(input->first, input->most);
		stat_design_make(&judgement->schedule, STAT_ALPHA, &design);
		for (enum family which = 0; which <= FAMILY_NONE; which++)
			if (which != FAMILY_DEMOTED)
				judge_family(&design, judgement, which);
	}
	if (demoted) {
		stat_design_make(&rounds, STAT_ALPHA, &design);
		judge_family(&design, judgement, FAMILY_DEMOTED);
	}
}

void judge(const struct judge_input *input, struct judgement *ret_judgement)
{
	struct judgement judgement = { 0 };

	for (size_t from = 0, to; from < input->count; from = to) {
		for (to = from + 1;
		     to < input->count && same_question(&input->values[to], &input->values[from]);)
			to++;
		compare_question(input, input->values + from, to - from, &judgement);
	}
	judge_families(input, &judgement);
	for (size_t i = 0; i < input->lost_count; i++) {
		struct judge_lost *lost = &input->lost[i];

		lost->p = stat_fisher_more(lost->lost, lost->loads, lost->base_lost,
					   lost->base_loads);
	}
	*ret_judgement = judgement;
}

const struct judged *judgement_headline(const struct judgement *judgement, size_t isa,
					size_t subject)
{
	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *one = &judgement->all[i];

		if (one->isa == isa && one->subject == subject && one->headline)
			return one;
	}
	return NULL;
}

bool judge_is_open(const struct judge_input *input, const struct judgement *judgement, size_t isa,
		   size_t subject)
{
	const struct judged *headline = judgement_headline(judgement, isa, subject);

	for (size_t i = 0; i < input->lost_count; i++)
		if (input->lost[i].isa == isa && input->lost[i].subject == subject &&
		    input->lost[i].lost)
			return false;
	return headline && headline->comparison.verdict == STAT_UNKNOWN;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdicts of a campaign's sampled lane, out of the medians of its loads. Structs in, structs
 * out.
 *
 *	CLEANUP(judge_input_release) struct judge_input input = { 0 };
 *	judge_read(conn, &campaign, &input);			// judge-read.h
 *	CLEANUP(judgement_release) struct judgement judgement = { 0 };
 *	judge(&input, &judgement);
 *
 * Families of comparisons, each with its own Holm and its own 5 %: the headline (one metric of one
 * workload, every variant, every ISA), which decides how many blocks are bought; all other sampled
 * ones; and metrics of the exact lane that varied although they should not: they are demoted, and
 * treated as if they had been sampled, their rounds for blocks.
 *
 * The null control is compared too, by itself: it belongs to no family, for nobody claims anything
 * of it.
 */
#ifndef RUNWAY_SERVER_JUDGE_H
#define RUNWAY_SERVER_JUDGE_H

#include <stdint.h>

#include "lib/metric.h"
#include "server/stat-blocks.h"

#define JUDGE_ISAS_MAX 2
#define JUDGE_DEMOTED_MARGIN 0.005 /* of metrics that have none because they should be exact */
#define JUDGE_HEADLINE_METRIC "host_ipi_per_guest_ipi"
/* The target exits all the time: where kicks are lost or spared. */
#define JUDGE_HEADLINE_WORKLOAD "ipi-storm"

/* The median of a load's repetitions. Rising by ISA, metric, workload, kind, subject, block. */
struct judge_value {
	size_t isa;
	size_t subject; /* as the campaign's variants; their count: the null control */
	size_t block;	/* from 1 */
	const struct metric *metric;
	char *workload, *kind; /* kind "" when the metric has none */
	double median;
	int64_t host, block_id;
};

/* Loads that came to no result, of one variant on one ISA. */
struct judge_lost {
	size_t isa, subject;
	unsigned loads, lost;		/* its own */
	unsigned base_loads, base_lost; /* of any campaign's base on that ISA */
	double p;			/* one-sided: by chance this many more than the base */
};

struct judge_blocks {
	char isa[8];
	size_t settled, planned; /* blocks */
	size_t spent;		 /* loads with a result */
	double load_s;		 /* what one takes here; 0: not known */
};

struct judge_input {
	struct judge_blocks isas[JUDGE_ISAS_MAX];
	size_t isas_count;
	size_t subjects;    /* the campaign's variants, the base first */
	size_t first, most; /* blocks: before the first look, and at all */
	size_t rounds;	    /* of the exact lane, the blocks of demoted metrics */
	struct judge_value *values;
	size_t count, capacity;
	struct judge_lost *lost;
	size_t lost_count, lost_capacity;
};

struct judged {
	size_t isa, subject;
	const struct metric *metric;
	const char *workload, *kind; /* the input's */
	bool headline, demoted, control;
	struct stat_pair *pairs;
	struct stat_comparison comparison;
};

struct judgement {
	struct stat_schedule schedule; /* no looks: nothing sampled was measured */
	struct judged *all;
	size_t count, capacity;
};

void judge_input_release(struct judge_input *input);

void judge(const struct judge_input *input, struct judgement *ret_judgement);
void judgement_release(struct judgement *judgement);

/* The headline of a variant on an ISA; NULL when it was not measured. */
const struct judged *judgement_headline(const struct judgement *judgement, size_t isa,
					size_t subject);
/* Whether more blocks on that ISA would help the variant: its headline is unknown, and it lost no
 * load. */
bool judge_is_open(const struct judge_input *input, const struct judgement *judgement, size_t isa,
		   size_t subject);
const char *judged_family_name(const struct judged *judged); /* NULL: of none, the null control */
bool judge_is_headline(const struct metric *metric, const char *workload);

#endif

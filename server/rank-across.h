/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One series over all ISAs of a campaign: its overall place, and whether the ISAs agree about it.
 * Structs in, structs out.
 *
 *	struct rank_side sides[] = { { "svm", result, base }, { "vmx", result, base } };
 *	CLEANUP(rank_across_release) struct rank_across across = { 0 };
 *	rank_across(sides, 2, &across);
 */
#ifndef RUNWAY_SERVER_RANK_ACROSS_H
#define RUNWAY_SERVER_RANK_ACROSS_H

#include "server/rank.h"

/* A series on one ISA, and the base there. */
struct rank_side {
	const char *isa;
	const struct rank_result *result, *base;
};

enum rank_agreement {
	RANK_AGREE,   /* also: too early to say, or one ISA */
	RANK_SPLIT,   /* better than the base on one ISA, worse or out on another */
	RANK_PARTIAL, /* measured on some of the ISAs only, and nothing is still to come */
};

const char *rank_agreement_name(enum rank_agreement agreement); /* NULL for RANK_AGREE */

struct rank_across {
	unsigned overall; /* the worst place; 0 when an ISA has none: never an average */
	enum rank_agreement agreement;
	char *sentence; /* what a person should know of it; NULL for RANK_AGREE */
};

void rank_across(const struct rank_side *sides, size_t count, struct rank_across *ret_across);
void rank_across_release(struct rank_across *across);

#endif

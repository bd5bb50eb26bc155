/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the author of a series said beforehand that it would move, and whether it did. Structs in,
 * structs out.
 *
 *	struct expectation expectations[EXPECTATIONS_MAX];
 *	rc = expectations_parse("exit_window:less,exit_path:same", expectations, &count, err);
 *	outcome = mechanism_judge(&expectations[0], result, base, headline, &sentence);
 *
 * An exact metric is looked at on exits of the headline's kind, a sampled one on the headline's
 * workload. Only what is shown counts: an effect that is unknown confirms and refutes nothing.
 */
#ifndef RUNWAY_SERVER_MECHANISM_H
#define RUNWAY_SERVER_MECHANISM_H

#include "lib/err.h"
#include "server/judge.h"
#include "server/rank.h"

#define EXPECTATIONS_MAX 16
#define EXPECTATIONS_TEXT_MAX 512

enum direction { DIRECTION_LESS, DIRECTION_MORE, DIRECTION_SAME };

const char *direction_name(enum direction direction);

struct expectation {
	const struct metric *metric;
	enum direction direction;
};

/* -EINVAL with a sentence: no such metric, no such direction, a metric twice, too many. ret has
 * room for EXPECTATIONS_MAX. */
int expectations_parse(const char *text, struct expectation *ret, size_t *ret_count,
		       struct err *err);

enum outcome { OUTCOME_UNDECIDED, OUTCOME_CONFIRMED, OUTCOME_REFUTED };

const char *outcome_name(enum outcome outcome);

/* result and base on one ISA; sampled: the judgement of the metric's headline workload there, NULL
 * when there is none. ret_sentence says what was seen; free() it. */
enum outcome mechanism_judge(const struct expectation *expectation,
			     const struct rank_result *result, const struct rank_result *base,
			     const struct judged *sampled, char **ret_sentence);

#endif

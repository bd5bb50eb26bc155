// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/mechanism.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

static const char *const directions[] = { "less", "more", "same" };

const char *direction_name(enum direction direction)
{
	return directions[direction];
}

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = { "undecided", "confirmed", "refuted" };

	return names[outcome];
}

static int parse_one(const char *text, struct expectation *ret, struct err *err)
{
	size_t length = strcspn(text, ":");
	CLEANUP(free_ptr) char *name = xstrndup(text, length);
	const char *direction = text[length] ? text + length + 1 : "";

	ret->metric = metric_find(name);
	if (!ret->metric || ret->metric->role == METRIC_DETAIL)
		return err_set(err, -EINVAL,
			       "Nothing can be expected of \"%.64s\": it is no metric that is "
			       "judged. docs/ranking.md names them.",
			       name);
	for (size_t i = 0; i < sizeof(directions) / sizeof(directions[0]); i++)
		if (!strcmp(direction, directions[i])) {
			ret->direction = (enum direction)i;
			return 0;
		}
	return err_set(err, -EINVAL,
		       "An expectation is METRIC:less, METRIC:more or METRIC:same, not \"%.80s\".",
		       text);
}

int expectations_parse(const char *text, struct expectation *ret, size_t *ret_count,
		       struct err *err)
{
	size_t count = 0;

	if (strlen(text) > EXPECTATIONS_TEXT_MAX)
		return err_set(err, -EINVAL, "Expectations have at most %d characters.",
			       EXPECTATIONS_TEXT_MAX);
	for (const char *at = text; *at;) {
		size_t length = strcspn(at, ",");
		CLEANUP(free_ptr) char *one = xstrndup(at, length);
		int rc;

		if (count == EXPECTATIONS_MAX)
			return err_set(err, -EINVAL, "A series has at most %d expectations.",
				       EXPECTATIONS_MAX);
		rc = parse_one(one, &ret[count], err);
		if (rc < 0)
			return rc;
		for (size_t i = 0; i < count; i++)
			if (ret[i].metric == ret[count].metric)
				return err_set(err, -EINVAL, "%s is expected twice.",
					       ret[i].metric->name);
		count++;
		at += length + (at[length] == ',');
	}
	*ret_count = count;
	return 0;
}

static const struct rank_metric *find_exact(const struct rank_result *result,
					    const struct metric *metric)
{
	for (size_t i = 0; i < result->metrics_count; i++)
		if (result->metrics[i].metric == metric &&
		    !strcmp(result->metrics[i].kind, RANK_HEADLINE_KIND))
			return &result->metrics[i];
	return NULL;
}

static enum outcome compare(enum direction seen, enum direction expected)
{
	return seen == expected ? OUTCOME_CONFIRMED : OUTCOME_REFUTED;
}

static enum outcome judge_exact(const struct expectation *expectation,
				const struct rank_result *result, const struct rank_result *base,
				char **ret_sentence)
{
	const struct rank_metric *own = find_exact(result, expectation->metric);
	const struct rank_metric *of_base = find_exact(base, expectation->metric);

	if (!own || !of_base) {
		*ret_sentence = xasprintf("%s of %s exits was not measured.",
					  expectation->metric->name, RANK_HEADLINE_KIND);
		return OUTCOME_UNDECIDED;
	}
	if (own->spread > 0 || of_base->spread > 0) {
		*ret_sentence = xasprintf("%s of %s exits varied, so it is not exact.",
					  expectation->metric->name, RANK_HEADLINE_KIND);
		return OUTCOME_UNDECIDED;
	}
	*ret_sentence = xasprintf("%s of %s exits: %g of the base, %g of this series.",
				  expectation->metric->name, RANK_HEADLINE_KIND, of_base->value,
				  own->value);
	return compare(own->value < of_base->value   ? DIRECTION_LESS
		       : own->value > of_base->value ? DIRECTION_MORE
						     : DIRECTION_SAME,
		       expectation->direction);
}

static enum outcome judge_sampled(const struct expectation *expectation,
				  const struct judged *sampled, char **ret_sentence)
{
	const struct stat_comparison *comparison = &sampled->comparison;

	if (isnan(comparison->effect) || !isfinite(comparison->within.low) ||
	    !isfinite(comparison->within.high)) {
		*ret_sentence =
			xasprintf("%s of %s: %zu blocks bound no effect.",
				  expectation->metric->name, sampled->workload, comparison->n);
		return OUTCOME_UNDECIDED;
	}
	*ret_sentence =
		xasprintf("%s of %s: %+.1f %%, %+.1f to %+.1f %% in %zu blocks: %s.",
			  expectation->metric->name, sampled->workload, 100 * comparison->effect,
			  100 * comparison->within.low, 100 * comparison->within.high,
			  comparison->n, stat_verdict_name(comparison->verdict));
	if (comparison->verdict == STAT_UNKNOWN)
		return OUTCOME_UNDECIDED;
	return compare(comparison->verdict == STAT_SAME ? DIRECTION_SAME
		       : comparison->effect < 0		? DIRECTION_LESS
							: DIRECTION_MORE,
		       expectation->direction);
}

enum outcome mechanism_judge(const struct expectation *expectation,
			     const struct rank_result *result, const struct rank_result *base,
			     const struct judged *sampled, char **ret_sentence)
{
	if (strcmp(expectation->metric->lane, "smp") != 0)
		return judge_exact(expectation, result, base, ret_sentence);
	if (sampled)
		return judge_sampled(expectation, sampled, ret_sentence);
	*ret_sentence = xasprintf("%s was not measured in %s.", expectation->metric->name,
				  JUDGE_HEADLINE_WORKLOAD);
	return OUTCOME_UNDECIDED;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether there is anything to bisect: the change must have been seen, and be more than noise. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/list.h"
#include "server/bisect-values.h"
#include "server/judge-read.h"
#include "server/rank.h"
#include "server/series.h"

static int check_metric(const struct bisect_request *request, struct bisection *bisection,
			struct err *err)
{
	bool race;

	bisection->metric = metric_find(request->metric);
	if (!bisection->metric || bisection->metric->role == METRIC_DETAIL)
		return err_set(err, -EINVAL,
			       "\"metric\" must be one that is ranked or judged, such as exit_path "
			       "or " JUDGE_HEADLINE_METRIC ".");
	bisection->exact = strcmp(bisection->metric->lane, "smp") != 0;
	race = !strcmp(bisection->metric->lane, "race");
	if (race && !(*request->workload && *request->kind))
		return err_set(err, -EINVAL,
			       "%s has a value for each sender: say which \"workload\" and \"kind\", "
			       "as the ranking has them.",
			       bisection->metric->name);
	bisection->workload = xstrdup(*request->workload ? request->workload
				      : bisection->exact ? "exit-" RANK_HEADLINE_KIND
							 : JUDGE_HEADLINE_WORKLOAD);
	bisection->kind = xstrdup(*request->kind     ? request->kind
				  : bisection->exact ? RANK_HEADLINE_KIND
						     : "");
	return 0;
}

/* Exact counts: every load agrees, and the series' with none of the base's. */
static int check_exact(struct db_conn *conn, const struct variant *variant,
		       struct bisection *bisection, struct err *err)
{
	CLEANUP(bisect_values_release) struct bisect_values values = { 0 };
	const struct bisect_value *base = NULL, *whole = NULL;

	bisect_values_read(conn, bisection->source, bisection, &values);
	for (size_t i = 0; i < values.count; i++) {
		const struct bisect_value *value = &values.all[i];
		const struct bisect_value **seen = value->position == 0 ? &base : &whole;

		if (value->position != 0 && value->position != (size_t)variant->position)
			continue;
		if (*seen && (*seen)->median != value->median)
			return err_set(err, -EEXIST,
				       "%s of %s varied between loads, so it is no exact count "
				       "here: there is nothing to compare by.",
				       bisection->metric->name,
				       value->position ? variant->series : "the base");
		*seen = value;
	}
	if (!base || !whole)
		return err_set(err, -EEXIST,
			       "%s of %s was not measured in %s on %s in campaign %" PRId64 ".",
			       bisection->metric->name, base ? variant->series : "the base",
			       bisection->workload, bisection->isa, bisection->source);
	if (base->median == whole->median)
		return err_set(err, -EEXIST,
			       "%s of %s is the base's, %g, in %s on %s: there is nothing to look "
			       "for.",
			       bisection->metric->name, variant->series, base->median,
			       bisection->workload, bisection->isa);
	bisection->more = whole->median > base->median;
	return 0;
}

static const struct judged *find_judged(const struct judge_input *input,
					const struct judgement *judgement,
					const struct variant *variant,
					const struct bisection *bisection)
{
	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *one = &judgement->all[i];

		if (one->subject == (size_t)variant->position && one->metric == bisection->metric &&
		    !strcmp(input->isas[one->isa].isa, bisection->isa) &&
		    !strcmp(one->workload, bisection->workload) &&
		    !strcmp(one->kind, bisection->kind))
			return one;
	}
	return NULL;
}

/* Sampled ones: the campaign's verdict. */
static int check_sampled(struct db_conn *conn, const struct campaign *source,
			 const struct variant *variant, struct bisection *bisection, struct err *err)
{
	CLEANUP(judge_input_release) struct judge_input input = { 0 };
	CLEANUP(judgement_release) struct judgement judgement = { 0 };
	const struct judged *judged;
	enum stat_verdict verdict;

	judge_read(conn, source, &input);
	judge(&input, &judgement);
	judged = find_judged(&input, &judgement, variant, bisection);
	if (!judged)
		return err_set(err, -EEXIST,
			       "%s of %s was not measured in %s on %s in campaign %" PRId64 ".",
			       bisection->metric->name, variant->series, bisection->workload,
			       bisection->isa, bisection->source);
	verdict = judged->comparison.verdict;
	if (verdict != STAT_BETTER && verdict != STAT_WORSE)
		return err_set(err, -EEXIST,
			       "%s of %s is \"%s\" in %s on %s in campaign %" PRId64 ": %s",
			       bisection->metric->name, variant->series, stat_verdict_name(verdict),
			       bisection->workload, bisection->isa, bisection->source,
			       verdict == STAT_SAME
				       ? "there is nothing to look for."
				       : "measure more blocks (loads.smp_most) before you look "
					 "for the patch.");
	bisection->more = judged->comparison.effect > 0;
	return 0;
}

static int check_series(struct db_conn *conn, const struct variant *variant,
			struct bisection *bisection, struct err *err)
{
	CLEANUP(series_release) struct series series = { 0 };
	struct stat_bisect plan;

	if (!variant->series_id || series_read(conn, variant->series_id, &series) < 0)
		return err_set(err, -EINVAL, "The base has no patches to look among.");
	if (series.patches_count < 2)
		return err_set(err, -EEXIST, "%s has one patch: it is that one.", series.name);
	if (series.patches_count > STAT_BISECT_PATCHES_MAX)
		return err_set(err, -EINVAL,
			       "%s has %zu patches, and at most %d can be bisected. Submit the "
			       "later half on a base that has the first.",
			       series.name, series.patches_count, STAT_BISECT_PATCHES_MAX);
	bisection->series_id = variant->series_id;
	bisection->patches = series.patches_count;
	plan = stat_bisect_plan(bisection->patches, bisection->confidence);
	if (!bisection->exact && bisection->blocks_most < (int64_t)plan.blocks)
		return err_set(err, -EINVAL,
			       "\"blocks_most\" is %" PRId64 ", and the first answer takes %zu "
			       "blocks at this confidence.",
			       bisection->blocks_most, plan.blocks);
	return 0;
}

int bisect_premise(struct db_conn *conn, const struct bisect_request *request,
		   struct bisection *ret_bisection, struct err *err)
{
	CLEANUP(campaign_release) struct campaign source = { 0 };
	CLEANUP(bisection_release)
	struct bisection bisection = { .source = request->source,
				       .confidence = request->confidence,
				       .blocks_most = request->blocks_most };
	const struct variant *variant;
	int rc;

	if (campaign_read(conn, request->source, &source) < 0)
		return err_set(err, -ENOENT, "There is no campaign with this number.");
	variant = campaign_variant(&source, request->series);
	if (!variant)
		return err_set(err, -ENOENT, "There is no series %.64s in this campaign.",
			       request->series);
	if (!list_has(source.isa, request->isa))
		return err_set(err, -EINVAL, "This campaign was measured on %s.", source.isa);
	if (!source.finished_ms)
		return err_set(err, -EEXIST, "This campaign has not ended. Wait for its verdicts.");
	bisection.isa = xstrdup(request->isa);
	if ((rc = check_metric(request, &bisection, err)) < 0 ||
	    (rc = check_series(conn, variant, &bisection, err)) < 0)
		return rc;
	rc = bisection.exact ? check_exact(conn, variant, &bisection, err)
			     : check_sampled(conn, &source, variant, &bisection, err);
	if (rc < 0)
		return rc;
	*ret_bisection = bisection;
	bisection = (struct bisection){ 0 };
	return 0;
}

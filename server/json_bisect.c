// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/json_bisect.h"

#include <math.h>

#include "lib/alloc.h"
#include "server/json_decode.h"

#define CONFIDENCE_LEAST 0.8
#define CONFIDENCE_MOST 0.999

static double read_confidence(struct decode *d)
{
	double confidence = BISECT_CONFIDENCE;

	if (d->object && json_object_get(d->object, "confidence"))
		confidence = decode_real(d, "confidence");
	if (!d->rc && !(confidence >= CONFIDENCE_LEAST && confidence <= CONFIDENCE_MOST))
		decode_fail(d, "\"confidence\" is a share from %g to %g, such as 0.95.",
			    CONFIDENCE_LEAST, CONFIDENCE_MOST);
	return confidence;
}

int json_bisect_request(const struct buf *body, struct bisect_request *ret_request, struct err *err)
{
	struct bisect_request request = { .source = 0 };
	CLEANUP(json_free) json_t *root = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the bisection", .err = err, .rc = rc };

	if (rc < 0)
		return rc;
	decode_only(&d, (const char *const[]){ "series", "metric", "isa", "workload", "kind",
					       "confidence", "blocks_most", NULL });
	decode_word(&d, "series", true, request.series, sizeof(request.series));
	decode_word(&d, "metric", true, request.metric, sizeof(request.metric));
	decode_word(&d, "isa", true, request.isa, sizeof(request.isa));
	decode_word(&d, "workload", false, request.workload, sizeof(request.workload));
	decode_word(&d, "kind", false, request.kind, sizeof(request.kind));
	request.confidence = read_confidence(&d);
	request.blocks_most =
		decode_int(&d, "blocks_most", 1, BISECT_BLOCKS_LIMIT, BISECT_BLOCKS_MOST);
	if (!d.rc)
		*ret_request = request;
	return d.rc;
}

static void write_bound(struct json_writer *w, const char *key, double value)
{
	json_write_real(w, key, isfinite(value) ? value : NAN);
}

/* number_key: what its number counts. */
static void write_point(struct json_writer *w, const char *key, const char *number_key,
			const struct bisect_point *point)
{
	json_write_object(w, key);
	json_write_int(w, number_key, (int64_t)point->number);
	json_write_text(w, "series", point->variant ? point->variant->series : NULL);
	json_write_text(w, "state", point->variant ? point->variant->state : NULL);
	json_write_text(w, "answer", bisect_answer_name(point->answer));
	json_write_text(w, "trouble", point->trouble);
	json_write_int(w, "blocks", (int64_t)point->blocks);
	json_write_real(w, "base", point->base);
	json_write_real(w, "value", point->value);
	json_write_real(w, "whole", point->whole);
	json_write_real(w, "effect", point->effect);
	write_bound(w, "low", point->within.low);
	write_bound(w, "high", point->within.high);
	json_write_end(w, '}');
}

static void write_culprit(struct json_writer *w, const struct bisect_state *state,
			  const struct series *series)
{
	const struct patch *patch;

	if (state->outcome != BISECT_NAMED || state->first > series->patches_count) {
		json_write_null(w, "culprit");
		return;
	}
	patch = &series->patches[state->first - 1];
	json_write_object(w, "culprit");
	json_write_int(w, "number", patch->number);
	json_write_text(w, "subject", patch->subject);
	json_write_text(w, "author", patch->author);
	json_write_end(w, '}');
}

static void write_question(struct json_writer *w, const struct bisection *bisection,
			   const struct bisect_state *state, const struct series *series)
{
	json_write_text(w, "series", series->name);
	json_write_int(w, "patches", (int64_t)bisection->patches);
	json_write_text(w, "isa", bisection->isa);
	json_write_text(w, "lane", bisection->metric->lane);
	json_write_text(w, "metric", bisection->metric->name);
	json_write_text(w, "workload", bisection->workload);
	json_write_text(w, "kind", *bisection->kind ? bisection->kind : NULL);
	json_write_text(w, "direction", bisection->more ? "more" : "less");
	json_write_real(w, "confidence", bisection->confidence);
	json_write_real(w, "error", state->plan.error);
	json_write_int_or_null(w, "blocks_most", bisection->exact ? 0 : bisection->blocks_most);
	json_write_int(w, "blocks", state->blocks);
}

void json_bisection(struct json_writer *w, const struct bisection *bisection,
		    const struct bisect_state *state, const struct campaign *campaign,
		    const struct series *series)
{
	CLEANUP(free_ptr) char *sentence = bisect_sentence(bisection, state);

	json_write_object(w, NULL);
	json_write_int(w, "campaign", campaign->id);
	json_write_int(w, "source", bisection->source);
	json_write_text(w, "state", campaign->state);
	json_write_text(w, "reason", campaign->reason);
	write_question(w, bisection, state, series);
	json_write_text(w, "outcome", bisect_outcome_name(state->outcome));
	json_write_text(w, "sentence", sentence);
	json_write_int(w, "first", (int64_t)state->first);
	json_write_int(w, "last", (int64_t)state->last);
	write_culprit(w, state, series);
	json_write_array(w, "posterior");
	for (size_t j = 1; j <= bisection->patches; j++)
		json_write_real(w, NULL, state->posterior[j]);
	json_write_end(w, ']');
	json_write_array(w, "points");
	for (size_t k = 1; k < bisection->patches; k++)
		if (state->points[k].variant)
			write_point(w, NULL, "patches", &state->points[k]);
	json_write_end(w, ']');
	if (state->verify.variant)
		write_point(w, "without", "patch", &state->verify);
	else
		json_write_null(w, "without");
	json_write_end(w, '}');
}

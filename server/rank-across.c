// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/rank-across.h"

#include <stdlib.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

#define SENTENCE_MAX_BYTES 1024

const char *rank_agreement_name(enum rank_agreement agreement)
{
	static const char *const names[] = { NULL, "split", "partial" };

	return names[agreement];
}

static unsigned overall(const struct rank_side *sides, size_t count)
{
	unsigned worst = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned place = sides[i].result->place;

		if (!place)
			return 0;
		worst = place > worst ? place : worst;
	}
	return worst;
}

static bool is_better(const struct rank_side *side)
{
	return side->result->place && side->result->place < side->base->place;
}

/* Behind the base, or out: a series that wins on one vendor and panics on the other is no tie. */
static bool is_worse(const struct rank_side *side)
{
	if (side->result->status == RANK_STATUS_DISQUALIFIED ||
	    side->result->status == RANK_STATUS_FAILED)
		return true;
	return side->result->place && side->base->place && side->result->place > side->base->place;
}

/* Whether it got as far as being measured there. */
static bool is_measured(const struct rank_side *side)
{
	return side->result->metrics_count || side->result->gates_run || side->result->place;
}

static void say_side(struct buf *text, const struct rank_side *side)
{
	const struct rank_result *result = side->result;

	if (is_better(side))
		buf_printf(text, "better than the base on %s (place %u, the base %u)", side->isa,
			   result->place, side->base->place);
	else if (result->place && side->base->place && result->place > side->base->place)
		buf_printf(text, "worse on %s (place %u, the base %u)", side->isa, result->place,
			   side->base->place);
	else if (result->place)
		buf_printf(text, "the base's equal on %s", side->isa);
	else
		buf_printf(text, "%s on %s", rank_status_name(result->status), side->isa);
}

/* "Better than …, worse on …." */
static char *split_sentence(const struct rank_side *sides, size_t count)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(SENTENCE_MAX_BYTES);

	/* The wins first, whatever the order of the ISAs. */
	for (int wins = 1; wins >= 0; wins--)
		for (size_t i = 0; i < count; i++) {
			if (is_better(&sides[i]) != (bool)wins)
				continue;
			if (text.length)
				buf_puts(&text, ", ");
			say_side(&text, &sides[i]);
		}
	text.data[0] = (char)(text.data[0] - 'a' + 'A'); /* "better": a win is always there */
	buf_puts(&text, ".");
	return xstrdup(text.data);
}

/* "Measured on svm only; failed on vmx." */
static char *partial_sentence(const struct rank_side *sides, size_t count)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(SENTENCE_MAX_BYTES);

	buf_puts(&text, "Measured on");
	for (size_t i = 0; i < count; i++)
		if (is_measured(&sides[i]))
			buf_printf(&text, " %s", sides[i].isa);
	buf_puts(&text, " only; ");
	for (size_t i = 0, said = 0; i < count; i++)
		if (!is_measured(&sides[i]))
			buf_printf(&text, "%s%s on %s", said++ ? ", " : "",
				   rank_status_name(sides[i].result->status), sides[i].isa);
	buf_puts(&text, ".");
	return xstrdup(text.data);
}

void rank_across(const struct rank_side *sides, size_t count, struct rank_across *ret_across)
{
	struct rank_across across = { .overall = overall(sides, count) };
	size_t better = 0, worse = 0, measured = 0, pending = 0;

	for (size_t i = 0; i < count; i++) {
		better += is_better(&sides[i]);
		worse += is_worse(&sides[i]);
		measured += is_measured(&sides[i]);
		pending += sides[i].result->status == RANK_STATUS_PENDING;
	}
	if (better && worse) {
		across.agreement = RANK_SPLIT;
		across.sentence = split_sentence(sides, count);
	} else if (measured && measured < count && !pending) {
		across.agreement = RANK_PARTIAL;
		across.sentence = partial_sentence(sides, count);
	}
	*ret_across = across;
}

void rank_across_release(struct rank_across *across)
{
	free(across->sentence);
	*across = (struct rank_across){ 0 };
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What came out of a bisection, in a sentence. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/alloc.h"
#include "server/bisect.h"

/* "45, as the base's 45 (274 with it)" or "+0.1 % (-0.4 to +0.6 %) of the base". */
static char *without_text(const struct bisection *bisection, const struct bisect_point *point)
{
	if (!point->blocks)
		return xstrdup("the same code");
	if (bisection->exact)
		return xasprintf("%s is %g, with it %g, in the base %g", bisection->metric->name,
				 point->value, point->whole, point->base);
	if (isinf(point->within.low))
		return xasprintf("%s is %+.1f %% of the base's", bisection->metric->name,
				 100 * point->effect);
	return xasprintf("%s differs from the base's by %+.1f %% (%+.1f to %+.1f %%)",
			 bisection->metric->name, 100 * point->effect, 100 * point->within.low,
			 100 * point->within.high);
}

static char *verified_text(const struct bisection *bisection, const struct bisect_state *state)
{
	CLEANUP(free_ptr) char *without = without_text(bisection, &state->verify);

	switch (state->outcome) {
	case BISECT_NAMED:
		return xasprintf("Patch %zu of %zu did it: without it %s.", state->first,
				 bisection->patches, without);
	case BISECT_PARTLY:
		return xasprintf("Patch %zu of %zu is part of it: without it %s.", state->first,
				 bisection->patches, without);
	default:
		return xasprintf("Patch %zu of %zu was left over, but is not the one: without it "
				 "%s, which is as the whole series.",
				 state->first, bisection->patches, without);
	}
}

static char *unverified_text(const struct bisection *bisection, const struct bisect_state *state)
{
	const char *why = state->verify.trouble ? state->verify.trouble
			  : state->out_of_blocks
				  ? "The budget of blocks is spent."
				  : "Its blocks were too few, or too noisy, to tell.";

	return xasprintf("Patch %zu of %zu is suspected. It is not named, because the series "
			 "without it could not be measured to an end: %s",
			 state->first, bisection->patches, why);
}

static char *unknown_text(const struct bisection *bisection, const struct bisect_state *state)
{
	const char *trouble = NULL;
	bool between = false;

	for (size_t k = state->first; k < state->last; k++) {
		between |= state->points[k].answer == STAT_BETWEEN;
		if (state->points[k].answer == STAT_UNDECIDED)
			trouble = state->points[k].trouble ? state->points[k].trouble
							   : "Its blocks did not tell.";
	}
	if (between && !state->out_of_blocks)
		return xasprintf("Not one patch alone: of patches %zu to %zu several change it.",
				 state->first, state->last);
	if (state->out_of_blocks)
		return xasprintf("Unknown between patches %zu and %zu of %zu: the budget of "
				 "%" PRId64 " blocks is spent.",
				 state->first, state->last, bisection->patches,
				 bisection->blocks_most);
	return xasprintf("Unknown between patches %zu and %zu of %zu: what lies between could not "
			 "be told from both. %s",
			 state->first, state->last, bisection->patches, trouble ? trouble : "");
}

char *bisect_sentence(const struct bisection *bisection, const struct bisect_state *state)
{
	switch (state->outcome) {
	case BISECT_SEARCHING:
		return xasprintf("It is among patches %zu to %zu of %zu.", state->first,
				 state->last, bisection->patches);
	case BISECT_VERIFYING:
		return xasprintf("Patch %zu of %zu is left. It is named once the series without it "
				 "was measured.",
				 state->first, bisection->patches);
	case BISECT_NAMED:
	case BISECT_PARTLY:
	case BISECT_REFUTED:
		return verified_text(bisection, state);
	case BISECT_UNVERIFIED:
		return unverified_text(bisection, state);
	case BISECT_UNKNOWN:
		return unknown_text(bisection, state);
	case BISECT_NOTHING:
		break;
	}
	return xstrdup("The whole series could not be measured again, or its code is the base's: "
		       "there is nothing to look for.");
}

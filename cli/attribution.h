/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which patch of a series did it: from a campaign of the series, of its beginnings and of what is
 * left without each patch, as `runway submit --parts` makes them.
 *
 *	struct attribution of = attribution_find(&ranking, "svm", "exit_path", "fix");
 *	if (of.patches[1].outcome == ATTRIBUTION_VERIFIED) ... of.patches[1].step ...
 *
 * A step is what a patch adds to those before it; undone, what leaving it out of the whole takes
 * back. A patch is named only when both are the same: it does it after the others, and the others do
 * not do it without it.
 */
#ifndef RUNWAY_CLI_ATTRIBUTION_H
#define RUNWAY_CLI_ATTRIBUTION_H

#include <stddef.h>

#include "cli/ranking.h"
#include "cli/statistics.h"

#define ATTRIBUTION_PATCHES_MAX 16

enum attribution_outcome {
	ATTRIBUTION_NONE,	/* the step is 0, and so is what leaving it out changes */
	ATTRIBUTION_VERIFIED,	/* leaving it out takes the step back, exactly */
	ATTRIBUTION_DEPENDS,	/* it does something, but not the same with and after the others */
	ATTRIBUTION_UNVERIFIED, /* its step is known; the series without it was not measured */
	ATTRIBUTION_UNKNOWN,	/* not even that */
};

struct attribution_patch {
	double step, undone; /* NAN: not measured */
	enum attribution_outcome outcome;
};

struct attribution {
	struct attribution_patch patches[ATTRIBUTION_PATCHES_MAX];
	size_t count; /* 0: the campaign has no parts of that series */
};

/* Of an exact metric on cpuid exits. */
struct attribution attribution_find(const struct ranking *ranking, const char *isa,
				    const char *metric, const char *series);
void attribution_print(const struct ranking *ranking, const struct statistics *statistics,
		       const char *series, const struct screen *screen);

/* How many patches the series has, by the names of its parts in the campaign; 0: no parts. */
size_t attribution_patches(const struct ranking *ranking, const char *series);

#endif

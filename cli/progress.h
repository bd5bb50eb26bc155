/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a campaign is at, for people who wait: a bar and a table redrawn in place on a terminal, one
 * plain line a change elsewhere.
 *
 *	CLEANUP(progress_release) struct progress progress = { .screen = &context->screen };
 *	while (…)
 *		progress_update(&progress, &campaign);
 */
#ifndef RUNWAY_CLI_PROGRESS_H
#define RUNWAY_CLI_PROGRESS_H

#include <stddef.h>

#include "cli/campaign.h"
#include "cli/screen.h"

struct progress {
	struct screen *screen;
	unsigned drawn_lines; /* of the table on the terminal, to go back over */
	char **last;	      /* per variant, what was said about it last; then the campaign */
	size_t last_count;
};

void progress_update(struct progress *progress, const struct campaign *campaign);
void progress_release(struct progress *progress);

/* "campaign 1: measuring, 12.5 s of about 1 min 20 s"; free() it. */
char *progress_summary(const struct campaign *campaign);

#endif

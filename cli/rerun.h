/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands that make a campaign again from a bundle of it (cli/export.c).
 *
 *	struct rerun rerun = { &campaign, &statistics, series, series_count };
 *	rc = rerun_write(&rerun, &script);
 */
#ifndef RUNWAY_CLI_RERUN_H
#define RUNWAY_CLI_RERUN_H

#include "cli/campaign.h"
#include "cli/series.h"
#include "cli/statistics.h"
#include "lib/buf.h"

struct rerun {
	const struct campaign *campaign;
	const struct statistics *statistics; /* its budget */
	const struct series *series;	     /* in the order of the variants */
	size_t series_count;
};

/* A shell script; -EFBIG when it does not fit. */
int rerun_write(const struct rerun *rerun, struct buf *script);
/* The README of a bundle. */
int rerun_describe(const struct rerun *rerun, struct buf *text);

#endif

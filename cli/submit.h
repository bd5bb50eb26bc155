/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two ways to submit share: submit.c (mboxes) and submit-branch.c. */
#ifndef RUNWAY_CLI_SUBMIT_H
#define RUNWAY_CLI_SUBMIT_H

#include "cli/context.h"
#include "cli/series.h"

/* Asks for a branch and waits until it is fetched; arguments: how many are left over. */
int submit_branch(struct context *context, const struct series_branch *branch, int arguments,
		  struct err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How small a difference a campaign on the smp lane can be expected to see, before it is asked for.
 */
#ifndef RUNWAY_CLI_NOISE_PLAN_H
#define RUNWAY_CLI_NOISE_PLAN_H

#include "cli/campaign.h"
#include "cli/context.h"
#include "cli/noise.h"

/*
 * Asks the server for the record of each host that could take part, and prints what it says. It is
 * only told when the smp lane is asked for. A server that refuses is no failure here.
 */
void noise_plan_print(struct context *context, const struct campaign_request *request);

/* "to see 1 % you need 14 blocks (42 loads), about 38 min"; blocks: how many are asked for, 0: not
 * said. free() it. */
char *noise_plan_sentence(const struct noise_record *record, double effect, int64_t blocks);

#endif

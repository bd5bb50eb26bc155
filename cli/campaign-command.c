// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"

/* To add a verb: a file that defines it, its declaration in commands.h, one row here, sorted. */
static const struct command *const verbs[] = {
	&campaign_cancel, &campaign_create, &campaign_list, &campaign_retry,
	&campaign_show,	  &campaign_watch,  NULL,
};

const struct command command_campaign = {
	.name = "campaign",
	.summary = "Create a campaign, list, show, watch, cancel or run them again",
	.verbs = verbs,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts as docs/api.md has them. */
#ifndef RUNWAY_SERVER_JSON_JUDGE_H
#define RUNWAY_SERVER_JSON_JUDGE_H

#include "server/campaign.h"
#include "server/json_write.h"
#include "server/judge.h"

/* What a campaign's sampled lane said, what it spent, what more would cost. */
void json_statistics(struct json_writer *w, const char *key, const struct campaign *campaign,
		     const struct judge_input *input, const struct judgement *judgement);

#endif

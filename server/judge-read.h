/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What judge() needs of a campaign, out of the database; and what null controls leave in it. */
#ifndef RUNWAY_SERVER_JUDGE_READ_H
#define RUNWAY_SERVER_JUDGE_READ_H

#include "server/campaign.h"
#include "server/judge.h"

void judge_read(struct db_conn *conn, const struct campaign *campaign,
		struct judge_input *ret_input);

/* Keeps what the null control showed, for the record of its host: the ratio of every settled block,
 * and the verdict. Again and again is fine: it is stored once. */
void judge_keep_null(struct db_conn *conn, int64_t campaign, const struct judge_input *input,
		     const struct judgement *judgement);

#endif

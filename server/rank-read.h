/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What rank() needs of a campaign on one ISA, out of the database.
 *
 *	CLEANUP(rank_input_release) struct rank_input input = { 0 };
 *	rank_read(conn, &campaign, "svm", &input);	// subjects in the order of campaign.variants
 *
 * Names point into the campaign, which must outlive the input.
 */
#ifndef RUNWAY_SERVER_RANK_READ_H
#define RUNWAY_SERVER_RANK_READ_H

#include "server/campaign.h"
#include "server/rank.h"

void rank_read(struct db_conn *conn, const struct campaign *campaign, const char *isa,
	       struct rank_input *ret_input);
void rank_input_release(struct rank_input *input);

#endif

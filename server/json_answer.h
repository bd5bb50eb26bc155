/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Structs into the documents of docs/api.md. Each writes one element; key is NULL in arrays and
 * for a whole document. */
#ifndef RUNWAY_SERVER_JSON_ANSWER_H
#define RUNWAY_SERVER_JSON_ANSWER_H

#include "server/campaign.h"
#include "server/json_write.h"
#include "server/lease.h"
#include "server/ranked.h"
#include "server/series.h"

void json_series(struct json_writer *w, const char *key, const struct series *series);
/* "note" and "same_tree" of a variant. */
void json_same_tree(struct json_writer *w, const struct variant *variant);
/* What is known of a campaign only when it is looked at by itself. */
struct campaign_outlook {
	double estimate_s;
	const char *waiting; /* campaign_waiting() */
};

/* outlook NULL: without it and without variants, for lists. */
void json_campaign(struct json_writer *w, const char *key, const struct campaign *campaign,
		   const struct campaign_outlook *outlook, int64_t now_ms);
/* {"lease", "expires_s", "task"} */
void json_lease(struct json_writer *w, const struct lease *lease, const struct task *task,
		double expires_s);

void json_ranking(struct json_writer *w, const struct campaign *campaign,
		  const struct ranked *ranked);

#endif

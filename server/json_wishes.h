/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a campaign wants beyond variants and lanes, decoded and written: priority, hosts by label,
 * workloads. Only json_*.c and handlers include this.
 */
#ifndef RUNWAY_SERVER_JSON_WISHES_H
#define RUNWAY_SERVER_JSON_WISHES_H

#include "server/campaign.h"
#include "server/json_decode.h"
#include "server/json_write.h"

/* An object of texts as "key=value" with commas, sorted, so that the same labels are the same text;
 * left as it is when the key is not there. */
void decode_labels(struct decode *d, const char *key, char *ret_labels, size_t bytes);
/* "rack=a,disk=ssd": {"rack":"a","disk":"ssd"} */
void json_write_labels(struct json_writer *w, const char *key, const char *labels);

/* After the lanes: each of them has to be left something to run. */
void decode_wishes(struct decode *d, struct campaign_request *request);

#endif

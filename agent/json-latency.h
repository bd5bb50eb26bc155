/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms of latencies as JSON: in from a host, where they are taken as hostile, out to the
 * server. */
#ifndef RUNWAY_AGENT_JSON_LATENCY_H
#define RUNWAY_AGENT_JSON_LATENCY_H

#include <jansson.h>
#include <stdbool.h>

#include "agent/latency.h"

/* False when anything is missing, out of range or out of order. */
bool json_latency_decode(json_t *line, struct latency *ret_latency);

/* clock: what a tick is, "instructions" or "emulated". */
json_t *json_latency_encode(const struct latency *latency, const char *clock);

#endif

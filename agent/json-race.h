/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Race maps as JSON: in from the benchmark's lines, out to the server. For json-*.c alone. */
#ifndef RUNWAY_AGENT_JSON_RACE_H
#define RUNWAY_AGENT_JSON_RACE_H

#include <jansson.h>

#include "agent/race.h"

/* False, and nothing to release, for a line that is not a sound map. */
bool json_race_decode(json_t *line, struct race_map *ret_map);
json_t *json_race_encode(const struct race_map *map);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dirty logs from the benchmark's lines. For json-*.c alone. */
#ifndef RUNWAY_AGENT_JSON_DIRTY_H
#define RUNWAY_AGENT_JSON_DIRTY_H

#include <jansson.h>
#include <stdbool.h>

#include "agent/dirty.h"

/* False for a line whose numbers cannot be of one dirty log. */
bool json_dirty_decode(json_t *line, struct dirty_log *ret_dirty);

#endif

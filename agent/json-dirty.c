// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json-dirty.h"

#include "agent/json-field.h"

static bool count(json_t *line, const char *key, uint64_t most, uint64_t *ret_count)
{
	return json_field_count(json_object_get(line, key), most, ret_count);
}

bool json_dirty_decode(json_t *line, struct dirty_log *ret_dirty)
{
	struct dirty_log dirty = { 0 };
	bool good =
		json_field_name(json_object_get(line, "workload"), dirty.workload,
				sizeof(dirty.workload)) &&
		json_field_name(json_object_get(line, "kind"), dirty.kind, sizeof(dirty.kind)) &&
		count(line, "requests", DIRTY_COUNT_MAX, &dirty.requests) && dirty.requests &&
		count(line, "pending", dirty.requests, &dirty.pending) &&
		count(line, "late", dirty.pending, &dirty.late) &&
		count(line, "latency", DIRTY_COUNT_MAX, &dirty.latency) &&
		(!dirty.latency || dirty.pending > dirty.late);

	if (good)
		*ret_dirty = dirty;
	return good;
}

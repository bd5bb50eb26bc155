// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dirty-log.h"

void dirty_result_add(struct dirty_result *result, const struct dirty_seen *seen)
{
	uint64_t pending = seen->pages & ~seen->logged;

	if (!result->requests++)
		result->first = seen->offset;
	result->last = seen->offset;
	if (!pending)
		return;
	result->pending++;
	result->pages += (uint64_t)__builtin_popcountll(pending);
	if (!seen->latency && !result->late++)
		result->first_late = seen->offset;
	if (seen->pages & ~seen->given && seen->latency > result->latency_max)
		result->latency_max = seen->latency;
}

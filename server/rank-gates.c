// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/rank-gates.h"

#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

static const struct rank_gate_summary *find_gate(const struct rank_result *result,
						 const struct rank_gate_summary *like)
{
	for (size_t i = 0; i < result->gates_count; i++)
		if (!strcmp(result->gates[i].gate, like->gate) &&
		    !strcmp(result->gates[i].workload, like->workload))
			return &result->gates[i];
	return NULL;
}

/* The failed gate to name: one that the base passes before one that it fails as well. NULL: none. */
static const struct rank_gate_summary *failed_gate(const struct rank_result *base,
						   const struct rank_result *result,
						   bool *ret_base_fails)
{
	const struct rank_gate_summary *found = NULL;

	*ret_base_fails = false;
	for (size_t i = 0; i < result->gates_count; i++) {
		const struct rank_gate_summary *gate = &result->gates[i], *of_base;
		bool base_fails;

		if (!gate->failed)
			continue;
		of_base = result == base ? NULL : find_gate(base, gate);
		base_fails = of_base && of_base->failed;
		if (found && (base_fails || !*ret_base_fails))
			continue;
		found = gate;
		*ret_base_fails = base_fails;
	}
	return found;
}

static void disqualify(const struct rank_gate_summary *gate, bool base_fails,
		       struct rank_result *result)
{
	CLEANUP(free_ptr) char *before = result->reason;

	result->status = RANK_STATUS_DISQUALIFIED;
	result->reason =
		xasprintf("The gate %s failed in %s (%zu of %zu runs): %s%s%s%s", gate->gate,
			  gate->workload, gate->failed, gate->runs, gate->detail,
			  base_fails ? "; the base fails it as well: look at the base and its host first"
				     : "",
			  before ? " Also: " : "", before ? before : "");
}

void rank_gates_judge(const struct rank_result *base, struct rank_result *result)
{
	bool base_fails;
	const struct rank_gate_summary *failed = failed_gate(base, result, &base_fails);

	if (failed) {
		disqualify(failed, base_fails, result);
		return;
	}
	for (size_t i = 0; i < base->gates_count; i++) {
		const struct rank_gate_summary *gate = &base->gates[i];

		if (find_gate(result, gate) || !gate->runs || result->status != RANK_STATUS_RANKED)
			continue;
		result->status = RANK_STATUS_UNRANKED;
		free(result->reason);
		result->reason = xasprintf("The gate %s of %s ran for the base and not for this "
					   "series.",
					   gate->gate, gate->workload);
	}
}

void rank_gates_add_not_run(const struct rank_result *base, struct rank_result *result)
{
	if (!result->gates_count)
		return;
	for (size_t i = 0; i < base->gates_count; i++) {
		if (find_gate(result, &base->gates[i]))
			continue;
		ARRAY_GROW(result->gates, result->gates_count, result->gates_capacity);
		result->gates[result->gates_count++] =
			(struct rank_gate_summary){ .gate = base->gates[i].gate,
						    .workload = base->gates[i].workload,
						    .detail = "not run" };
	}
}

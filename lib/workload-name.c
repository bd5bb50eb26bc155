// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/workload-name.h"

#include <string.h>

#include "lib/list.h"

/* To add a workload: its row in workloads/workload.c, then one here; sorted by name. */
const struct workload_name workload_names[] = {
	{ "dirty-log", "posted" },
	{ "dirty-log-tsc-deadline", "posted" },
	{ "exit-cpuid", "exact" },
	{ "exit-hlt", "exact" },
	{ "exit-hypercall", "exact" },
	{ "exit-icr", "exact" },
	{ "exit-io", "exact" },
	{ "exit-io-user", "exact" },
	{ "exit-msr", "exact" },
	{ "exit-tsc-deadline", "exact" },
	{ "ipi-all-to-all", "smp" },
	{ "ipi-broadcast", "smp" },
	{ "ipi-halt", "smp,race,posted" },
	{ "ipi-self", "smp" },
	{ "ipi-spin", "smp,race,posted" },
	{ "ipi-storm", "smp,race,posted" },
	{ "kick-request", "smp" },
	{ "kick-spin", "smp" },
	{ "race-cpuid-ipi", "race,posted" },
	{ "race-cpuid-kick", "race,posted" },
	{ "race-cpuid-msi", "race,posted" },
	{ "race-first-entry-kick", "race" },
	{ "race-first-entry-msi", "race" },
	{ "race-hlt-ipi", "race" },
	{ "race-hlt-kick", "race" },
	{ "race-hlt-msi", "race" },
	{ "race-msr-ipi", "race" },
	{ "race-msr-kick", "race" },
	{ "race-msr-msi", "race" },
	{ "race-run-ipi", "race" },
	{ "race-run-kick", "race" },
	{ "race-run-msi", "race" },
	{ "race-tsc-deadline-ipi", "race,posted" },
	{ "race-tsc-deadline-kick", "race" },
	{ "race-tsc-deadline-msi", "race" },
};

const size_t workload_names_count = sizeof(workload_names) / sizeof(workload_names[0]);

const struct workload_name *workload_name_find(const char *name)
{
	for (size_t i = 0; i < workload_names_count; i++)
		if (!strcmp(workload_names[i].name, name))
			return &workload_names[i];
	return NULL;
}

void workload_names_in(const char *chosen, const char *lane, struct buf *names)
{
	for (size_t i = 0; i < workload_names_count; i++) {
		const struct workload_name *one = &workload_names[i];

		if ((!lane || list_has(one->lanes, lane)) &&
		    (!chosen || !*chosen || list_has(chosen, one->name)))
			buf_printf(names, "%s%s", names->length ? "," : "", one->name);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/metric.h"

#include <string.h>

/*
 * To add a metric: one row here, in the order in which metrics decide a ranking (primary before
 * guard before the rest), and one reader in agent/derive*.c that makes samples of that name. The last
 * column is the equivalence margin of sampled metrics, 0 for exact ones.
 */
const struct metric metrics[] = {
	{ "exit_window", "instructions", "exact", METRIC_PRIMARY, METRIC_LESS,
	  "From the instruction after the VM-exit to the first store that tells interrupt senders "
	  "the vCPU is "
	  "out of the guest: to the sender's flag of a variant that has one, else to vcpu->mode.",
	  0 },
	{ "entry_window", "instructions", "exact", METRIC_PRIMARY, METRIC_LESS,
	  "From the last store that announces the guest to interrupt senders (the sender's flag, "
	  "else "
	  "vcpu->mode) to the VM-entry.",
	  0 },
	{ "kick_window", "instructions", "exact", METRIC_PRIMARY, METRIC_LESS,
	  "As exit_window, always on vcpu->mode: what kvm_vcpu_kick() looks at.",
	  0 },
	{ "spurious_window", "instructions", "race", METRIC_PRIMARY, METRIC_LESS,
	  "Offsets of a sender, one instruction apart, at which the host sends an IPI that finds the "
	  "target neither in the guest nor asleep: summed over the target's exit and entry.",
	  0 },
	{ "posted_window", "instructions", "posted", METRIC_PRIMARY, METRIC_LESS,
	  "As spurious_window, on a host with posted interrupts: offsets at which a notification, or "
	  "a kick, reaches a CPU whose vCPU is out of the guest.",
	  0 },
	{ "exit_path", "instructions", "exact", METRIC_GUARD, METRIC_LESS,
	  "Host instructions from a VM-exit of one kind to the next VM-entry.",
	  0 },
	{ "dirty_flush_late", "instructions", "posted", METRIC_GUARD, METRIC_LESS,
	  "With PML: offsets of a request for the dirty log, one instruction apart, after which pages "
	  "that the guest had written stayed with the processor for more than 10000 instructions.",
	  0 },
	{ "host_ipi_per_guest_ipi", "ratio", "smp", METRIC_SECONDARY, METRIC_LESS,
	  "Reschedule, posted-interrupt and call-function IPIs the host sent "
	  "(/proc/interrupts) per "
	  "guest IPI and destination.",
	  0.05 },
	{ "exits_per_ipi", "ratio", "smp", METRIC_SECONDARY, METRIC_LESS,
	  "VM-exits (KVM binary stats) per guest IPI sent.",
	  0.02 },
	{ "posted_ipi_per_guest_ipi", "ratio", "posted", METRIC_SECONDARY, METRIC_LESS,
	  "Posted-interrupt notifications that a CPU took out of the guest (PIN, NPI and PIW in "
	  "/proc/interrupts) per guest IPI and destination; one that finds the vCPU in the guest "
	  "makes no interrupt.",
	  0 },
	{ "kick_ipi_per_guest_ipi", "ratio", "posted", METRIC_SECONDARY, METRIC_LESS,
	  "Reschedule IPIs per guest IPI and destination, with posted interrupts: kicks, and wake-ups "
	  "of vCPUs that sleep.",
	  0 },
	{ "dirty_flush_latency", "instructions", "posted", METRIC_SECONDARY, METRIC_LESS,
	  "With PML: from a request for the dirty log (KVM_GET_DIRTY_LOG) until all pages that the "
	  "guest had written before are in it; the longest of those that were in time.",
	  0 },
	{ "exits_by_reason", "count", "smp", METRIC_DETAIL, METRIC_LESS,
	  "VM-exits by reason from a hist trigger on kvm:kvm_exit, counting pass only.",
	  0 },
};

const size_t metrics_count = sizeof(metrics) / sizeof(metrics[0]);

const struct metric *metric_find(const char *name)
{
	for (size_t i = 0; i < metrics_count; i++)
		if (!strcmp(metrics[i].name, name))
			return &metrics[i];
	return NULL;
}

const char *metric_role_name(enum metric_role role)
{
	static const char *const names[] = { "primary", "guard", "secondary", "detail" };

	return names[role];
}

const char *metric_better_name(enum metric_better better)
{
	return better == METRIC_LESS ? "less" : "more";
}

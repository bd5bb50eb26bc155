// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/workload.h"

#include "workloads/kick/runway-kick.h"

extern const uint8_t guest_exit_cpuid[], guest_exit_hlt[], guest_exit_hypercall[], guest_exit_icr[],
	guest_exit_io[], guest_exit_io_user[], guest_exit_msr[], guest_exit_tsc_deadline[];
extern const uint8_t guest_site_cpuid[], guest_site_hlt[], guest_site_hypercall_svm[],
	guest_site_hypercall_vmx[], guest_site_icr[], guest_site_io[], guest_site_io_user[],
	guest_site_msr[], guest_site_tsc_deadline[];
extern const uint8_t guest_ipi_all_to_all[], guest_ipi_broadcast[], guest_ipi_halt[],
	guest_ipi_self[], guest_ipi_spin[], guest_ipi_storm[];
extern const uint8_t guest_dirty_cpuid[], guest_dirty_tsc_deadline[];
extern const uint8_t guest_kick[];
extern const uint8_t guest_race_cpuid[], guest_race_first_entry[], guest_race_hlt[],
	guest_race_msr[], guest_race_run[], guest_race_tsc_deadline[];

/* IPIs whose latency the race lane takes, for the sake of its clock: it counts instructions. */
#define RACE_LATENCIES 500

#define EXIT(exit_kind_, label, summary_)                                                          \
	.summary = summary_, .kind = WORKLOAD_EXIT, .vcpus_min = 1, .vcpus_max = 1,                \
	.iterations = { 3000, 0 }, .entry = guest_exit_##label, .exit_kind = exit_kind_
#define IPI(label, vcpus_max_, smp, race, posted, gap, summary_)                                   \
	.summary = summary_, .kind = WORKLOAD_IPI, .vcpus_min = (vcpus_max_) > 1 ? 2 : 1,          \
	.vcpus_max = vcpus_max_, .iterations = { 0, smp, race, posted }, .gap_turns = gap,         \
	.entry = guest_ipi_##label
#define KICK(mode, rounds, summary_)                                                               \
	.summary = summary_, .kind = WORKLOAD_KICK, .vcpus_min = 1, .vcpus_max = 1,                \
	.iterations = { 0, rounds }, .entry = guest_kick, .kick_mode = mode

#define RACE(exit_kind_, label, sleeps, sender, vcpus, posted, summary_)                           \
	.summary = summary_, .kind = WORKLOAD_RACE, .vcpus_min = vcpus, .vcpus_max = vcpus,        \
	.iterations = { 0, 0, 1, posted }, .entry = guest_race_##label, .exit_kind = exit_kind_,           \
	.race_sender = sender, .race_sleeps = sleeps
/* No other vCPU sends to a target that comes in once. */
#define FIRST(sender, summary_)                                                                    \
	RACE("first-entry", first_entry, false, sender, 1, 0, summary_), .race_fresh = true
/* A row for each sender; which of them the posted lane has, too. */
#define RACES(exit_kind_, label, sleeps, ipi, kick, msi, target)                                   \
	{ "race-" exit_kind_ "-ipi",                                                               \
	  RACE(exit_kind_, label, sleeps, RACE_IPI, 2, ipi, "map: an IPI to " target) },                \
	{ "race-" exit_kind_ "-kick", RACE(exit_kind_, label, sleeps, RACE_KICK, 1, kick,          \
					   "map: a kick without a request to " target) },          \
	{ "race-" exit_kind_ "-msi",                                                               \
	  RACE(exit_kind_, label, sleeps, RACE_MSI, 1, msi, "map: a host thread's MSI to " target) }

#define DIRTY(exit_kind_, label, summary_)                                                         \
	.summary = summary_, .kind = WORKLOAD_DIRTY, .vcpus_min = 1, .vcpus_max = 1,               \
	.iterations = { 0, 0, 0, 1 }, .entry = guest_dirty_##label, .exit_kind = exit_kind_

/*
 * To add a workload: a program in guest-*.S and one row here, sorted by name. Iterations are for
 * the exact, the smp, the race and the posted lane; 0 leaves a workload out of a lane unless it is asked for by name.
 */
const struct workload workloads[] = {
	{ "dirty-log",
	  DIRTY("cpuid", cpuid, "gate: pages are in the dirty log soon after it was asked for") },
	{ "dirty-log-tsc-deadline",
	  DIRTY("tsc-deadline", tsc_deadline, "the same on the path that re-enters at once"),
	  .dirty_shown = true },
	{ "exit-cpuid", EXIT("cpuid", cpuid, "CPUID, the shortest exit"),
	  .site = guest_site_cpuid },
	{ "exit-hlt", EXIT("hlt", hlt, "HLT with an interrupt pending"), .site = guest_site_hlt },
	{ "exit-hypercall", EXIT("hypercall", hypercall, "VMMCALL or VMCALL that does nothing"),
	  .site = guest_site_hypercall_svm, .site_vmx = guest_site_hypercall_vmx },
	{ "exit-icr", EXIT("icr", icr, "x2APIC ICR write that sends an IPI to itself"),
	  .site = guest_site_icr },
	{ "exit-io", EXIT("io", io, "IN from the in-kernel PIC"), .site = guest_site_io },
	{ "exit-io-user", EXIT("io-user", io_user, "OUT that the VMM handles in user space"),
	  .site = guest_site_io_user },
	{ "exit-msr", EXIT("msr", msr, "RDMSR of IA32_APIC_BASE"), .site = guest_site_msr },
	{ "exit-tsc-deadline", EXIT("tsc-deadline", tsc_deadline, "WRMSR of IA32_TSC_DEADLINE"),
	  .site = guest_site_tsc_deadline },
	{ "ipi-all-to-all", IPI(all_to_all, GUEST_VCPUS_MAX, 1000, 0, 0, 1023,
				"every vCPU sends to every other at once") },
	{ "ipi-broadcast",
	  IPI(broadcast, GUEST_VCPUS_MAX, 2000, 0, 0, 1023,
	      "one ICR write to all but oneself, receivers spin"),
	  .to_all = true },
	{ "ipi-halt", IPI(halt, 2, 2000, RACE_LATENCIES, 200, 4095, "to a vCPU that halts"),
	  .latency_of = "hlt" },
	{ "ipi-self", IPI(self, 1, 2000, 0, 0, 0, "SELF_IPI to oneself") },
	{ "ipi-spin",
	  IPI(spin, 2, 2000, RACE_LATENCIES, 500, 1023, "to a vCPU that spins in the guest"),
	  .latency_of = "spin" },
	{ "ipi-storm",
	  IPI(storm, 2, 5000, RACE_LATENCIES, 2000, 8191, "to a vCPU that exits all the time"),
	  .latency_of = "exit-storm" },
	{ "kick-request", KICK(RUNWAY_KICK_REQUEST, 100,
			       "gate: a request and a kick, whenever they come, are seen") },
	{ "kick-spin",
	  KICK(RUNWAY_KICK_SPIN, 20, "gate: a kick makes a vCPU in the guest leave it") },
	RACES("cpuid", cpuid, false, 1, 1, 1, "a vCPU that exits by CPUID"),
	{ "race-first-entry-kick",
	  FIRST(RACE_KICK, "map: a kick without a request to a new vCPU") },
	{ "race-first-entry-msi", FIRST(RACE_MSI, "map: a host thread's MSI to a new vCPU") },
	RACES("hlt", hlt, true, 0, 0, 0, "a vCPU that halts"),
	RACES("msr", msr, false, 0, 0, 0, "a vCPU that reads an MSR"),
	RACES("run", run, false, 0, 0, 0, "a vCPU that comes in by a new KVM_RUN"),
	RACES("tsc-deadline", tsc_deadline, false, 1, 0, 0, "a vCPU that sets its TSC deadline"),
};

const size_t workloads_count = sizeof(workloads) / sizeof(workloads[0]);

const char *lane_name(enum lane lane)
{
	static const char *const names[] = { "exact", "smp", "race", "posted" };

	return names[lane];
}

const char *race_sender_name(enum race_sender sender)
{
	static const char *const names[] = { "ipi", "msi", "kick" };

	return names[sender];
}

const struct workload *workload_find(const char *name)
{
	for (size_t i = 0; i < workloads_count; i++)
		if (!strcmp(workloads[i].name, name))
			return &workloads[i];
	return NULL;
}

uint64_t workload_site(const struct workload *workload, enum isa isa)
{
	bool vmx = isa == ISA_VMX && workload->site_vmx;

	return guest_address(vmx ? workload->site_vmx : workload->site);
}

unsigned workload_vcpus(const struct workload *workload, unsigned cpus)
{
	/* Who kicks or races needs a CPU beside its target's. */
	bool beside = workload->kind == WORKLOAD_DIRTY || workload->kind == WORKLOAD_KICK ||
		      workload->kind == WORKLOAD_RACE;
	unsigned needed = beside ? 2 : workload->vcpus_min;

	if (cpus < needed)
		return 0;
	return cpus < workload->vcpus_max ? cpus : workload->vcpus_max;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/rep.h"

#include <limits.h>
#include <time.h>

#include "workloads/exit-trace.h"
#include "workloads/kick-gate.h"
#include "workloads/race-fresh.h"

/* What a workload gets in a lane where its row says 0, when it is asked for by name. */
#define ITERATIONS_WHEN_NAMED 3000

const char *pass_name(enum pass pass)
{
	return pass == PASS_COUNTING ? "counting" : "timing";
}

void rep_init(struct rep *rep, const struct workload *workload, enum pass pass, unsigned number)
{
	*rep = (struct rep){ .workload = workload, .pass = pass, .number = number, .vm = VM_INIT };
}

void rep_release(struct rep *rep)
{
	vm_release(&rep->vm);
}

uint64_t rep_iterations(const struct bench *bench, const struct workload *workload)
{
	uint64_t iterations = workload->iterations[bench->lane];

	if (!iterations)
		iterations = ITERATIONS_WHEN_NAMED;
	iterations = iterations * bench->scale_percent / 100;
	return iterations ? iterations : 1;
}

int rep_prepare(struct rep *rep, const struct bench *bench, struct err *err)
{
	const struct workload *workload = rep->workload;
	struct vm_spec spec = {
		.entry = workload->entry,
		.vcpus = workload_vcpus(workload, bench->cpus),
		/* Who kicks has CPU 0, who sends too. */
		.first_cpu = workload->kind == WORKLOAD_DIRTY || workload->kind == WORKLOAD_KICK ||
			     (workload->kind == WORKLOAD_RACE && workload->vcpus_max == 1),
		.cpus = bench->cpus,
		/* Who sweeps runs the sender itself, in both legs: a change of threads waits for
		 * RCU. */
		.driven = workload->kind == WORKLOAD_RACE &&
			  (workload->vcpus_max > 1 || workload->race_fresh),
		.fresh = workload->race_fresh ? FRESH_POOL : 0,
		.iterations = rep_iterations(bench, workload),
		.gap_turns = workload->gap_turns,
		.isa = bench->isa,
	};
	int rc = vm_create(&spec, &rep->vm, err);

	if (!rc && workload->kind == WORKLOAD_EXIT && bench->kick)
		rc = kick_device_find_vcpu(bench->kick, rep->vm.vcpus[0].fd, &rep->vcpu, err);
	if (rc < 0)
		return rc;
	rep->destinations = workload->to_all ? spec.vcpus - 1 : 1;
	vm_run(&rep->vm, bench->limit_s, &rep->outcome);
	return 0;
}

static int read_counters(const struct bench *bench, const struct vm *vm, struct counters *ret_kvm,
			 struct counters *ret_irq, struct err *err)
{
	char path[PATH_MAX];
	int rc = 0;

	*ret_kvm = (struct counters){ 0 };
	for (unsigned i = 0; i < vm->vcpus_count && !rc; i++)
		rc = counters_read_kvm_stats(vm->vcpus[i].fd, ret_kvm, err);
	if (rc < 0)
		return rc;
	snprintf(path, sizeof(path), "%s/interrupts", bench->proc);
	return counters_read_interrupts(path, ret_irq, err);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/*
 * Tells an emulator whose debugger watches for this instruction (Bochs's "magic breakpoint") that
 * the exits to be recorded begin or end here; to anything else it does nothing.
 */
static void mark(const struct rep *rep)
{
	if (rep->workload->kind == WORKLOAD_EXIT)
		__asm__ volatile("xchg %%bx, %%bx" ::: "memory");
}

static int run_between_counters(struct rep *rep, const struct bench *bench, struct err *err)
{
	struct counters kvm_before, irq_before;
	uint64_t start_ns;
	int rc = read_counters(bench, &rep->vm, &kvm_before, &irq_before, err);

	if (rc < 0)
		return rc;
	start_ns = now_ns();
	mark(rep);
	vm_run(&rep->vm, bench->limit_s, &rep->outcome);
	mark(rep);
	rep->wall_ns = now_ns() - start_ns;
	rc = read_counters(bench, &rep->vm, &rep->kvm, &rep->irq, err);
	if (rc < 0)
		return rc;
	counters_subtract(&rep->kvm, &kvm_before);
	counters_subtract(&rep->irq, &irq_before);
	rep->sent = vm_sent(&rep->vm);
	rep->received = vm_received(&rep->vm);
	return 0;
}

int rep_measure(struct rep *rep, const struct bench *bench, struct err *err)
{
	int rc, stopped;

	if (rep->pass == PASS_TIMING)
		return run_between_counters(rep, bench, err);
	rc = exit_trace_start(bench->tracefs, err);
	if (rc < 0)
		return rc;
	rc = run_between_counters(rep, bench, err);
	/* The trigger must go, whatever happened. */
	stopped = exit_trace_stop(bench->tracefs, bench->isa, &rep->exits_by_reason,
				  rc < 0 ? NULL : err);
	return rc < 0 ? rc : stopped;
}

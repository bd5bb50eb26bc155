// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/bench.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/list.h"
#include "workloads/dirty-log.h"
#include "workloads/kick-gate.h"
#include "workloads/race.h"
#include "workloads/rep.h"
#include "workloads/report.h"

/* Over all repetitions of a workload. */
struct delivery {
	uint64_t expected, received;
};

/* Whether the leg went well; says what happened when it did not. */
static bool leg_is_ok(struct bench *bench, const struct rep *rep)
{
	if (rep->outcome.result == VM_OK)
		return true;
	report_fail(bench, rep->workload, vm_result_name(rep->outcome.result), rep->outcome.detail);
	return false;
}

/* A guest that does not move because it waits for an IPI has lost it: the gate's case, no time-out.
 */
static bool lost_an_ipi(const struct rep *rep)
{
	return rep->outcome.result == VM_TIMEOUT && rep->sent * rep->destinations > rep->received;
}

/* Up to where the guest is ready; false when it did not get there, which was reported. rep is the caller's to
 * release either way. */
static bool begin_rep(struct bench *bench, const struct workload *workload, enum pass pass,
		      unsigned number, struct rep *ret_rep)
{
	struct err err = ERR_INIT;

	rep_init(ret_rep, workload, pass, number);
	report_begin(bench, ret_rep);
	if (rep_prepare(ret_rep, bench, &err) < 0) {
		report_fail(bench, workload, "system", err.text);
		return false;
	}
	return leg_is_ok(bench, ret_rep);
}

/* False when the rest of this workload's repetitions would tell nothing more. */
static bool run_rep(struct bench *bench, const struct workload *workload, enum pass pass,
		    unsigned number, struct delivery *delivery)
{
	CLEANUP(rep_release) struct rep rep;
	struct err err = ERR_INIT;

	if (!begin_rep(bench, workload, pass, number, &rep))
		return false;
	if (rep_measure(&rep, bench, &err) < 0) {
		report_fail(bench, workload, "system", err.text);
		return false;
	}
	delivery->expected += rep.sent * rep.destinations;
	delivery->received += rep.received;
	if (lost_an_ipi(&rep) || !leg_is_ok(bench, &rep))
		return false;
	report_rep(bench, &rep);
	if (workload->latency_of && pass == PASS_TIMING)
		report_latency(bench, &rep);
	if (workload->kind == WORKLOAD_EXIT)
		report_site(bench, &rep);
	return true;
}

static void run_reps(struct bench *bench, const struct workload *workload)
{
	struct delivery delivery = { 0 };
	bool go_on = true;

	for (unsigned i = 0; i < bench->timing && go_on; i++)
		go_on = run_rep(bench, workload, PASS_TIMING, i, &delivery);
	for (unsigned i = 0; i < bench->counting && go_on; i++)
		go_on = run_rep(bench, workload, PASS_COUNTING, i, &delivery);
	if (delivery.expected)
		report_delivery(bench, workload, delivery.expected, delivery.received);
}

static void run_kick_gate(struct bench *bench, const struct workload *workload)
{
	CLEANUP(rep_release) struct rep rep;
	struct kick_gate gate = { .device = bench->kick,
				  .vm = &rep.vm,
				  .mode = workload->kick_mode,
				  .limit_s = bench->limit_s };
	struct kick_result result;
	struct err err = ERR_INIT;

	if (!begin_rep(bench, workload, PASS_TIMING, 0, &rep))
		return;
	gate.rounds = (unsigned)rep.vm.spec.iterations;
	if (kick_gate_run(&gate, &result, &err) < 0) {
		report_fail(bench, workload, "system", err.text);
		return;
	}
	if (kick_gate_is_conclusive(&result, &err) < 0) {
		report_fail(bench, workload, "timeout", err.text);
		return;
	}
	report_kick(bench, workload, &result);
	bench->kick_lost |= result.lost > 0;
}

static void ask_for_dirty_logs(struct bench *bench, const struct workload *workload)
{
	CLEANUP(rep_release) struct rep rep;
	struct dirty_log log = { .workload = workload,
				 .vm = &rep.vm,
				 .device = bench->kick,
				 .limit_s = bench->limit_s };
	struct dirty_result result;
	struct err err = ERR_INIT;
	int rc;

	if (!begin_rep(bench, workload, PASS_TIMING, 0, &rep))
		return;
	rc = dirty_log_run(&log, &result, &err);
	if (rc == -ENOTSUP)
		report_skip(bench, workload, err.text);
	else if (rc < 0)
		report_fail(bench, workload, "system", err.text);
	else if (result.cut)
		report_fail(bench, workload, "timeout",
			    "The time was up before every offset was tried.");
	else
		report_dirty_log(bench, workload, &result);
}

static void run_dirty_log(struct bench *bench, const struct workload *workload)
{
	if (host_facts_has_pml(bench->sys))
		ask_for_dirty_logs(bench, workload);
	else
		report_skip(bench, workload,
			    "this host has no PML (kvm_intel.pml is not Y): nothing "
			    "about its dirty log was tried");
}

static void run_race(struct bench *bench, const struct workload *workload, unsigned number)
{
	CLEANUP(rep_release) struct rep rep;
	CLEANUP(race_map_release) struct race_map map = { 0 };
	struct race race = { .workload = workload,
			     .vm = &rep.vm,
			     .device = bench->kick,
			     .limit_s = bench->limit_s };
	struct err err = ERR_INIT;

	if (!begin_rep(bench, workload, PASS_TIMING, number, &rep))
		return;
	if (race_run(&race, &map, &err) < 0)
		report_fail(bench, workload, "system", err.text);
	else if (map.cut)
		report_fail(bench, workload, "timeout",
			    "The time was up before every offset was tried.");
	else
		report_race(bench, workload, &map);
}

static void run_races(struct bench *bench, const struct workload *workload)
{
	for (unsigned i = 0; i < bench->timing; i++)
		run_race(bench, workload, i);
}

bool bench_wants(const struct bench *bench, const struct workload *workload)
{
	bool beside = workload->kind == WORKLOAD_DIRTY || workload->kind == WORKLOAD_KICK ||
		      workload->kind == WORKLOAD_RACE;

	if (beside && !bench->kick)
		return false;
	if (bench->only)
		return list_has(bench->only, workload->name);
	return workload->iterations[bench->lane] > 0;
}

static void run_one(struct bench *bench, const struct workload *workload)
{
	if (!workload_vcpus(workload, bench->cpus))
		report_skip(bench, workload, "needs more CPUs than this host has");
	else if (workload->kind == WORKLOAD_KICK)
		run_kick_gate(bench, workload);
	else if (bench->kick_lost)
		report_skip(bench, workload, "a vCPU misses kicks: its counts would mean nothing");
	else if (workload->kind == WORKLOAD_DIRTY)
		run_dirty_log(bench, workload);
	else if (workload->kind == WORKLOAD_RACE)
		run_races(bench, workload);
	else
		run_reps(bench, workload);
}

/*
 * Tells an emulator whose debugger watches for this instruction (Bochs's "magic breakpoint") that
 * from here on CPUs must go on in turns of one instruction, which makes booting slow; to anything
 * else it does nothing.
 */
static void mark_races(void)
{
	__asm__ volatile("xchg %%bx, %%bx" ::: "memory");
}

/* Before which workloads the lane's machine begins to take turns of one instruction: all of the race lane; of the
 * lane posted the counts of IPIs come first, which need many. */
static bool is_marked_before(enum lane lane, enum workload_kind kind)
{
	return (lane == LANE_RACE && kind == WORKLOAD_KICK) ||
	       (lane == LANE_POSTED && kind == WORKLOAD_DIRTY);
}

/* The kick gates come first: a variant that fails one would make every IPI wait for a timer tick. */
static void run_all(struct bench *bench)
{
	static const enum workload_kind order[] = { WORKLOAD_KICK, WORKLOAD_EXIT, WORKLOAD_IPI,
						    WORKLOAD_DIRTY, WORKLOAD_RACE };

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		if (is_marked_before(bench->lane, order[k]))
			mark_races();
		for (size_t i = 0; i < workloads_count; i++)
			if (workloads[i].kind == order[k] && bench_wants(bench, &workloads[i]))
				run_one(bench, &workloads[i]);
	}
}

static void pin_to_first_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

int bench_run(struct bench *bench, struct err *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int rc = host_facts_isa(bench->proc, &bench->isa, err);

	if (rc < 0)
		return rc;
	bench->cpus = cpus > 0 ? (unsigned)cpus : 1;
	rc = vm_install_signals(err);
	if (rc < 0)
		return rc;
	pin_to_first_cpu();
	report_hello(bench);
	rc = host_facts_send_modules(bench->sys, bench->out_fd);
	if (rc < 0 && !bench->rc)
		bench->rc = rc;
	run_all(bench);
	report_end(bench);
	return bench->rc < 0 ? err_sys(err, bench->rc, "Cannot write the results") : 0;
}

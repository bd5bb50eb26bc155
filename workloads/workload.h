/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be run: one row a workload. See docs/workloads.md on how to add one.
 */
#ifndef RUNWAY_WORKLOADS_WORKLOAD_H
#define RUNWAY_WORKLOADS_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/guest.h"
#include "workloads/host-facts.h"

enum lane {
	LANE_EXACT,
	LANE_SMP,
	LANE_RACE,
	LANE_POSTED, /* counts, then races, on a host with posted interrupts */
	LANES_COUNT,
};

enum workload_kind {
	WORKLOAD_EXIT, /* one measured exit an iteration, at a known address */
	WORKLOAD_IPI,
	WORKLOAD_KICK, /* a gate: runs before all others */
	WORKLOAD_DIRTY, /* how late a page is in the dirty log; a gate */
	WORKLOAD_RACE, /* a map of all offsets of a sender against a target */
};

enum race_sender {
	RACE_IPI,  /* another vCPU writes its ICR */
	RACE_MSI,  /* a host thread signals an MSI */
	RACE_KICK, /* a kick without a request */
};

struct workload {
	const char *name;
	const char *summary;
	enum workload_kind kind;
	unsigned vcpus_min, vcpus_max; /* runs with as many as the host has CPUs, within these */
	bool to_all;		       /* one IPI goes to all other vCPUs */
	uint32_t gap_turns;	       /* largest gap between two IPIs: 0 or a power of 2 less 1 */
	uint64_t iterations[LANES_COUNT]; /* 0: only when named. Kick: rounds an offset */
	const uint8_t *entry;		  /* guest program */
	const char *exit_kind;		  /* exits, dirty logs and races: "cpuid" … */
	const uint8_t *site, *site_vmx;	  /* measured instruction; site_vmx NULL: the same */
	unsigned kick_mode;		  /* kicks only: enum runway_kick_mode */
	enum race_sender race_sender;	  /* races only */
	bool race_sleeps;		  /* races only: the exit does not end without an event */
	bool race_fresh; /* races only: each round takes a vCPU that was never in the guest */
	bool dirty_shown;		  /* dirty logs only: what is late is shown, and no gate */
	const char *latency_of; /* what the receiver does; NULL: latencies are not kept */
};

extern const struct workload workloads[];
extern const size_t workloads_count;

const char *lane_name(enum lane lane);
const char *race_sender_name(enum race_sender sender);
/* NULL when no row has that name. */
const struct workload *workload_find(const char *name);
/* Guest address of the measured instruction. */
uint64_t workload_site(const struct workload *workload, enum isa isa);
/* vCPUs to run with on a host with that many CPUs; 0 when it has too few. */
unsigned workload_vcpus(const struct workload *workload, unsigned cpus);

#endif

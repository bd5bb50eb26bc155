/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small VM over /dev/kvm: 64-bit mode, flat memory, in-kernel irqchip, x2APIC, vCPUs pinned to
 * host CPUs. It runs in two legs, so that what is counted is the second one alone:
 *
 *	struct vm_spec spec = { .entry = workload->entry, .vcpus = 2, .cpus = 2,
 *				.iterations = 5000 };
 *	CLEANUP(vm_release) struct vm vm = VM_INIT;
 *	rc = vm_create(&spec, &vm, err);
 *	vm_run(&vm, 10, &outcome);	// until every vCPU is ready
 *	vm_run(&vm, 10, &outcome);	// the program, until every vCPU is done
 *
 * Everything is at the same address and in the same order in each run: on the exact lane two runs
 * of one program are the same run. A VM with one vCPU on CPU 0 runs in the caller's thread.
 */
#ifndef RUNWAY_WORKLOADS_VM_H
#define RUNWAY_WORKLOADS_VM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/err.h"
#include "workloads/guest.h"
#include "workloads/host-facts.h"

enum vm_result {
	VM_OK,
	VM_STOPPED, /* another vCPU failed, or the time was up */
	VM_TIMEOUT,
	VM_TRIPLE_FAULT,
	VM_ENTRY_FAILED,
	VM_INTERNAL_ERROR,
	VM_GUEST_FAULT, /* an exception or a vector that must not come */
	VM_SYSTEM,	/* the host's system calls failed */
};

const char *vm_result_name(enum vm_result result); /* "what" of a fail line */

struct vm_spec {
	const uint8_t *entry;
	unsigned vcpus;
	unsigned first_cpu, cpus; /* vCPU n runs on CPU (first_cpu + n) % cpus */
	unsigned driven; /* so many of the first vCPUs run in the caller's thread: vm_drive() */
	unsigned fresh;	 /* at most so many vCPUs by vm_add_fresh() */
	uint64_t iterations;
	uint32_t gap_turns;
	enum isa isa;
};

struct vm_outcome {
	enum vm_result result;
	char detail[256];
};

struct vcpu {
	struct vm *vm;
	unsigned number, cpu;
	int fd;
	struct kvm_run *run;

	/* Of the leg that runs. */
	pthread_t thread; /* to be joined */
	pthread_t self;	  /* the same, valid once running is set */
	bool running;
	struct vm_outcome outcome;
	uint64_t run_delay_ns; /* its thread waited that long for its CPU */
};

struct vm {
	int kvm_fd, fd;
	uint8_t *memory;
	bool dirty_pages; /* GUEST_DIRTY_PAGES of them lie behind it */
	size_t run_bytes;
	struct vm_spec spec;
	struct vcpu vcpus[GUEST_VCPUS_MAX];
	unsigned vcpus_count; /* created so far */
	struct vcpu *fresh;   /* that no leg runs */
	unsigned fresh_count; /* created so far */
	struct kvm_cpuid2 *cpuid;

	/* Of the leg that runs. */
	unsigned threads; /* the next vCPU to get one */
	timer_t watchdog;
	volatile sig_atomic_t alarms; /* not 0: limit_s has passed */
	unsigned stall_limit_s;	      /* VM_STALL_S, for a test to shorten */
	unsigned stalled_s;	      /* since then without an IPI that arrived */
	uint64_t received;	      /* at the last alarm */
};

#define VM_STALL_S 10

#define VM_INIT ((struct vm){ .kvm_fd = -1, .fd = -1, .stall_limit_s = VM_STALL_S })

int vm_create(const struct vm_spec *spec, struct vm *vm, struct err *err);
void vm_release(struct vm *vm);

/* Pages at GUEST_DIRTY, in a memslot of their own, whose writes KVM logs. */
#define VM_DIRTY_SLOT 1
int vm_add_dirty_pages(struct vm *vm, struct err *err);

struct guest_shared *vm_shared(const struct vm *vm);
uint64_t vm_sent(const struct vm *vm);	   /* over all vCPUs */
uint64_t vm_received(const struct vm *vm); /* over all vCPUs */
/* Of the IPIs that arrived, in ticks of the TSC; so many that the guest says it kept. */
const uint64_t *vm_latencies(const struct vm *vm, size_t *ret_count);

/*
 * Runs until every vCPU reached the end of this leg, or one failed. After limit_s senders are asked
 * to stop (vm_was_cut says so afterwards): a guest that is merely slow, say because the machine
 * that emulates its host is busy, ends in good order. It is stopped by force, VM_TIMEOUT, when it
 * then does not move for VM_STALL_S.
 */
void vm_run(struct vm *vm, unsigned limit_s, struct vm_outcome *ret_outcome);

bool vm_was_cut(const struct vm *vm);

/* The same in two steps, for a caller that acts on the guest while it runs (always in threads). */
int vm_begin(struct vm *vm, unsigned limit_s, struct err *err);
void vm_finish(struct vm *vm, struct vm_outcome *ret_outcome);

/* Between the two: runs a vCPU that has no thread in the caller's, until its next READY or DONE. */
enum vm_result vm_drive(struct vcpu *vcpu);

/*
 * One more vCPU, which no leg runs: it enters the guest at the program itself, with interrupts on and its APIC
 * enabled, in vCPU 0's place (its words and its stack), which must not run. To be called on the CPU that it will run
 * on, for KVM takes a vCPU along from where it was set up. What it sees is the host's TSC.
 *
 * The VM's TSCs are kept apart: with a master clock each one's first entry would update the clocks of all.
 */
int vm_add_fresh(struct vm *vm, struct vcpu **ret_vcpu, struct err *err);

/*
 * Other vCPUs, those of the spec, in the same memory as it is: another VM for KVM. The old one stays until this process
 * ends, for KVM takes as long to take it apart as to make it.
 */
int vm_renew(struct vm *vm, struct err *err);

/* A thread that is on that CPU from its start. 0 or an error number. */
int vm_start_thread(unsigned cpu, void *(*run)(void *), void *argument, pthread_t *ret_thread);

/* Once in a process, before the first run. */
int vm_install_signals(struct err *err);

#endif

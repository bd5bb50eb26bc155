/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vCPU threads of an emulator, found by the names QEMU gives them ("CPU 0/TCG", with -name
 * debug-threads=on) among the descendants of a process, and how long they waited for a processor.
 *
 *	struct vcpu_threads threads = { 0 };
 *	if (vcpu_threads_find("/proc", child, &threads))
 *		vcpu_threads_pin(&threads), vcpu_threads_delays("/proc", &threads, before_ns);
 */
#ifndef RUNWAY_AGENT_VCPU_THREADS_H
#define RUNWAY_AGENT_VCPU_THREADS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define VCPU_THREADS_MAX 64

struct vcpu_threads {
	pid_t emulator; /* the process they belong to; 0: not found */
	pid_t ids[VCPU_THREADS_MAX];
	unsigned count;
};

/* proc: where procfs is. ancestor: the process that was started, itself or what it started may be
 * the emulator. False when there are no such threads (yet). */
bool vcpu_threads_find(const char *proc, pid_t ancestor, struct vcpu_threads *ret_threads);

/* Nanoseconds on a run queue since each began, from schedstat; 0 for one that is gone. */
void vcpu_threads_delays(const char *proc, const struct vcpu_threads *threads,
			 uint64_t ret_delays_ns[VCPU_THREADS_MAX]);

/* Each to a processor of its own among those that this process may use, as a scheduler that moves them makes
 * one wait for the other while a processor idles. False, and some or none are pinned, when there are fewer
 * processors than threads or the system refuses. */
bool vcpu_threads_pin(const struct vcpu_threads *threads);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named counters of the host, and one reader for each of its sources. A reader takes the path (or
 * the bytes) of what it reads, so that a test can hand it a file.
 *
 *	struct counters before, after;
 *	rc = counters_read_interrupts("/proc/interrupts", &before, err);
 *	...
 *	counters_subtract(&after, &before);	// what happened in between; zero ones are gone
 *
 * What is read comes from a kernel under test, so everything is bounded: names by
 * COUNTER_NAME_BYTES, counters by COUNTERS_MAX.
 */
#ifndef RUNWAY_WORKLOADS_COUNTERS_H
#define RUNWAY_WORKLOADS_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

#define COUNTERS_MAX 256
#define COUNTER_NAME_BYTES 64

struct counter {
	char name[COUNTER_NAME_BYTES];
	uint64_t value;
};

struct counters {
	struct counter items[COUNTERS_MAX];
	size_t count;
};

/* Adds to the counter of that name, which is made when missing. -ENOSPC past COUNTERS_MAX. */
int counters_add(struct counters *counters, const char *name, uint64_t value);
uint64_t counters_get(const struct counters *counters, const char *name); /* 0 when missing */
/* Leaves what grew since before; what did not is dropped. */
void counters_subtract(struct counters *counters, const struct counters *before);

/* Rows of /proc/interrupts that tell of IPIs and the timer, summed over CPUs; missing ones are no
 * error. */
int counters_read_interrupts(const char *path, struct counters *ret, struct err *err);

/*
 * Adds the cumulative scalars of a binary stats file (KVM_GET_STATS_FD), found by their
 * descriptors. -EBADMSG when header, descriptors and data do not fit into each other or into the
 * bytes.
 */
int counters_parse_kvm_stats(const void *data, size_t bytes, struct counters *counters,
			     struct err *err);
int counters_read_kvm_stats(int vcpu_fd, struct counters *counters, struct err *err);

/* Time that a thread was runnable and did not run, from a schedstat file. */
int counters_read_run_delay(const char *path, uint64_t *ret_delay_ns, struct err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VM-exits by reason, from a hist trigger on the tracepoint kvm:kvm_exit. It costs time at every
 * exit: for the counting pass only.
 *
 *	rc = exit_trace_start("/sys/kernel/tracing", err);
 *	...
 *	rc = exit_trace_stop("/sys/kernel/tracing", ISA_SVM, &exits_by_reason, err);
 */
#ifndef RUNWAY_WORKLOADS_EXIT_TRACE_H
#define RUNWAY_WORKLOADS_EXIT_TRACE_H

#include "lib/err.h"
#include "workloads/counters.h"
#include "workloads/host-facts.h"

int exit_trace_start(const char *tracefs, struct err *err);
/* Removes the trigger and adds up what it counted, by the vendor's name of the reason. */
int exit_trace_stop(const char *tracefs, enum isa isa, struct counters *ret, struct err *err);

/* Reads the text of a hist file; lines that are no entry are skipped. */
int exit_trace_parse(const char *path, enum isa isa, struct counters *ret, struct err *err);
/* "npf", "msr", … or "reason-123". */
void exit_reason_name(enum isa isa, uint64_t reason, char *ret_name, size_t bytes);

#endif

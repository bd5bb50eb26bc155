/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host under test says about itself: vendor, module parameters, mitigations, where its
 * modules are loaded. Readers take the roots of /proc and /sys.
 */
#ifndef RUNWAY_WORKLOADS_HOST_FACTS_H
#define RUNWAY_WORKLOADS_HOST_FACTS_H

#include <stdbool.h>

#include "lib/err.h"
#include "workloads/line.h"

enum isa {
	ISA_SVM,
	ISA_VMX,
	ISA_NONE, /* neither flag in /proc/cpuinfo */
};

const char *isa_name(enum isa isa);
int host_facts_isa(const char *proc, enum isa *ret_isa, struct err *err);

/* Whether kvm_intel has page-modification logging, by its parameter. */
bool host_facts_has_pml(const char *sys);

/* Add an object each: "parameters" {"kvm.halt_poll_ns": "200000", …} and "mitigations". Values that
 * cannot be read are left out. */
void host_facts_parameters(const char *sys, struct line *line);
void host_facts_mitigations(const char *sys, struct line *line);

/* Sends a "module" line for each module of KVM's that is loaded. */
int host_facts_send_modules(const char *sys, int fd);

#endif

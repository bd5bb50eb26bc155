/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the plugin's recorded paths to the exact metrics: which exits are of which kind, where the
 * window ends, how many instructions each function took.
 *
 *	struct exact_input input = { .paths = outcome.paths, .lines = outcome.lines.data,
 *				     .artifacts = folder, .base_artifacts = base_folder };
 *	CLEANUP(exact_release) struct exact_result result = { 0 };
 *	rc = exact_derive(&input, &result, err);
 */
#ifndef RUNWAY_AGENT_EXACT_H
#define RUNWAY_AGENT_EXACT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct exact_input {
	const char *paths;     /* file the plugin wrote */
	const char *lines;     /* runway-bench's JSON lines ("module" and "site" are used) */
	const char *artifacts; /* folder: System.map, *.ko, runway-kick.ko with DWARF */
	const char *base_kick; /* the base's runway-kick.ko, to find new members; NULL for the base
				  itself */
	const char *sender_flag; /* declared member of struct kvm_vcpu, or NULL: find it */
};

/* One exact value: all n agreeing exits of total (warm-up left out) had it. */
struct exact_sample {
	const char
		*metric; /* exit_window, entry_window, kick_window, exit_path: from lib/metric.h */
	char workload[64];
	char kind[32];	/* "cpuid", "hlt", "msr" … */
	uint64_t value; /* instructions */
	uint64_t n, total;
};

/* Instructions that one function took in one part of the most common path of a kind. */
struct exact_function {
	char kind[32];
	const char *part; /* "exit_path", "exit_window", "entry_window" */
	char module[32];  /* "vmlinux", "kvm", "kvm_amd" …, "user" */
	char function[128];
	uint64_t instructions;
};

struct exact_result {
	char sender_flag[64]; /* the member the windows were measured on; "mode" when there is no
				 flag */
	struct exact_sample *samples;
	size_t samples_count;
	struct exact_function *functions;
	size_t functions_count;
};

/* 0; -ENODATA with a sentence when a kind that ran has no path, -EINVAL for files that do not
 * parse. */
int exact_derive(const struct exact_input *input, struct exact_result *ret_result, struct err *err);
void exact_release(struct exact_result *result);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of the workloads and the lanes that they run on, for those who do not run them: the
 * server, which takes campaigns on some of them, knows them from here. workloads/workload.c is
 * where they are made, and workloads/test-workload.c holds the two tables together.
 *
 *	if (!workload_name_find("ipi-storm")) ...
 *	workload_names_in(chosen, "smp", &names);	// "ipi-spin,ipi-storm"
 */
#ifndef RUNWAY_LIB_WORKLOAD_NAME_H
#define RUNWAY_LIB_WORKLOAD_NAME_H

#include <stddef.h>

#include "lib/buf.h"

struct workload_name {
	const char *name;
	const char *lanes; /* on which it runs unless it is asked for by name, with commas */
};

extern const struct workload_name workload_names[];
extern const size_t workload_names_count;

const struct workload_name *workload_name_find(const char *name); /* NULL when unknown */

/* Those of chosen (with commas; "" or NULL: all) that run on that lane (NULL: any), with commas. */
void workload_names_in(const char *chosen, const char *lane, struct buf *names);

#endif

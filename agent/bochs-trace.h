/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what Bochs's debugger prints with "trace on" and "trace-mem on" and keeps the paths from
 * VM-exit to VM-entry, as exit-path.so does inside QEMU: the same rules, the same table, the same
 * file.
 *
 *	struct bochs_trace *trace = bochs_trace_new(16);
 *	bochs_trace_add(trace, bytes, count, &other);	// as they come; lines may be cut anywhere
 *	rc = bochs_trace_write(trace, path, err);
 *	bochs_trace_free(&trace);
 *
 * The text is hostile: the kernel under test decides which instructions there are. Memory is
 * bounded by the table's limits; a line that is neither an instruction nor a memory access goes to
 * "other".
 */
#ifndef RUNWAY_AGENT_BOCHS_TRACE_H
#define RUNWAY_AGENT_BOCHS_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

struct bochs_trace;

/* warm_up: exits at each guest instruction that are counted and not recorded. */
struct bochs_trace *bochs_trace_new(uint64_t warm_up);
void bochs_trace_free(struct bochs_trace **trace);

/* other: gets what is no trace, the newest when it does not all fit. */
void bochs_trace_add(struct bochs_trace *trace, const char *bytes, size_t count, struct buf *other);

/* The file that path_file_read() reads. */
int bochs_trace_write(struct bochs_trace *trace, const char *path, struct err *err);

#endif

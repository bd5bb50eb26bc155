/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A task's log, bounded: its first half is what came first, its second half a ring of what came
 * last, and a line in between says how much was dropped.
 *
 *	task_log_append(conn, task, bytes, count);
 *	rc = task_log_read(conn, task, &buf);
 */
#ifndef RUNWAY_SERVER_TASK_LOG_H
#define RUNWAY_SERVER_TASK_LOG_H

#include "lib/buf.h"
#include "server/db.h"

#define TASK_LOG_HALF_BYTES (512 << 10)
#define TASK_LOG_CALL_BYTES (64 << 10)
/* Both halves and the line in between. */
#define TASK_LOG_MAX_BYTES (2 * TASK_LOG_HALF_BYTES + 256)

void task_log_append(struct db_conn *conn, int64_t task, const char *bytes, size_t count);
void task_log_read(struct db_conn *conn, int64_t task, struct buf *ret_log);

/* Appends to ret_piece (at least 1 KiB) what follows after *offset bytes of the whole log, in whole
 * lines while it is open, with spaces for NULs, and moves *offset behind it. Returns how many bytes
 * before it are not kept any more. */
int64_t task_log_follow(struct db_conn *conn, int64_t task, bool open, int64_t *offset,
			struct buf *ret_piece);

#endif

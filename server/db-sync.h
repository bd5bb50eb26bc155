/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes commits durable, many with one sync of the disk. SQLite commits to the write-ahead log
 * without syncing it (synchronous=NORMAL); whoever committed takes a ticket while it still holds the
 * writer, lets the next one write, and waits until a sync that began after its commit has ended.
 *
 *	ticket = db_sync_ticket(sync);		// with the writer held, after its COMMIT
 *	rc = db_sync_wait(sync, ticket, err);	// without it
 *
 * A log that was cut off by a power failure is read up to its first frame that is not whole, so
 * what survives is what was acknowledged and perhaps a little more, never less, and never a gap.
 * SQLite itself syncs the log before it moves it into the database.
 */
#ifndef RUNWAY_SERVER_DB_SYNC_H
#define RUNWAY_SERVER_DB_SYNC_H

#include <stdint.h>

#include "lib/err.h"

struct db_sync;

/* path: the database, which is open: its log exists. */
int db_sync_open(const char *path, struct db_sync **ret_sync, struct err *err);
void db_sync_close(struct db_sync *sync); /* NULL is fine */

uint64_t db_sync_ticket(struct db_sync *sync);
int db_sync_wait(struct db_sync *sync, uint64_t ticket, struct err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What db.c and db-open.c share: one connection. Nothing else includes this. */
#ifndef RUNWAY_SERVER_DB_INTERNAL_H
#define RUNWAY_SERVER_DB_INTERNAL_H

#include <sqlite3.h>

#include "server/db.h"

struct db_conn {
	sqlite3 *sqlite;
	struct db *owner;
	struct err failure; /* the first of this transaction */
	sqlite3_stmt *statements[SQL_COUNT];
};

/* The writer also migrates. */
int db_conn_open(const char *path, bool writer, struct db_conn **ret_conn, struct err *err);
void db_conn_close(struct db_conn *conn);

#endif

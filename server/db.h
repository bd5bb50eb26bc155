/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The database: one writer, a pool of readers, statements that are named in sql/ and bound.
 *
 *	struct db_conn *conn = db_begin_write(db);
 *	db_run(conn, SQL_VARIANT_START, db_int(id), db_text("building"), db_int(now_ms));
 *	{
 *		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_SERIES_PATCHES, db_int(id));
 *		while (rows_next(&rows))
 *			... rows_int(&rows, 0) ... rows_text(&rows, 1) ...
 *	}
 *	rc = db_commit(&conn, err);	// the first failure of any statement comes out here
 *
 * A connection remembers its first failure, as stdio does: later statements do nothing and find no
 * rows, and the transaction cannot be committed. So code between begin and commit needs no check
 * after each statement, but whoever answers "not found" must first have ended the transaction.
 *
 * A committed transaction is on disk when db_commit() returns (WAL, synced by db-sync.c): what was
 * acknowledged survives kill -9 and power loss. Only db*.c know that this is SQLite.
 */
#ifndef RUNWAY_SERVER_DB_H
#define RUNWAY_SERVER_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/cleanup.h"
#include "lib/err.h"
#include "sql.h"

struct db;
struct db_conn;

/* Opens (creates, migrates) folder/runway.db. -EPROTO when a newer program wrote it. */
int db_open(const char *folder, unsigned readers, struct db **ret_db, struct err *err);
void db_close(struct db *db); /* after every connection was given back; NULL is fine */

/* Waits for the writer. Give it back with db_commit() or db_rollback(). */
struct db_conn *db_begin_write(struct db *db);
/* A reader with one consistent view until db_end(). Waits when all are in use. */
struct db_conn *db_begin_read(struct db *db);

/* 0, or the first failure since the begin, rolled back. Sets *conn to NULL either way. */
int db_commit(struct db_conn **conn, struct err *err);
int db_end(struct db_conn **conn, struct err *err);
/* For CLEANUP and for turning back: *conn may be NULL. Works for readers, too. */
void db_rollback(struct db_conn **conn);

bool db_failed(const struct db_conn *conn);

struct bind {
	char type; /* 'i', 'r', 't', 'b', '0' */
	int64_t integer;
	double real;
	const void *data; /* must live until the statement has run or its rows have ended */
	size_t bytes;
};

struct bind db_int(int64_t value);
struct bind db_int_or_null(int64_t value); /* 0 is NULL */
struct bind db_real(double value);
struct bind db_text(const char *text); /* NULL is NULL */
struct bind db_blob(const void *data, size_t bytes);

/* Runs a statement that returns no rows. */
#define db_run(conn, statement, ...)                                                               \
	db_run_bound(conn, statement, (const struct bind[]){ __VA_ARGS__ },                        \
		     sizeof((const struct bind[]){ __VA_ARGS__ }) / sizeof(struct bind))
void db_run_bound(struct db_conn *conn, enum statement statement, const struct bind *binds,
		  size_t count);
int64_t db_last_id(struct db_conn *conn);
int64_t db_changes(struct db_conn *conn); /* rows the last db_run() changed */

/* One statement has one set of rows open at a time on a connection. */
struct rows {
	struct db_conn *conn;
	struct sqlite3_stmt *statement;
};

#define db_query(conn, statement, ...)                                                             \
	db_query_bound(conn, statement, (const struct bind[]){ __VA_ARGS__ },                      \
		       sizeof((const struct bind[]){ __VA_ARGS__ }) / sizeof(struct bind))
struct rows db_query_bound(struct db_conn *conn, enum statement statement, const struct bind *binds,
			   size_t count);
bool rows_next(struct rows *rows);
void rows_end(struct rows *rows);

int64_t rows_int(struct rows *rows, int column); /* 0 for NULL */
double rows_real(struct rows *rows, int column);
const char *rows_text(struct rows *rows, int column); /* NULL for NULL; until the next row */
char *rows_copy(struct rows *rows, int column);	      /* the same, to free() */
const void *rows_blob(struct rows *rows, int column, size_t *ret_bytes);
bool rows_null(struct rows *rows, int column);

/* The first column of the first row as an integer, or otherwise when there is none (or NULL). */
#define db_value(conn, otherwise, statement, ...)                                                  \
	db_value_bound(conn, otherwise, statement, (const struct bind[]){ __VA_ARGS__ },           \
		       sizeof((const struct bind[]){ __VA_ARGS__ }) / sizeof(struct bind))
int64_t db_value_bound(struct db_conn *conn, int64_t otherwise, enum statement statement,
		       const struct bind *binds, size_t count);

#endif

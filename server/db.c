// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/db.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>

#include "lib/alloc.h"
#include "server/db-internal.h"
#include "server/db-sync.h"

struct db {
	pthread_mutex_t write_mutex; /* held from db_begin_write() to commit or rollback */
	struct db_conn *writer;
	pthread_mutex_t readers_mutex;
	pthread_cond_t reader_free;
	struct db_conn **readers; /* free ones are at the front */
	unsigned readers_count, readers_free;
	struct db_sync *sync;
};

static void conn_fail(struct db_conn *conn, const char *what)
{
	if (conn->failure.code)
		return;
	err_set(&conn->failure, sqlite3_errcode(conn->sqlite) == SQLITE_FULL ? -ENOSPC : -EIO,
		"The database refused %s: %s.", what, sqlite3_errmsg(conn->sqlite));
}

static void conn_begin(struct db_conn *conn, const char *begin)
{
	conn->failure = ERR_INIT;
	if (sqlite3_exec(conn->sqlite, begin, NULL, NULL, NULL) != SQLITE_OK)
		conn_fail(conn, "to begin");
}

int db_open(const char *folder, unsigned readers, struct db **ret_db, struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/runway.db", folder);
	struct db *db = xcalloc(1, sizeof(*db));
	int rc = db_conn_open(path, true, &db->writer, err);

	if (!rc)
		rc = db_sync_open(path, &db->sync, err);

	pthread_mutex_init(&db->write_mutex, NULL);
	pthread_mutex_init(&db->readers_mutex, NULL);
	pthread_cond_init(&db->reader_free, NULL);
	db->readers = xcalloc(readers, sizeof(struct db_conn *));
	for (unsigned i = 0; !rc && i < readers; i++) {
		rc = db_conn_open(path, false, &db->readers[i], err);
		if (!rc)
			db->readers_count = db->readers_free = i + 1;
	}
	if (rc < 0) {
		db_close(db);
		return rc;
	}
	*ret_db = db;
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	assert(db->readers_free == db->readers_count);
	for (unsigned i = 0; i < db->readers_count; i++)
		db_conn_close(db->readers[i]);
	db_conn_close(db->writer);
	db_sync_close(db->sync);
	pthread_mutex_destroy(&db->write_mutex);
	pthread_mutex_destroy(&db->readers_mutex);
	pthread_cond_destroy(&db->reader_free);
	free(db->readers);
	free(db);
}

struct db_conn *db_begin_write(struct db *db)
{
	pthread_mutex_lock(&db->write_mutex);
	db->writer->owner = db;
	conn_begin(db->writer, "BEGIN IMMEDIATE");
	return db->writer;
}

struct db_conn *db_begin_read(struct db *db)
{
	struct db_conn *conn;

	pthread_mutex_lock(&db->readers_mutex);
	while (!db->readers_free)
		pthread_cond_wait(&db->reader_free, &db->readers_mutex);
	conn = db->readers[--db->readers_free];
	pthread_mutex_unlock(&db->readers_mutex);
	conn->owner = db;
	conn_begin(conn, "BEGIN");
	return conn;
}

static int conn_finish(struct db_conn **conn_pointer, bool commit, struct err *err)
{
	struct db_conn *conn = *conn_pointer;
	struct db *db = conn->owner;
	uint64_t ticket = 0;
	int rc;

	if (commit && !conn->failure.code &&
	    sqlite3_exec(conn->sqlite, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		conn_fail(conn, "to commit");
	if (!sqlite3_get_autocommit(conn->sqlite))
		sqlite3_exec(conn->sqlite, "ROLLBACK", NULL, NULL, NULL);
	rc = conn->failure.code;
	if (rc && err)
		*err = conn->failure;
	*conn_pointer = NULL;
	if (conn == db->writer) {
		if (commit && !rc)
			ticket = db_sync_ticket(db->sync);
		pthread_mutex_unlock(&db->write_mutex);
		return ticket ? db_sync_wait(db->sync, ticket, err) : rc;
	}
	pthread_mutex_lock(&db->readers_mutex);
	db->readers[db->readers_free++] = conn;
	pthread_cond_signal(&db->reader_free);
	pthread_mutex_unlock(&db->readers_mutex);
	return rc;
}

int db_commit(struct db_conn **conn, struct err *err)
{
	return conn_finish(conn, true, err);
}

int db_end(struct db_conn **conn, struct err *err)
{
	return conn_finish(conn, true, err);
}

void db_rollback(struct db_conn **conn)
{
	if (*conn)
		conn_finish(conn, false, NULL);
}

bool db_failed(const struct db_conn *conn)
{
	return conn->failure.code != 0;
}

struct bind db_int(int64_t value)
{
	return (struct bind){ .type = 'i', .integer = value };
}

struct bind db_int_or_null(int64_t value)
{
	return (struct bind){ .type = value ? 'i' : '0', .integer = value };
}

struct bind db_real(double value)
{
	return (struct bind){ .type = 'r', .real = value };
}

struct bind db_text(const char *text)
{
	return (struct bind){ .type = text ? 't' : '0', .data = text };
}

struct bind db_blob(const void *data, size_t bytes)
{
	return (struct bind){ .type = 'b', .data = data, .bytes = bytes };
}

static int bind_one(sqlite3_stmt *statement, int index, const struct bind *bind)
{
	switch (bind->type) {
	case 'i':
		return sqlite3_bind_int64(statement, index, bind->integer);
	case 'r':
		return sqlite3_bind_double(statement, index, bind->real);
	case 't':
		return sqlite3_bind_text(statement, index, bind->data, -1, SQLITE_STATIC);
	case 'b':
		return sqlite3_bind_blob64(statement, index, bind->data, bind->bytes,
					   SQLITE_STATIC);
	default:
		return sqlite3_bind_null(statement, index);
	}
}

static sqlite3_stmt *bind_all(struct db_conn *conn, enum statement which, const struct bind *binds,
			      size_t count)
{
	sqlite3_stmt *statement = conn->statements[which];

	if (conn->failure.code)
		return NULL;
	assert(!sqlite3_stmt_busy(statement));
	assert((size_t)sqlite3_bind_parameter_count(statement) == count);
	for (size_t i = 0; i < count; i++)
		if (bind_one(statement, (int)i + 1, &binds[i]) != SQLITE_OK)
			conn_fail(conn, "a value");
	return conn->failure.code ? NULL : statement;
}

void db_run_bound(struct db_conn *conn, enum statement which, const struct bind *binds,
		  size_t count)
{
	sqlite3_stmt *statement = bind_all(conn, which, binds, count);

	if (!statement)
		return;
	if (sqlite3_step(statement) != SQLITE_DONE)
		conn_fail(conn, "a change");
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

int64_t db_last_id(struct db_conn *conn)
{
	return sqlite3_last_insert_rowid(conn->sqlite);
}

int64_t db_changes(struct db_conn *conn)
{
	return conn->failure.code ? 0 : sqlite3_changes64(conn->sqlite);
}

struct rows db_query_bound(struct db_conn *conn, enum statement which, const struct bind *binds,
			   size_t count)
{
	return (struct rows){ .conn = conn, .statement = bind_all(conn, which, binds, count) };
}

bool rows_next(struct rows *rows)
{
	int rc;

	if (!rows->statement)
		return false;
	rc = sqlite3_step(rows->statement);
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		conn_fail(rows->conn, "a question");
	rows_end(rows);
	return false;
}

void rows_end(struct rows *rows)
{
	if (!rows->statement)
		return;
	sqlite3_reset(rows->statement);
	sqlite3_clear_bindings(rows->statement);
	rows->statement = NULL;
}

int64_t rows_int(struct rows *rows, int column)
{
	return sqlite3_column_int64(rows->statement, column);
}

double rows_real(struct rows *rows, int column)
{
	return sqlite3_column_double(rows->statement, column);
}

const char *rows_text(struct rows *rows, int column)
{
	return (const char *)sqlite3_column_text(rows->statement, column);
}

char *rows_copy(struct rows *rows, int column)
{
	const char *text = rows_text(rows, column);

	return text ? xstrdup(text) : NULL;
}

const void *rows_blob(struct rows *rows, int column, size_t *ret_bytes)
{
	const void *data = sqlite3_column_blob(rows->statement, column);

	*ret_bytes = (size_t)sqlite3_column_bytes(rows->statement, column);
	return data;
}

bool rows_null(struct rows *rows, int column)
{
	return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

int64_t db_value_bound(struct db_conn *conn, int64_t otherwise, enum statement which,
		       const struct bind *binds, size_t count)
{
	struct rows rows = db_query_bound(conn, which, binds, count);
	int64_t value = otherwise;

	if (rows_next(&rows) && !rows_null(&rows, 0))
		value = rows_int(&rows, 0);
	rows_end(&rows);
	return value;
}

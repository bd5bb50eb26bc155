// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening a connection: settings, migrations, preparing every statement once. */
#include <errno.h>

#define RUNWAY_SQL_TEXT
#include "lib/alloc.h"
#include "lib/list.h"
#include "server/db-internal.h"

#define MIGRATIONS ((int)(sizeof(migrations) / sizeof(migrations[0])))

static int run_text(sqlite3 *sqlite, const char *text, struct err *err)
{
	if (sqlite3_exec(sqlite, text, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return err_set(err, -EIO, "The database refused its setup: %s.", sqlite3_errmsg(sqlite));
}

static int read_version(sqlite3 *sqlite, int *ret_version, struct err *err)
{
	sqlite3_stmt *statement;
	int rc;

	if (sqlite3_prepare_v2(sqlite, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK)
		return err_set(err, -EIO, "The file is no database that can be read: %s.",
			       sqlite3_errmsg(sqlite));
	rc = sqlite3_step(statement);
	*ret_version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return rc == SQLITE_ROW
		       ? 0
		       : err_set(err, -EIO, "The file is no database that can be read: %s.",
				 sqlite3_errmsg(sqlite));
}

/* Everything in one transaction: a server that dies here leaves the old version. */
static int migrate(sqlite3 *sqlite, const char *path, struct err *err)
{
	char set_version[64];
	int version = 0, rc;

	rc = run_text(sqlite, "BEGIN IMMEDIATE", err);
	if (!rc)
		rc = read_version(sqlite, &version, err);
	if (!rc && version > MIGRATIONS)
		rc = err_set(err, -EPROTO,
			     "%s has version %d and this program knows %d: a newer runwayd wrote "
			     "it. Install that one again, or give another --state.",
			     path, version, MIGRATIONS);
	for (int i = rc ? MIGRATIONS : version; !rc && i < MIGRATIONS; i++)
		rc = run_text(sqlite, migrations[i], err);
	/* A pragma takes no bound value; this number is ours. */
	snprintf(set_version, sizeof(set_version), "PRAGMA user_version = %d", MIGRATIONS);
	if (!rc)
		rc = run_text(sqlite, set_version, err);
	if (!rc)
		rc = run_text(sqlite, "COMMIT", err);
	if (!sqlite3_get_autocommit(sqlite))
		sqlite3_exec(sqlite, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* holds_all(have, want): whether each item of want, with commas, is one of have's. */
static void holds_all(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *have = (const char *)sqlite3_value_text(values[0]);
	const char *want = (const char *)sqlite3_value_text(values[1]);

	(void)count;
	sqlite3_result_int(context, list_has_all(have ? have : "", want ? want : ""));
}

static int add_functions(sqlite3 *sqlite, struct err *err)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

	if (sqlite3_create_function(sqlite, "holds_all", 2, flags, NULL, holds_all, NULL, NULL) ==
	    SQLITE_OK)
		return 0;
	return err_set(err, -EIO, "The database refused its setup: %s.", sqlite3_errmsg(sqlite));
}

static int prepare(struct db_conn *conn, struct err *err)
{
	for (int i = 0; i < SQL_COUNT; i++)
		if (sqlite3_prepare_v3(conn->sqlite, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &conn->statements[i], NULL) != SQLITE_OK)
			return err_set(err, -EIO,
				       "A statement does not fit the database: %s: %.80s",
				       sqlite3_errmsg(conn->sqlite), statements[i]);
	return 0;
}

int db_conn_open(const char *path, bool writer, struct db_conn **ret_conn, struct err *err)
{
	int flags = SQLITE_OPEN_NOMUTEX |
		    (writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
	struct db_conn *conn = xcalloc(1, sizeof(*conn));
	int rc = 0;

	if (sqlite3_open_v2(path, &conn->sqlite, flags, NULL) != SQLITE_OK)
		rc = err_set(err, -EIO, "Cannot open %s: %s.", path, sqlite3_errmsg(conn->sqlite));
	/* token-add may hold the write lock of a running server for a moment. */
	sqlite3_busy_timeout(conn->sqlite, 10000);
	if (!rc && writer)
		rc = run_text(conn->sqlite, "PRAGMA journal_mode = WAL", err);
	if (!rc)
		rc = run_text(conn->sqlite,
			      /* Commits are synced by db-sync.c, many at a time. */
			      "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
			      "PRAGMA wal_autocheckpoint = 8000;"
			      "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;"
			      "PRAGMA cache_size = -16384",
			      err);
	if (!rc && writer)
		rc = migrate(conn->sqlite, path, err);
	if (!rc)
		rc = add_functions(conn->sqlite, err);
	if (!rc)
		rc = prepare(conn, err);
	if (rc < 0) {
		db_conn_close(conn);
		return rc;
	}
	*ret_conn = conn;
	return 0;
}

void db_conn_close(struct db_conn *conn)
{
	if (!conn)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(conn->statements[i]);
	sqlite3_close(conn->sqlite);
	free(conn);
}

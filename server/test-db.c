// SPDX-License-Identifier: GPL-2.0-or-later
#include <sqlite3.h>

#include "server/clock.h"
#include "server/test-fixture.h"

static void a_fresh_database_is_migrated_and_opens_again(void **state)
{
	struct fixture *f = *state;
	struct db *again = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(db_open(f->folder, 1, &again, &err), 0);
	db_close(again);
}

static void a_newer_database_is_refused_with_a_sentence(void **state)
{
	struct fixture *f = *state;
	CLEANUP(free_ptr) char *path = xasprintf("%s/runway.db", f->folder);
	struct db *again = NULL;
	struct err err = ERR_INIT;
	sqlite3 *sqlite;

	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, "PRAGMA user_version = 9999", NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(sqlite);
	assert_int_equal(db_open(f->folder, 1, &again, &err), -EPROTO);
	assert_non_null(strstr(err.text, "newer runwayd"));
}

static void a_file_that_is_no_database_is_refused(void **state)
{
	struct fixture *f = *state;
	CLEANUP(free_ptr) char *folder = xasprintf("%s/other", f->folder);
	CLEANUP(free_ptr) char *path = xasprintf("%s/other/runway.db", f->folder);
	struct db *db = NULL;
	struct err err = ERR_INIT;

	file_make_folder(folder, 0700, NULL);
	file_write(path, "this is a text, and long enough to be read as a head", 52, 0600, NULL);
	assert_int_equal(db_open(folder, 1, &db, &err), -EIO);
	assert_true(err.text[0]);
}

static void nothing_of_a_transaction_that_failed_stays(void **state)
{
	struct fixture *f = *state;
	struct db_conn *conn = db_begin_write(f->db);
	struct err err = ERR_INIT;

	db_run(conn, SQL_TOKEN_ADD, db_text("a"), db_text("h"), db_text("read"), db_int(1));
	/* A foreign key that points nowhere. */
	db_run(conn, SQL_VARIANT_ADD, db_int(77), db_int(0), db_int_or_null(0));
	db_run(conn, SQL_TOKEN_ADD, db_text("b"), db_text("i"), db_text("read"), db_int(1));
	assert_true(db_failed(conn));
	assert_int_equal(db_commit(&conn, &err), -EIO);
	assert_true(err.text[0]);
	conn = db_begin_read(f->db);
	assert_int_equal(db_value(conn, -1, SQL_TOKEN_LIST), -1);
	assert_int_equal(db_end(&conn, &err), 0);
}

static void a_reader_keeps_its_view_while_the_writer_commits(void **state)
{
	struct fixture *f = *state;
	struct db_conn *reader = db_begin_read(f->db), *writer;

	assert_int_equal(db_value(reader, -1, SQL_TOKEN_LIST), -1);
	writer = db_begin_write(f->db);
	db_run(writer, SQL_TOKEN_ADD, db_text("a"), db_text("h"), db_text("read"), db_int(1));
	commit(&writer);
	assert_int_equal(db_value(reader, -1, SQL_TOKEN_LIST), -1);
	assert_int_equal(db_end(&reader, NULL), 0);
	reader = db_begin_read(f->db);
	assert_int_equal(db_value(reader, -1, SQL_TOKEN_LIST), 1);
	db_rollback(&reader);
}

static void times_are_rfc_3339(void **state)
{
	char text[CLOCK_TEXT_BYTES];

	(void)state;
	clock_format(1714557600123, text);
	assert_string_equal(text, "2024-05-01T10:00:00.123Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_fresh_database_is_migrated_and_opens_again,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_newer_database_is_refused_with_a_sentence,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_file_that_is_no_database_is_refused,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(nothing_of_a_transaction_that_failed_stays,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_reader_keeps_its_view_while_the_writer_commits,
						fixture_setup, fixture_teardown),
		cmocka_unit_test(times_are_rfc_3339),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

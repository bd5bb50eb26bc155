// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/task-log.h"
#include "server/test-fixture.h"

static void append(struct fixture *f, const char *bytes, size_t count)
{
	struct db_conn *conn = db_begin_write(f->db);

	task_log_append(conn, 1, bytes, count);
	commit(&conn);
}

static void read_log(struct fixture *f, struct buf *log)
{
	struct db_conn *conn = db_begin_read(f->db);

	task_log_read(conn, 1, log);
	db_rollback(&conn);
}

static void a_short_log_is_kept_whole_and_in_order(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release) struct buf log = BUF_INIT(TASK_LOG_MAX_BYTES);

	make_campaign(f, usual_request(), 1);
	append(f, "one\n", 4);
	append(f, "", 0);
	append(f, "two\n", 4);
	read_log(f, &log);
	assert_string_equal(log.data, "one\ntwo\n");
}

static void of_a_long_log_the_first_half_and_the_newest_stay(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release) struct buf log = BUF_INIT(4 * TASK_LOG_MAX_BYTES);
	CLEANUP(free_ptr) char *chunk = xmalloc(TASK_LOG_CALL_BYTES);
	size_t sent = 0, marked, kept;
	const char *marker;

	make_campaign(f, usual_request(), 1);
	append(f, "first\n", 6);
	sent += 6;
	for (int i = 0; i < 40; i++) {
		memset(chunk, 'a' + i % 26, TASK_LOG_CALL_BYTES);
		append(f, chunk, TASK_LOG_CALL_BYTES);
		sent += TASK_LOG_CALL_BYTES;
	}
	append(f, "last\n", 5);
	sent += 5;
	read_log(f, &log);
	assert_in_range(log.length, TASK_LOG_HALF_BYTES, TASK_LOG_MAX_BYTES);
	assert_memory_equal(log.data, "first\n", 6);
	assert_memory_equal(log.data + log.length - 5, "last\n", 5);
	marker = strstr(log.data, "\n[… ");
	assert_non_null(marker);
	assert_int_equal(marker - log.data, TASK_LOG_HALF_BYTES);
	/* What the line says was dropped is what is missing. */
	marked = strtoull(marker + strlen("\n[… "), NULL, 10);
	kept = log.length - (strchr(marker + 1, '\n') + 1 - marker);
	assert_int_equal(marked, sent - kept);
}

static void single_bytes_do_not_make_a_row_each(void **state)
{
	struct fixture *f = *state;
	struct db_conn *conn;
	size_t rows_count = 0;

	make_campaign(f, usual_request(), 1);
	conn = db_begin_write(f->db);
	for (int i = 0; i < 40000; i++)
		task_log_append(conn, 1, "x", 1);
	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_LOG_CHUNKS, db_int(1));

		while (rows_next(&rows))
			rows_count++;
	}
	commit(&conn);
	assert_int_equal(rows_count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_short_log_is_kept_whole_and_in_order,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(of_a_long_log_the_first_half_and_the_newest_stay,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(single_bytes_do_not_make_a_row_each, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

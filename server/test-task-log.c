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

static int64_t follow(struct fixture *f, bool open, int64_t *offset, struct buf *piece)
{
	struct db_conn *conn = db_begin_read(f->db);
	int64_t dropped;

	buf_clear(piece);
	dropped = task_log_follow(conn, 1, open, offset, piece);
	db_rollback(&conn);
	return dropped;
}

static void a_log_is_followed_in_whole_lines(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release) struct buf piece = BUF_INIT(1024);
	int64_t offset = 0;

	make_campaign(f, usual_request(), 1);
	append(f, "one\ntw", 6);
	assert_int_equal(follow(f, true, &offset, &piece), 0);
	assert_string_equal(piece.data, "one\n");
	assert_int_equal(follow(f, true, &offset, &piece), 0);
	assert_int_equal(piece.length, 0);
	append(f, "o\nthree", 7);
	follow(f, true, &offset, &piece);
	assert_string_equal(piece.data, "two\n");
	/* The last line will not get longer. */
	follow(f, false, &offset, &piece);
	assert_string_equal(piece.data, "three");
	assert_int_equal(offset, 13);
}

static void a_line_without_an_end_is_followed_in_pieces(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release) struct buf piece = BUF_INIT(1024);
	CLEANUP(free_ptr) char *line = xmalloc(40000);
	int64_t offset = 0;
	size_t got = 0;

	make_campaign(f, usual_request(), 1);
	append(f, memset(line, 'x', 40000), 40000);
	do {
		follow(f, true, &offset, &piece);
		got += piece.length;
	} while (piece.length);
	assert_int_equal(got, 40000 / 1024 * 1024);
	follow(f, false, &offset, &piece);
	assert_int_equal(offset, 40000);
}

static void who_follows_is_told_of_the_hole_in_the_middle(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release) struct buf piece = BUF_INIT(64 << 10);
	CLEANUP(free_ptr) char *chunk = xmalloc(TASK_LOG_CALL_BYTES);
	int64_t offset = 0, dropped = 0, got = 0, sent = 40 * TASK_LOG_CALL_BYTES;

	make_campaign(f, usual_request(), 1);
	for (int i = 0; i < 40; i++)
		append(f, memset(chunk, 'a' + i % 26, TASK_LOG_CALL_BYTES), TASK_LOG_CALL_BYTES);
	do {
		dropped += follow(f, false, &offset, &piece);
		got += (int64_t)piece.length;
	} while (piece.length);
	assert_int_equal(offset, sent);
	assert_int_equal(got + dropped, sent);
	assert_in_range(got, TASK_LOG_HALF_BYTES, 2 * TASK_LOG_HALF_BYTES);
}

static void an_offset_past_the_end_waits_at_the_end(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release) struct buf piece = BUF_INIT(1024);
	int64_t offset = INT64_MAX;

	make_campaign(f, usual_request(), 1);
	append(f, "one\n", 4);
	follow(f, true, &offset, &piece);
	assert_int_equal(piece.length, 0);
	assert_int_equal(offset, 4);
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
		cmocka_unit_test_setup_teardown(a_log_is_followed_in_whole_lines, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(a_line_without_an_end_is_followed_in_pieces,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(who_follows_is_told_of_the_hole_in_the_middle,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(an_offset_past_the_end_waits_at_the_end,
						fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

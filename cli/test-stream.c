// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/stream.h"

#include <stdio.h>
#include <string.h>

#include "cli/log-piece.h"
#include "lib/cleanup.h"
#include "lib/test.h"

static const char text[] = ": comes every 15 s\n\n"
			   "id: 10\nevent: log\ndata: one\ndata:two\n\n"
			   "retry: 3\ndata: three\r\n\r\n"
			   "id: 20\n\n"
			   "event: end\ndata: {}\n\n"
			   "data: too late\n\n";

static bool note(void *data, const char *event, const char *what)
{
	buf_printf(data, "[%s|%s]", event, what);
	return strcmp(event, "end") != 0;
}

/* However the bytes are cut, the same events come out. */
static void events_are_whole_however_they_are_cut(void **state)
{
	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		CLEANUP(buf_release) struct buf seen = BUF_INIT(1024);
		CLEANUP(stream_release) struct stream stream = STREAM_INIT(note, &seen);
		bool more = true;

		for (size_t at = 0; more && at < sizeof(text) - 1; at += step) {
			size_t left = sizeof(text) - 1 - at;

			more = stream_feed(&stream, text + at, left < step ? left : step);
		}
		assert_string_equal(seen.data, "[log|one\ntwo][message|three][end|{}]");
		assert_string_equal(stream.last_id.data, "20");
		assert_true(stream.ended);
		assert_false(more);
	}
}

static void a_break_forgets_half_an_event_and_keeps_the_id(void **state)
{
	static const char whole[] = "id: 7\ndata: a\n\n", half[] = "id: 8\ndata: lost\n",
			  again[] = "id: 8\ndata: b\n\n";
	CLEANUP(buf_release) struct buf seen = BUF_INIT(1024);
	CLEANUP(stream_release) struct stream stream = STREAM_INIT(note, &seen);

	(void)state;
	assert_true(stream_feed(&stream, whole, strlen(whole)));
	assert_true(stream_feed(&stream, half, strlen(half)));
	assert_string_equal(stream.last_id.data, "7");
	stream_restart(&stream);
	assert_true(stream_feed(&stream, again, strlen(again)));
	assert_string_equal(seen.data, "[message|a][message|b]");
	assert_string_equal(stream.last_id.data, "8");
}

static void an_event_without_an_end_is_not_kept_for_ever(void **state)
{
	static char much[1 << 20];
	CLEANUP(buf_release) struct buf seen = BUF_INIT(16);
	CLEANUP(stream_release) struct stream stream = STREAM_INIT(note, &seen);
	int fed = 0;

	(void)state;
	memset(much, 'x', sizeof(much));
	while (fed < 100 && stream_feed(&stream, much, sizeof(much)))
		fed++;
	assert_int_equal(fed, STREAM_EVENT_MAX_BYTES / (int)sizeof(much));
}

static void a_piece_of_a_log_is_clean_text(void **state)
{
	CLEANUP(log_piece_release) struct log_piece piece = { 0 }, end = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(
		log_piece_decode("{\"text\": \"a\\u001b[2Jb\\n\", \"dropped\": 5}", &piece, &err),
		0);
	assert_string_equal(piece.text, "a[2Jb\n");
	assert_int_equal(piece.dropped, 5);
	assert_int_equal(log_piece_decode("{\"state\": \"done\"}", &end, &err), 0);
	assert_null(end.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_whole_however_they_are_cut),
		cmocka_unit_test(a_break_forgets_half_an_event_and_keeps_the_id),
		cmocka_unit_test(an_event_without_an_end_is_not_kept_for_ever),
		cmocka_unit_test(a_piece_of_a_log_is_clean_text),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}

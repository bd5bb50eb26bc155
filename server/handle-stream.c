// SPDX-License-Identifier: GPL-2.0-or-later
/* Server-Sent Events: what happens, and logs as they grow. Both can be taken up where they broke
 * off, with Last-Event-ID. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/alloc.h"
#include "lib/log.h"
#include "server/handle.h"
#include "server/task-log.h"

#define EVENTS_AT_ONCE 200

/* The number in Last-Event-ID, or in ?after=, or -1. */
static int read_start(const struct request *request, int64_t *ret_start, struct err *err)
{
	const char *last = request_header(request, "Last-Event-ID");
	char *end;

	if (!last || !*last)
		return request_query_int(request, "after", 0, INT64_MAX, -1, ret_start, err);
	errno = 0;
	*ret_start = strtoll(last, &end, 10);
	if (errno || *end || *last < '0' || *last > '9')
		return err_set(err, -EINVAL, "Last-Event-ID must be the id of an event.");
	return 0;
}

static void *copy(const void *data, size_t bytes)
{
	return memcpy(xmalloc(bytes), data, bytes);
}

static void begin_stream(struct request *request, struct answer *answer, stream_source *source,
			 void *data)
{
	struct stream *stream =
		stream_new(request->server->streams, request->connection, source, data, free);

	if (stream) {
		answer->status = 200;
		answer->type = "text/event-stream";
		answer->stream = stream;
		return;
	}
	answer_problem(answer, 429, "This server has %d streams open and takes no more now.",
		       STREAMS_MAX);
	answer->retry_after_s = 30;
}

struct events {
	struct server *server;
	int64_t after, campaign; /* 0: all campaigns */
	bool begun;
};

/* Of what is gone, or never was, the client is told that much. */
static void write_gap(struct events *events, struct db_conn *conn, struct buf *text)
{
	int64_t oldest = db_value(conn, 1, SQL_EVENT_OLDEST);
	int64_t newest = db_value(conn, 0, SQL_EVENT_NEWEST);
	int64_t asked = events->after;

	buf_puts(text, "retry: 2000\n\n");
	events->begun = true;
	if (asked >= 0 && asked <= newest && asked >= oldest - 1)
		return;
	events->after = asked >= 0 && asked < oldest ? oldest - 1 : newest;
	if (asked >= 0)
		buf_printf(text,
			   "id: %" PRId64 "\nevent: gap\ndata: {\"asked\":%" PRId64
			   ",\"after\":%" PRId64 "}\n\n",
			   events->after, asked, events->after);
}

static void write_event(struct buf *text, struct rows *rows)
{
	struct json_writer w = { .buf = text };

	buf_printf(text, "id: %" PRId64 "\nevent: %s\ndata: ", rows_int(rows, 0),
		   rows_text(rows, 1));
	json_write_object(&w, NULL);
	json_write_text(&w, "kind", rows_text(rows, 1));
	json_write_int(&w, "id", rows_int(rows, 2));
	json_write_int_or_null(&w, "campaign", rows_int(rows, 3));
	json_write_text(&w, "state", rows_text(rows, 4));
	json_write_time(&w, "at", rows_int(rows, 5));
	json_write_end(&w, '}');
	buf_puts(text, "\n\n");
}

static void read_events(struct events *events, struct db_conn *conn, struct buf *text)
{
	int64_t newest = db_value(conn, 0, SQL_EVENT_NEWEST);
	int64_t count = 0;

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_EVENT_LIST, db_int(events->after),
					    db_int(events->campaign), db_int(EVENTS_AT_ONCE));

		for (; rows_next(&rows); count++) {
			write_event(text, &rows);
			events->after = rows_int(&rows, 0);
		}
	}
	/* Others' events were looked at, too. */
	if (count < EVENTS_AT_ONCE)
		events->after = newest;
}

static bool more_events(void *data, struct buf *text)
{
	struct events *events = data;
	struct db_conn *conn = db_begin_read(events->server->db);
	struct err err = ERR_INIT;

	if (!events->begun)
		write_gap(events, conn, text);
	read_events(events, conn, text);
	if (db_end(&conn, &err) == 0)
		return true;
	log_error("a stream of events: %s", err.text);
	return false;
}

/* 422: an id or a campaign that is no number; 429: too many streams. */
void handle_event_stream(struct request *request, struct answer *answer)
{
	struct events events = { .server = request->server };
	struct err err = ERR_INIT;
	int rc = read_start(request, &events.after, &err);

	if (!rc)
		rc = request_query_int(request, "campaign", 1, INT64_MAX, 0, &events.campaign,
				       &err);
	if (rc < 0) {
		answer_error(answer, &err);
		return;
	}
	begin_stream(request, answer, more_events, copy(&events, sizeof(events)));
}

struct following {
	struct server *server;
	int64_t task, offset; /* offset: bytes of the whole log, dropped ones included */
};

static void write_piece(struct buf *text, const struct following *following, const char *event,
			const struct buf *piece, int64_t dropped, const char *state)
{
	struct json_writer w = { .buf = text };

	buf_printf(text, "id: %" PRId64 "\nevent: %s\ndata: ", following->offset, event);
	json_write_object(&w, NULL);
	if (state)
		json_write_text(&w, "state", state);
	else
		json_write_text(&w, "text", piece->data);
	if (dropped)
		json_write_int(&w, "dropped", dropped);
	json_write_end(&w, '}');
	buf_puts(text, "\n\n");
}

static bool task_open(const char *state)
{
	return !strcmp(state, "pending") || !strcmp(state, "leased");
}

static bool follow(struct following *following, struct db_conn *conn, struct buf *text)
{
	CLEANUP(buf_release) struct buf piece = BUF_INIT(STREAM_PIECE_BYTES);
	char state[16] = "done";
	int64_t dropped;

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_TASK_STATE, db_int(following->task));

		if (rows_next(&rows))
			snprintf(state, sizeof(state), "%s", rows_text(&rows, 0));
	}
	dropped = task_log_follow(conn, following->task, task_open(state), &following->offset,
				  &piece);
	if (piece.length || dropped)
		write_piece(text, following, "log", &piece, dropped, NULL);
	else if (!task_open(state))
		write_piece(text, following, "end", &piece, 0, state);
	return piece.length || dropped || task_open(state);
}

static bool more_log(void *data, struct buf *text)
{
	struct following *following = data;
	struct db_conn *conn = db_begin_read(following->server->db);
	struct err err = ERR_INIT;
	bool more = follow(following, conn, text);

	if (db_end(&conn, &err) == 0)
		return more;
	log_error("a log that is followed: %s", err.text);
	return false;
}

bool stream_wanted(const struct request *request)
{
	const char *accept = request_header(request, "Accept");
	const char *follow = request_query(request, "follow");

	return follow ? strcmp(follow, "0") != 0
		      : accept && !strncasecmp(accept, "text/event-stream", 17);
}

void stream_log(struct request *request, struct answer *answer)
{
	struct following following = { .server = request->server, .task = request->numbers[0] };
	struct err err = ERR_INIT;

	if (read_start(request, &following.offset, &err) < 0) {
		answer_error(answer, &err);
		return;
	}
	if (following.offset < 0)
		following.offset = 0;
	begin_stream(request, answer, more_log, copy(&following, sizeof(following)));
}

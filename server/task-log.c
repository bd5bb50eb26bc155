// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/task-log.h"

#include <inttypes.h>
#include <string.h>

/* Small appends join the newest chunk up to this size, so that an agent that sends single lines
 * does not make a row of each. */
#define CHUNK_BYTES (16 << 10)

struct log_state {
	int64_t head_bytes, tail_bytes, dropped_bytes;
};

static struct log_state read_state(struct db_conn *conn, int64_t task)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_LOG_FIND, db_int(task));

	if (!rows_next(&rows))
		return (struct log_state){ 0 };
	return (struct log_state){ .head_bytes = rows_int(&rows, 0),
				   .tail_bytes = rows_int(&rows, 1),
				   .dropped_bytes = rows_int(&rows, 2) };
}

static void add_chunk(struct db_conn *conn, int64_t task, const char *part, const char *bytes,
		      size_t count)
{
	int64_t last = 0, length = 0;

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_LOG_CHUNK_LAST, db_int(task), db_text(part));

		if (rows_next(&rows)) {
			last = rows_int(&rows, 0);
			length = rows_int(&rows, 1);
		}
	}
	if (last && length + (int64_t)count <= CHUNK_BYTES)
		db_run(conn, SQL_LOG_CHUNK_EXTEND, db_int(last), db_blob(bytes, count));
	else
		db_run(conn, SQL_LOG_CHUNK_ADD, db_int(task), db_text(part), db_blob(bytes, count));
}

/* Returns the bytes of the oldest chunk of the ring, which is gone then. */
static int64_t drop_oldest(struct db_conn *conn, int64_t task)
{
	int64_t id = 0, length = 0;

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_LOG_CHUNK_OLDEST, db_int(task));

		if (rows_next(&rows)) {
			id = rows_int(&rows, 0);
			length = rows_int(&rows, 1);
		}
	}
	if (id)
		db_run(conn, SQL_LOG_CHUNK_REMOVE, db_int(id));
	return length;
}

void task_log_append(struct db_conn *conn, int64_t task, const char *bytes, size_t count)
{
	struct log_state state;
	size_t head;

	if (!count)
		return;
	db_run(conn, SQL_LOG_OPEN, db_int(task));
	state = read_state(conn, task);
	head = (size_t)(TASK_LOG_HALF_BYTES - state.head_bytes);
	if (head > count)
		head = count;
	if (head)
		add_chunk(conn, task, "head", bytes, head);
	if (count > head)
		add_chunk(conn, task, "tail", bytes + head, count - head);
	state.head_bytes += (int64_t)head;
	state.tail_bytes += (int64_t)(count - head);
	while (state.tail_bytes > TASK_LOG_HALF_BYTES && !db_failed(conn)) {
		int64_t dropped = drop_oldest(conn, task);

		state.tail_bytes -= dropped;
		state.dropped_bytes += dropped;
	}
	db_run(conn, SQL_LOG_UPDATE, db_int(task), db_int(state.head_bytes),
	       db_int(state.tail_bytes), db_int(state.dropped_bytes));
}

void task_log_read(struct db_conn *conn, int64_t task, struct buf *ret_log)
{
	struct log_state state = read_state(conn, task);
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_LOG_CHUNKS, db_int(task));
	bool marked = !state.dropped_bytes;

	while (rows_next(&rows)) {
		const void *data;
		size_t bytes;

		if (!marked && !strcmp(rows_text(&rows, 0), "tail")) {
			buf_printf(ret_log,
				   "\n[… %" PRId64 " bytes of this log were dropped here …]\n",
				   state.dropped_bytes);
			marked = true;
		}
		data = rows_blob(&rows, 1, &bytes);
		buf_append_some(ret_log, data, bytes);
	}
}

/* What may go out now: whole lines, unless the rest of the last one will never come (there is a
 * hole behind it, or the log is over) or it does not fit. */
static void cut_at_line(struct buf *piece, bool over)
{
	const char *end = piece->length ? memrchr(piece->data, '\n', piece->length) : NULL;
	size_t keep = end ? (size_t)(end + 1 - piece->data) : 0;

	if (!over && (keep || piece->length < piece->max_bytes)) {
		piece->length = keep;
		if (piece->data != buf_empty)
			piece->data[keep] = '\0';
	}
	for (size_t i = 0; i < piece->length; i++)
		if (!piece->data[i])
			piece->data[i] = ' ';
}

/* Appends what is kept from the offset on, up to the next hole. */
static void read_from(struct db_conn *conn, int64_t task, const struct log_state *state,
		      int64_t offset, struct buf *piece)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_LOG_CHUNK_SIZES, db_int(task));
	int64_t at = 0;
	bool tail = false;

	while (rows_next(&rows) && piece->length < piece->max_bytes) {
		int64_t bytes = rows_int(&rows, 2), next = offset + (int64_t)piece->length;

		if (!tail && !strcmp(rows_text(&rows, 1), "tail")) {
			tail = true;
			at = state->head_bytes + state->dropped_bytes;
		}
		if (at > next)
			return;
		if (at + bytes > next) {
			CLEANUP(rows_end)
			struct rows chunk =
				db_query(conn, SQL_LOG_CHUNK_DATA, db_int(rows_int(&rows, 0)));
			const char *data;
			size_t length;

			if (!rows_next(&chunk))
				return;
			data = rows_blob(&chunk, 0, &length);
			buf_append_some(piece, data + (next - at), length - (size_t)(next - at));
		}
		at += bytes;
	}
}

int64_t task_log_follow(struct db_conn *conn, int64_t task, bool open, int64_t *offset,
			struct buf *ret_piece)
{
	struct log_state state = read_state(conn, task);
	int64_t hole = state.head_bytes + state.dropped_bytes, dropped = 0;
	int64_t whole = hole + state.tail_bytes, next;
	bool over;

	if (*offset > whole)
		*offset = whole;
	if (*offset >= state.head_bytes && *offset < hole) {
		dropped = hole - *offset;
		*offset = hole;
	}
	read_from(conn, task, &state, *offset, ret_piece);
	next = *offset + (int64_t)ret_piece->length;
	over = next == whole ? !open : next == state.head_bytes && state.dropped_bytes;
	cut_at_line(ret_piece, over);
	*offset += (int64_t)ret_piece->length;
	return dropped;
}

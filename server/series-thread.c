// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which series belong together: a thread is what mails say by answering each other, and what one
 * author sends again under the same title or name. Within a thread a series may be the next version
 * of an earlier one.
 */
#include <errno.h>
#include <stdlib.h>

#include "server/series.h"

static int64_t thread_of(struct db_conn *conn, int64_t series)
{
	return db_value(conn, 0, SQL_THREAD_FIND, db_int(series));
}

/* Two threads turn out to be one: it keeps the smaller number. */
static int64_t join(struct db_conn *conn, int64_t one, int64_t other)
{
	int64_t kept = one < other ? one : other;

	if (one != other)
		db_run(conn, SQL_SERIES_MOVE, db_int(one < other ? other : one), db_int(kept));
	return kept;
}

/* The same name says so; a title says it less surely, an answer says it when it is a later v. */
static int64_t find_previous(struct db_conn *conn, int64_t id)
{
	static const enum statement ways[] = { SQL_SERIES_NAMED_BEFORE, SQL_SERIES_TITLED_BEFORE,
					       SQL_SERIES_REPLIED_BEFORE };
	int64_t previous = 0;

	for (size_t i = 0; !previous && i < sizeof(ways) / sizeof(ways[0]); i++)
		previous = db_value(conn, 0, ways[i], db_int(id));
	return previous;
}

void series_place(struct db_conn *conn, int64_t id)
{
	int64_t previous, thread = thread_of(conn, id), other;

	/* What is filled after it was fetched has its place already, and may get a better one. */
	if (!thread)
		db_run(conn, SQL_SERIES_SET_THREAD, db_int(id), db_int(thread = id));
	while ((other = db_value(conn, 0, SQL_THREAD_BY_MESSAGE, db_int(id), db_int(thread))))
		thread = join(conn, thread, other);
	previous = find_previous(conn, id);
	if (!previous)
		return;
	db_run(conn, SQL_SERIES_SET_PREVIOUS, db_int(id), db_int(previous));
	join(conn, thread, thread_of(conn, previous));
}

void series_join(struct db_conn *conn, int64_t one, int64_t other)
{
	join(conn, thread_of(conn, one), thread_of(conn, other));
}

/* A number of a series, or 0: then it is a Message-ID. */
static int64_t as_number(const char *name)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(name, &end, 10);
	return errno || *end || end == name || number < 1 ? 0 : number;
}

size_t series_thread(struct db_conn *conn, const char *name, size_t max, int64_t *ret_series)
{
	int64_t number = as_number(name);
	int64_t thread = number ? thread_of(conn, number)
				: db_value(conn, 0, SQL_THREAD_OF_MESSAGE, db_text(name));
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_THREAD_SERIES, db_int(thread), db_int((int64_t)max));
	size_t count = 0;

	while (thread && count < max && rows_next(&rows))
		ret_series[count++] = rows_int(&rows, 0);
	return count;
}

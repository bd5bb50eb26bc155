// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/idempotency.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int idempotency_find(struct db_conn *conn, int64_t token, const char *key,
		     const char *request_sha256, struct answer *ret_answer, struct err *err)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_IDEMPOTENCY_FIND, db_int(token), db_text(key));

	if (!rows_next(&rows))
		return 0;
	if (strcmp(rows_text(&rows, 0), request_sha256) != 0)
		return err_set(err, -EINVAL,
			       "This Idempotency-Key was used for another request. Draw a new one "
			       "for each new request.");
	ret_answer->status = (unsigned)rows_int(&rows, 1);
	buf_puts(&ret_answer->body, rows_text(&rows, 2));
	snprintf(ret_answer->location, sizeof(ret_answer->location), "%s", rows_text(&rows, 3));
	return 1;
}

void idempotency_store(struct db_conn *conn, int64_t token, const char *key,
		       const char *request_sha256, const struct answer *answer, int64_t now_ms)
{
	db_run(conn, SQL_IDEMPOTENCY_ADD, db_int(token), db_text(key), db_text(request_sha256),
	       db_int(answer->status), db_text(answer->body.data), db_int(now_ms),
	       db_text(answer->location));
}

void idempotency_prune(struct db_conn *conn, int64_t now_ms)
{
	db_run(conn, SQL_IDEMPOTENCY_PRUNE, db_int(now_ms - IDEMPOTENCY_KEEP_MS));
	db_run(conn, SQL_LEASE_PRUNE, db_int(now_ms - IDEMPOTENCY_KEEP_MS));
}

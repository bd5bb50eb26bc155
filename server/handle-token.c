// SPDX-License-Identifier: GPL-2.0-or-later
/* Tokens: made, listed, rotated, revoked. One itself is in the answer that makes it, and never
 * again: not in a list, and not in what is kept for an Idempotency-Key. */
#include <errno.h>

#include "server/clock.h"
#include "server/handle.h"
#include "server/json_request.h"
#include "server/page.h"

static void write_token(struct json_writer *w, struct db_conn *conn, int64_t id, const char *token)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_TOKEN_FIND, db_int(id));

	if (!rows_next(&rows))
		return;
	json_write_object(w, NULL);
	json_write_int(w, "id", id);
	json_write_text(w, "name", rows_text(&rows, 0));
	json_write_list(w, "scopes", rows_text(&rows, 1));
	json_write_time(w, "created", rows_int(&rows, 2));
	json_write_time(w, "revoked", rows_int(&rows, 3));
	if (token)
		json_write_text(w, "token", token);
	json_write_end(w, '}');
}

static int list(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		struct err *err)
{
	struct page page = { .key = "tokens" };
	CLEANUP(rows_end) struct rows rows = { 0 };
	int rc = page_begin(&page, request, answer, err);

	(void)data;
	if (rc < 0)
		return rc;
	rows = db_query(conn, SQL_TOKEN_PAGE, db_int(page.after), db_int(page.limit + 1));
	while (rows_next(&rows) && page_next(&page, rows_int(&rows, 0)))
		write_token(&page.w, conn, rows_int(&rows, 0), NULL);
	page_end(&page);
	return 0;
}

void handle_token_list(struct request *request, struct answer *answer)
{
	request_read(request, answer, list, NULL);
}

static int add(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
	       struct err *err)
{
	const struct token_request *want = data;
	struct json_writer w = { .buf = &answer->body };
	char token[TOKEN_BYTES];
	int rc = token_add(conn, want->name, want->scopes, clock_now_ms(), token, err);

	(void)request;
	if (rc < 0)
		return rc;
	answer->status = 201;
	answer->secret = true;
	write_token(&w, conn, db_last_id(conn), token);
	return 0;
}

/* 201 with the token; 409: the name is taken, perhaps by one that was revoked. */
void handle_token_post(struct request *request, struct answer *answer)
{
	struct token_request want;
	struct err err = ERR_INIT;

	if (json_token_request(&request->body, &want, &err) < 0)
		answer_error(answer, &err);
	else
		request_write(request, answer, add, &want);
}

static int rotate(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		  struct err *err)
{
	struct json_writer w = { .buf = &answer->body };
	char token[TOKEN_BYTES];
	int rc = token_rotate(conn, request->numbers[0], token, err);

	(void)data;
	if (rc < 0)
		return rc;
	answer->secret = true;
	write_token(&w, conn, request->numbers[0], token);
	return 0;
}

/* 200 with the new token, the old one is void; 404: no such token, or it is revoked. */
void handle_token_rotate(struct request *request, struct answer *answer)
{
	request_write(request, answer, rotate, NULL);
}

static int revoke(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		  struct err *err)
{
	(void)data;
	answer->status = 204;
	return token_revoke(conn, request->numbers[0], clock_now_ms(), err);
}

/* 204; 404: no such token, or it is revoked. */
void handle_token_delete(struct request *request, struct answer *answer)
{
	request_write(request, answer, revoke, NULL);
}

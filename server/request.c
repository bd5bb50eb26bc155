// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/request.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <string.h>

#include "lib/log.h"
#include "server/check.h"
#include "server/clock.h"
#include "server/idempotency.h"

const char *request_query(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

int request_query_int(const struct request *request, const char *name, int64_t min, int64_t max,
		      int64_t otherwise, int64_t *ret_value, struct err *err)
{
	const char *text = request_query(request, name);
	int64_t value;
	char *end;

	if (!text) {
		*ret_value = otherwise;
		return 0;
	}
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || *end || end == text || *text < '0' || *text > '9' || value < min ||
	    value > max)
		return err_set(err, -EINVAL,
			       "\"%s\" in the query must be an integer from %" PRId64 " to %" PRId64
			       ".",
			       name, min, max);
	*ret_value = value;
	return 0;
}

void answer_problem(struct answer *answer, unsigned status, const char *format, ...)
{
	struct json_writer w = { .buf = &answer->body };
	char detail[ERR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	buf_clear(&answer->body);
	answer->status = status;
	answer->type = "application/problem+json";
	json_write_object(&w, NULL);
	json_write_text(&w, "type", "about:blank");
	json_write_text(&w, "title", MHD_get_reason_phrase_for(status));
	json_write_int(&w, "status", status);
	json_write_text(&w, "detail", detail);
	json_write_end(&w, '}');
}

void answer_error(struct answer *answer, const struct err *err)
{
	static const struct {
		int code;
		unsigned status;
	} statuses[] = {
		{ -EACCES, 403 }, { -EBADMSG, 400 }, { -EEXIST, 409 }, { -EFBIG, 413 },
		{ -EINVAL, 422 }, { -ENOENT, 404 },  { -ENOSPC, 507 }, { -ESTALE, 410 },
	};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].code == err->code) {
			answer_problem(answer, statuses[i].status, "%s", err->text);
			return;
		}
	log_error("a request failed: %s", err->text);
	answer_problem(answer, 500,
		       "The server could not do this, and its log says why. Try again, or tell "
		       "its administrator.");
}

void answer_made(struct answer *answer, unsigned status, const char *resource, int64_t number)
{
	answer->status = status;
	snprintf(answer->location, sizeof(answer->location), "/api/v1/%s/%" PRId64, resource,
		 number);
}

bool request_has(const struct request *request, const char *etag)
{
	const char *held = request_header(request, "If-None-Match");

	return held && (!strcmp(held, "*") || strstr(held, etag));
}

void answer_tag(const struct request *request, struct answer *answer)
{
	char hash[SHA256_HEX_BYTES];

	if (answer->status != 200)
		return;
	sha256_bytes(answer->body.data, answer->body.length, hash);
	snprintf(answer->etag, sizeof(answer->etag), "\"%.32s\"", hash);
	answer->revalidate = true;
	if (!request_has(request, answer->etag))
		return;
	answer->status = 304;
	buf_clear(&answer->body);
}

void answer_release(struct answer *answer)
{
	buf_release(&answer->body);
	close_fd(&answer->file_fd);
	stream_free(answer->stream);
	answer->stream = NULL;
}

/* json_write empties a document that does not fit. */
static void check_size(struct answer *answer)
{
	if (answer->body.max_bytes)
		return;
	answer->body.max_bytes = ANSWER_MAX_BYTES;
	answer_problem(answer, 500,
		       "The answer would have more than %d MiB. Ask for less at a time.",
		       ANSWER_MAX_BYTES >> 20);
}

void request_read(struct request *request, struct answer *answer, request_step *step, void *data)
{
	struct db_conn *conn = db_begin_read(request->server->db);
	struct err err = ERR_INIT, failure = ERR_INIT;
	int rc = step(request, conn, data, answer, &err);

	/* What was not found in a database that failed may well be there. */
	if (db_end(&conn, &failure) < 0)
		answer_error(answer, &failure);
	else if (rc < 0)
		answer_error(answer, &err);
	check_size(answer);
}

/* Whether the key was seen; then the answer is the one of then (or 422). */
static bool replay(struct request *request, struct db_conn *conn, const char *key, const char *hash,
		   struct answer *answer)
{
	struct err err = ERR_INIT;
	int rc;

	rc = idempotency_find(conn, request->token.id, key, hash, answer, &err);
	if (rc < 0)
		answer_error(answer, &err);
	return rc != 0;
}

static void hash_request(const struct request *request, char ret_hash[SHA256_HEX_BYTES])
{
	struct sha256 hash;

	sha256_begin(&hash);
	sha256_add_text(&hash, request->method);
	sha256_add_text(&hash, request->target);
	sha256_add(&hash, request->body.data, request->body.length);
	sha256_end(&hash, ret_hash);
}

void request_write(struct request *request, struct answer *answer, request_step *step, void *data)
{
	const char *key = request_header(request, "Idempotency-Key");
	struct err err = ERR_INIT, failure = ERR_INIT;
	CLEANUP(db_rollback) struct db_conn *conn = NULL;
	char hash[SHA256_HEX_BYTES] = "";
	int rc;

	if (key && !check_word(key, IDEMPOTENCY_KEY_MAX)) {
		answer_problem(answer, 422,
			       "An Idempotency-Key is 1-%d printable characters without spaces.",
			       IDEMPOTENCY_KEY_MAX);
		return;
	}
	if (key)
		hash_request(request, hash);
	conn = db_begin_write(request->server->db);
	if (key && replay(request, conn, key, hash, answer))
		return;
	rc = step(request, conn, data, answer, &err);
	check_size(answer);
	if (!rc && key && !answer->suspend && !answer->secret && answer->body.length)
		idempotency_store(conn, request->token.id, key, hash, answer, clock_now_ms());
	if (rc < 0 && !db_failed(conn)) {
		answer_error(answer, &err);
		return;
	}
	if (db_commit(&conn, &failure) < 0) {
		answer->suspend = false;
		answer_error(answer, &failure);
		return;
	}
	dispatcher_poke(request->server->dispatcher);
}

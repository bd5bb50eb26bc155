// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/http-gate.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <string.h>
#include <strings.h>

#include "server/route.h"

static bool check_rate(struct request *request, unsigned wait_s, const char *whose)
{
	if (!wait_s)
		return true;
	answer_problem(&request->answer, 429,
		       "This %s has made too many requests. Try again in %u s.", whose, wait_s);
	request->answer.retry_after_s = wait_s;
	return false;
}

/* First of all, so that guessing costs the same as asking. */
static bool check_address(struct request *request)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return check_rate(request,
			  limits_take_address(request->server->limits,
					      info ? info->client_addr : NULL, request->begun_ms),
			  "address");
}

static bool check_token_rate(struct request *request)
{
	int64_t id = request->token.id;

	return !id || check_rate(request,
				 limits_take(request->server->limits, LIMIT_TOKEN, &id, sizeof(id),
					     request->begun_ms),
				 "token");
}

static bool check_path(struct request *request, const char *method, const char *path)
{
	struct answer *answer = &request->answer;
	char allowed[64];
	int rc = route_find(method, path, request, allowed);

	if (!rc)
		return true;
	if (rc == -ENOENT) {
		answer_problem(answer, 404,
			       "There is nothing at this path. GET / says what is where.");
		return false;
	}
	answer_problem(answer, 405, "This path takes %s, not %.16s.", allowed, method);
	memcpy(answer->allow, allowed, sizeof(allowed));
	return false;
}

static int read_token(struct request *request, const char *presented)
{
	struct db_conn *conn = db_begin_read(request->server->db);
	struct err failure = ERR_INIT;
	int rc = token_check(conn, presented, &request->token);

	if (db_end(&conn, &failure) < 0) {
		answer_error(&request->answer, &failure);
		return failure.code;
	}
	if (rc < 0)
		answer_problem(&request->answer, 401,
			       "The server does not know this token. \"runwayd token-add\" on the "
			       "server makes one.");
	return rc;
}

static bool check_token(struct request *request)
{
	static const char bearer[] = "Bearer ";
	const char *header = request_header(request, "Authorization");
	const struct route *route = request->route;
	bool open = route->scope == SCOPE_NONE ||
		    (route->scope == SCOPE_READ && request->server->config->public_read &&
		     !strcmp(route->method, "GET"));

	if (open && (!header || route->scope == SCOPE_NONE))
		return true;
	if (!header || strncasecmp(header, bearer, strlen(bearer)) != 0) {
		answer_problem(&request->answer, 401,
			       "Send \"Authorization: Bearer TOKEN\". \"runwayd token-add\" on the "
			       "server makes a token.");
		return false;
	}
	if (read_token(request, header + strlen(bearer)) < 0)
		return false;
	if (open || token_allows(&request->token, route->scope))
		return true;
	answer_problem(&request->answer, 403,
		       "The token %s lacks the scope %s. Use one that was made with it.",
		       request->token.name, token_scope_name(route->scope));
	return false;
}

uint64_t http_announced_bytes(const struct request *request)
{
	const char *length = request_header(request, "Content-Length");

	/* libmicrohttpd has refused a length that is no number. */
	if (length)
		return strtoull(length, NULL, 10);
	return request_header(request, "Transfer-Encoding") ? UINT64_MAX : 0;
}

static bool check_length(struct request *request)
{
	uint64_t announced = http_announced_bytes(request);

	if (announced == UINT64_MAX || announced <= request->route->body_max_bytes)
		return true;
	answer_problem(&request->answer, 413,
		       "The body has %" PRIu64 " bytes and this path takes %" PRIu64 " at most.",
		       announced, request->route->body_max_bytes);
	return false;
}

static bool check_type(struct request *request)
{
	const char *type = request_header(request, "Content-Type"), *types = request->route->types;
	size_t length;

	if (!types)
		return true;
	length = type ? strcspn(type, "; \t") : 0;
	for (const char *one = types; length && *one;) {
		size_t item = strcspn(one, ",");

		if (item == length && !strncasecmp(one, type, length))
			return true;
		one += item + (one[item] == ',');
	}
	answer_problem(&request->answer, 415, "Send a body with the Content-Type %s.", types);
	return false;
}

static enum MHD_Result add_header(void *data, enum MHD_ValueKind kind, const char *name,
				  const char *value)
{
	size_t *bytes = data;

	(void)kind;
	*bytes += strlen(name) + (value ? strlen(value) : 0) + strlen(": \r\n");
	return MHD_YES;
}

static bool check_head(struct request *request)
{
	size_t bytes = strlen(request->target);

	MHD_get_connection_values(request->connection, MHD_HEADER_KIND, add_header, &bytes);
	if (bytes > HTTP_HEAD_MAX_BYTES) {
		answer_problem(&request->answer, 431,
			       "The head of this request has %zu bytes and may have %d.", bytes,
			       HTTP_HEAD_MAX_BYTES);
		return false;
	}
	if (strcmp(request->version, "HTTP/1.1") || request_header(request, "Host"))
		return true;
	answer_problem(&request->answer, 400,
		       "A request of HTTP/1.1 has a header Host, and this has none.");
	return false;
}

bool http_gate(struct request *request, const char *method, const char *path)
{
	return check_address(request) && check_head(request) && check_path(request, method, path) &&
	       check_token(request) && check_token_rate(request) && check_length(request) &&
	       check_type(request);
}

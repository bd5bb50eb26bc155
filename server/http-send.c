// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/http-send.h"

#include <string.h>

#include "lib/cleanup.h"

static struct MHD_Response *make_response(struct answer *answer)
{
	struct MHD_Response *response;
	size_t bytes;
	char *body;

	if (answer->file_fd >= 0) {
		response = MHD_create_response_from_fd64(answer->file_bytes, answer->file_fd);
		if (response)
			TAKE_FD(answer->file_fd);
		return response;
	}
	if (answer->stream) {
		response =
			MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PIECE_BYTES,
							  stream_read, answer->stream, stream_free);
		if (response)
			answer->stream = NULL;
		return response;
	}
	body = buf_detach(&answer->body, &bytes);
	response = MHD_create_response_from_buffer(bytes, body, MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(body);
	return response;
}

/* The next page: the same request with another after. */
static void add_link(struct MHD_Response *response, const struct request *request)
{
	const char *query = strchr(request->target, '?');
	CLEANUP(buf_release) struct buf link = BUF_INIT(8 << 10);

	buf_printf(&link, "<%.*s?after=%s", (int)strcspn(request->target, "?"), request->target,
		   request->answer.next);
	while (query && *query) {
		size_t length = strcspn(++query, "&");

		if (length && strncmp(query, "after=", 6) != 0)
			buf_printf(&link, "&%.*s", (int)length, query);
		query += length;
	}
	if (buf_puts(&link, ">; rel=\"next\"") == 0)
		MHD_add_response_header(response, "Link", link.data);
}

static void add_headers(struct MHD_Response *response, const struct request *request)
{
	const struct answer *answer = &request->answer;

	if (answer->status != 204 && answer->status != 304)
		MHD_add_response_header(response, "Content-Type", answer->type);
	/* Artifacts and logs are what patch authors made: never to be run by a browser. */
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Content-Security-Policy",
				answer->policy ? answer->policy : "default-src 'none'; sandbox");
	MHD_add_response_header(response, "Cache-Control",
				!answer->etag[0]     ? "no-store"
				: answer->revalidate ? "private, no-cache"
						     : "private, max-age=31536000, immutable");
	if (answer->status == 401)
		MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
	if (answer->allow[0])
		MHD_add_response_header(response, "Allow", answer->allow);
	if (answer->retry_after_s) {
		char seconds[16];

		snprintf(seconds, sizeof(seconds), "%u", answer->retry_after_s);
		MHD_add_response_header(response, "Retry-After", seconds);
	}
	if (answer->next[0])
		add_link(response, request);
	if (answer->location[0])
		MHD_add_response_header(response, "Location", answer->location);
	if (answer->etag[0])
		MHD_add_response_header(response, "ETag", answer->etag);
}

enum MHD_Result http_send(struct request *request)
{
	struct answer *answer = &request->answer;
	struct MHD_Response *response = make_response(answer);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	request->server->answers[answer->status / 100]++;
	add_headers(response, request);
	result = MHD_queue_response(request->connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to runwayd's REST API, over libcurl.
 *
 *	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
 *	rc = client_get(&client, "/campaigns/1/ranking", &body, err);
 *
 * Paths are below /api/v1 and already escaped (client_escape). An answer of 400 and above is
 * E_REFUSED with the problem's detail in err and the problem document in client.problem; no answer
 * is E_UNREACHABLE. Redirects are not followed: the token goes to the server that was named, only.
 */
#ifndef RUNWAY_CLI_CLIENT_H
#define RUNWAY_CLI_CLIENT_H

#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

#define CLIENT_ANSWER_MAX_BYTES (64 << 20)
#define CLIENT_TOKEN_MAX_BYTES 512
#define CLIENT_CONNECT_MAX_MS 10000
#define CLIENT_ANSWER_MAX_MS 120000
#define CLIENT_SILENCE_MAX_S 60 /* streams have a comment every 15 s */

struct stream;

struct client {
	void *curl; /* CURL *, kept for its connection */
	char *server;
	char *token; /* NULL: no Authorization header */
	struct buf problem;
};

/* server: "http://host:port" with or without a path; token may be NULL. */
int client_open(const char *server, const char *token, struct client *ret_client, struct err *err);
void client_release(struct client *client);

int client_get(struct client *client, const char *path, struct buf *ret_body, struct err *err);
/* Of that media type. */
int client_get_as(struct client *client, const char *path, const char *accept, struct buf *ret_body,
		  struct err *err);
/* content_type NULL: without a body. */
int client_post(struct client *client, const char *path, const char *content_type, const void *data,
		size_t bytes, struct buf *ret_body, struct err *err);

int client_delete(struct client *client, const char *path, struct buf *ret_body, struct err *err);

/*
 * Follows Server-Sent Events, from after stream->last_id on. 0: the server, or who takes the
 * events (stream->ended), ended it; E_UNREACHABLE: there was no answer, the connection broke or was
 * silent.
 */
int client_follow(struct client *client, const char *path, struct stream *stream, struct err *err);

/* Percent-escapes one path segment or query value; free() it. */
char *client_escape(struct client *client, const char *text);

#endif

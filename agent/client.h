/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's side of the REST API: one request at a time over one kept connection.
 *
 *	CLEANUP(client_close) struct client *client = client_open(url, token);
 *	struct client_request request = { .method = "POST", .path = "/leases", .body = json,
 *					  .bytes = n };
 *	CLEANUP(client_reply_release) struct client_reply reply = CLIENT_REPLY_INIT;
 *	rc = client_send(client, &request, &reply, err); // < 0: no answer; reply.status otherwise
 *
 * A struct client belongs to one thread.
 */
#ifndef RUNWAY_AGENT_CLIENT_H
#define RUNWAY_AGENT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

#define CLIENT_REPLY_MAX_BYTES (16u << 20)

struct client;

struct client_request {
	const char *method;	  /* "GET", "POST", "PUT", "HEAD", "DELETE" */
	const char *path;	  /* below /api/v1, with its query */
	const char *content_type; /* NULL: application/json */
	const void *body;
	size_t bytes;
	const char *upload;	     /* file to send as the body instead; NULL: body */
	const char *download;	     /* file to write a 200's body to; NULL: into reply.body */
	const char *idempotency_key; /* NULL: none */
	unsigned limit_s;	     /* whole exchange; 0: 60 s */
};

struct client_reply {
	long status; /* HTTP */
	struct buf body;
};

#define CLIENT_REPLY_INIT ((struct client_reply){ .body = BUF_INIT(CLIENT_REPLY_MAX_BYTES) })

/* url: "http://host:port", without /api/v1. Never fails: connecting is client_send()'s affair. */
struct client *client_open(const char *url, const char *token);
void client_close(struct client **client);
void client_reply_release(struct client_reply *reply);

/* Whether to give up: set by a signal, asked while a request waits. May be NULL. */
void client_set_cancel(struct client *client, bool (*cancelled)(void *data), void *data);

int client_send(struct client *client, const struct client_request *request,
		struct client_reply *ret_reply, struct err *err);

/*
 * Sends until there is an answer that is no 5xx, 408 or 429, waiting 0.5 s … 10 s between tries, for at most
 * ten minutes: what was measured is not lost because the server was restarted.
 */
int client_deliver(struct client *client, const struct client_request *request,
		   struct client_reply *ret_reply, struct err *err);

/* -EPROTO with the server's own sentence (problem+json detail) for a reply that is no 2xx. */
int client_expect_success(const struct client_reply *reply, const char *doing, struct err *err);

#endif

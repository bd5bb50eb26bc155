/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request that passed its route's checks, and the answer to it. A handler decodes, makes one call
 * into the domain, and encodes:
 *
 *	void handle_campaign_get(struct request *request, struct answer *answer)
 *	{
 *		request_read(request, answer, encode_campaign, NULL);
 *	}
 *
 * request_read() and request_write() run a step in a transaction; what the step answers is sent
 * only when the transaction ended well. A step that fails returns a negative errno and a sentence.
 */
#ifndef RUNWAY_SERVER_REQUEST_H
#define RUNWAY_SERVER_REQUEST_H

#include "lib/buf.h"
#include "server/json_write.h"
#include "server/server.h"
#include "server/streams.h"
#include "server/token.h"

struct route;

#define ANSWER_MAX_BYTES (64 << 20)

struct answer {
	unsigned status;
	const char *type;   /* "application/json" unless set */
	const char *policy; /* Content-Security-Policy; NULL: nothing may run, load or be framed */
	struct buf body;
	int file_fd; /* instead of body, when not -1; its owner is the answer */
	uint64_t file_bytes;
	char location[96], etag[72], allow[64]; /* "" without one */
	struct stream *stream;	/* instead of body, when not NULL; its owner is the answer */
	unsigned retry_after_s; /* 0: nothing is said */
	char next[24];		/* the after of the next page, for a Link; "" without one */
	bool secret;		/* is not kept for an Idempotency-Key */
	bool revalidate;	/* the etag is that of now: to be asked for again each time */
	bool suspend;		/* not yet: wait for work or for request->waiter's deadline */
};

#define ANSWER_INIT                                                                                \
	((struct answer){ .status = 200,                                                           \
			  .type = "application/json",                                              \
			  .body = BUF_INIT(ANSWER_MAX_BYTES),                                      \
			  .file_fd = -1 })

struct request {
	struct server *server;
	struct MHD_Connection *connection;
	const struct route *route;
	char *method, *target; /* target: path and query as sent, for idempotency */
	const char *version;   /* "HTTP/1.1" */
	int64_t numbers[2];    /* path parameters {n}, in order */
	char hex[65];	       /* path parameter {sha256} or {lease} */
	struct token token;
	struct buf body;
	struct upload upload; /* routes that stream their body */
	uint64_t body_bytes;
	int64_t begun_ms;
	struct waiter waiter;
	bool waited;  /* the waiter's deadline is set */
	bool refused; /* answer says why; what else comes is thrown away */
	struct answer answer;
};

/* NULL when it is not there. */
const char *request_query(const struct request *request, const char *name);
const char *request_header(const struct request *request, const char *name);
/* An integer from the query: 0, or -EINVAL with a sentence. */
int request_query_int(const struct request *request, const char *name, int64_t min, int64_t max,
		      int64_t otherwise, int64_t *ret_value, struct err *err);

void answer_problem(struct answer *answer, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The status that goes with err's code; faults of our own are logged and not told. */
void answer_error(struct answer *answer, const struct err *err);
void answer_release(struct answer *answer);

/* That it made, or has, number of resource ("series"): 200, 201 or 202, with its Location. */
void answer_made(struct answer *answer, unsigned status, const char *resource, int64_t number);

/* Gives a body its ETag; an answer that the client has already becomes 304 without one. */
void answer_tag(const struct request *request, struct answer *answer);
/* Whether If-None-Match names this etag (quotes included). */
bool request_has(const struct request *request, const char *etag);

typedef int request_step(struct request *request, struct db_conn *conn, void *data,
			 struct answer *answer, struct err *err);

void request_read(struct request *request, struct answer *answer, request_step *step, void *data);
/* Heeds Idempotency-Key. Pokes the dispatcher after a commit. */
void request_write(struct request *request, struct answer *answer, request_step *step, void *data);

#endif

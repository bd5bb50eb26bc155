/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A deadline for every connection: who sends a byte now and then is never idle, so libmicrohttpd's
 * own timeout does not end it. Heads of requests have HEAD_LIMIT_MS, bodies BODY_LIMIT_MS and a
 * second more for each BODY_BYTES_A_SECOND that came; while the server works there is no limit. An
 * answer has to be taken at that pace, too; a stream, which ends by itself, does not.
 *
 *	connection_body(connection, begun_ms, bytes);	// the body goes on
 *	connections_end_late(connections, clock_ms());	// now and then
 */
#ifndef RUNWAY_SERVER_CONNECTIONS_H
#define RUNWAY_SERVER_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define HEAD_LIMIT_MS 60000 /* from the connection or the end of the last request */
#define BODY_LIMIT_MS 30000
#define BODY_BYTES_A_SECOND (16 << 10)

struct connections;
struct connection;

struct connections *connections_new(void);
void connections_free(struct connections *connections);

struct connection *connections_add(struct connections *connections, int fd, bool tls,
				   int64_t now_ms);
/* Before its descriptor is closed. */
void connections_remove(struct connections *connections, struct connection *connection);

void connection_idle(struct connection *connection, int64_t now_ms);
void connection_body(struct connection *connection, int64_t begun_ms, uint64_t bytes);
void connection_working(struct connection *connection);
void connection_answer(struct connection *connection, int64_t now_ms, uint64_t bytes);

/* Shuts down those whose deadline has passed; their threads then see the end of input. Who has not
 * sent a whole request is told so with 408, without TLS: libmicrohttpd has no way to say it. One that
 * is kept open after an answer ends without a word. */
void connections_end_late(struct connections *connections, int64_t now_ms);

#endif

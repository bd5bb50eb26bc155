// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/connections.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>

#include "lib/alloc.h"

struct connection {
	struct connection *next, *previous;
	int fd;
	bool tls;
	atomic_bool reading; /* a request is awaited or on its way, and nothing of an answer was sent */
	_Atomic int64_t deadline_ms;
};

struct connections {
	pthread_mutex_t mutex; /* of the ring, so that a listed descriptor is an open one */
	struct connection head;
};

struct connections *connections_new(void)
{
	struct connections *connections = xcalloc(1, sizeof(*connections));

	pthread_mutex_init(&connections->mutex, NULL);
	connections->head.next = connections->head.previous = &connections->head;
	return connections;
}

void connections_free(struct connections *connections)
{
	if (!connections)
		return;
	pthread_mutex_destroy(&connections->mutex);
	free(connections);
}

struct connection *connections_add(struct connections *connections, int fd, bool tls,
				   int64_t now_ms)
{
	struct connection *connection = xcalloc(1, sizeof(*connection));

	connection->fd = fd;
	connection->tls = tls;
	connection_idle(connection, now_ms);
	connection->reading = true;
	pthread_mutex_lock(&connections->mutex);
	connection->previous = &connections->head;
	connection->next = connections->head.next;
	connection->next->previous = connection;
	connections->head.next = connection;
	pthread_mutex_unlock(&connections->mutex);
	return connection;
}

void connections_remove(struct connections *connections, struct connection *connection)
{
	pthread_mutex_lock(&connections->mutex);
	connection->previous->next = connection->next;
	connection->next->previous = connection->previous;
	pthread_mutex_unlock(&connections->mutex);
	free(connection);
}

/* Between requests nobody waits for an answer: one that came all the same would be taken for that to
 * the next request. */
void connection_idle(struct connection *connection, int64_t now_ms)
{
	connection->reading = false;
	connection->deadline_ms = now_ms + HEAD_LIMIT_MS;
}

static void wait_for_bytes(struct connection *connection, int64_t begun_ms, uint64_t bytes)
{
	connection->deadline_ms =
		begun_ms + BODY_LIMIT_MS + (int64_t)(bytes * 1000 / BODY_BYTES_A_SECOND);
}

void connection_body(struct connection *connection, int64_t begun_ms, uint64_t bytes)
{
	connection->reading = true;
	wait_for_bytes(connection, begun_ms, bytes);
}

void connection_working(struct connection *connection)
{
	connection->reading = false;
	connection->deadline_ms = INT64_MAX;
}

void connection_answer(struct connection *connection, int64_t now_ms, uint64_t bytes)
{
	connection->reading = false;
	wait_for_bytes(connection, now_ms, bytes);
}

static void say_why(struct connection *connection)
{
	static const char body[] =
		"{\"type\":\"about:blank\",\"title\":\"Request Timeout\",\"status\":408,\"detail\":"
		"\"The request did not come in time. Send it again, all at once.\"}";
	char answer[512];
	int bytes;

	if (connection->tls || !atomic_exchange(&connection->reading, false))
		return;
	bytes = snprintf(
		answer, sizeof(answer),
		"HTTP/1.1 408 Request Timeout\r\nContent-Type: application/problem+json\r\n"
		"Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		sizeof(body) - 1, body);
	send(connection->fd, answer, (size_t)bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void connections_end_late(struct connections *connections, int64_t now_ms)
{
	pthread_mutex_lock(&connections->mutex);
	for (struct connection *one = connections->head.next; one != &connections->head;
	     one = one->next)
		if (one->deadline_ms <= now_ms) {
			say_why(one);
			shutdown(one->fd, SHUT_RDWR);
		}
	pthread_mutex_unlock(&connections->mutex);
}

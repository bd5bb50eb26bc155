// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A closed loop over HTTP: so many connections, each sends its next request when its last was
 * answered.
 *
 *	load PORT CONNECTIONS SECONDS [TOKEN] < requests
 *
 * Each line of the input is "GET PATH" or "POST PATH FILE". GETs are asked for in turn until the
 * time is up; POSTs are sent once each, until the time is up or all are sent. Prints "REQUESTS
 * SECONDS P50_US P99_US MAX_US BYTES ERRORS".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define CONNECTIONS_MAX 1024
#define REQUEST_MAX_BYTES (32u << 20)

struct request {
	struct buf bytes;
	bool once;
};

struct connection {
	int fd;
	const struct request *request;
	size_t sent;
	struct buf answer; /* the head, then what is left of the body is only counted */
	size_t body_left;
	bool in_body;
	int64_t began_ns;
};

struct load {
	struct request *requests;
	size_t requests_count, next;
	int64_t *times_ns;
	size_t times_count, times_capacity;
	uint64_t bytes, errors;
	int64_t until_ns;
	int epoll;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void read_requests(struct load *load, const char *token)
{
	char line[4096], method[8], path[2048], file[2048];
	struct err err = ERR_INIT;

	while (fgets(line, sizeof(line), stdin)) {
		CLEANUP(buf_release) struct buf body = BUF_INIT(REQUEST_MAX_BYTES);
		int words = sscanf(line, "%7s %2047s %2047s", method, path, file);
		struct request request = { .bytes = BUF_INIT(REQUEST_MAX_BYTES) };

		if (words < 2 || (words > 2 && file_read(file, &body, &err) < 0)) {
			fprintf(stderr, "load: \"%s\": %s\n", line, err.text);
			exit(1);
		}
		request.once = words > 2;
		buf_printf(&request.bytes, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, path);
		if (token)
			buf_printf(&request.bytes, "Authorization: Bearer %s\r\n", token);
		if (request.once)
			buf_printf(&request.bytes,
				   "Content-Type: application/json\r\nContent-Length: %zu\r\n",
				   body.length);
		buf_puts(&request.bytes, "\r\n");
		buf_append(&request.bytes, body.data, body.length);
		load->requests =
			xreallocarray(load->requests, load->requests_count + 1, sizeof(request));
		load->requests[load->requests_count++] = request;
	}
}

static void watch(struct load *load, struct connection *connection, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = connection };

	if (epoll_ctl(load->epoll, EPOLL_CTL_MOD, connection->fd, &event) < 0)
		die("epoll");
}

/* False when there is nothing left to send. */
static bool begin(struct load *load, struct connection *connection)
{
	const struct request *request = &load->requests[load->next % load->requests_count];

	if (now_ns() >= load->until_ns || (request->once && load->next >= load->requests_count))
		return false;
	load->next++;
	connection->request = request;
	connection->sent = 0;
	connection->in_body = false;
	buf_clear(&connection->answer);
	connection->began_ns = now_ns();
	return true;
}

static void send_more(struct load *load, struct connection *connection)
{
	const struct buf *bytes = &connection->request->bytes;
	ssize_t sent = write(connection->fd, bytes->data + connection->sent,
			     bytes->length - connection->sent);

	if (sent < 0 && errno != EAGAIN)
		die("write");
	connection->sent += sent > 0 ? (size_t)sent : 0;
	watch(load, connection, connection->sent < bytes->length ? EPOLLOUT : EPOLLIN);
}

static void end(struct load *load, struct connection *connection)
{
	ARRAY_GROW(load->times_ns, load->times_count, load->times_capacity);
	load->times_ns[load->times_count++] = now_ns() - connection->began_ns;
	load->errors += strncmp(connection->answer.data, "HTTP/1.1 20", 11) != 0;
}

/* From the first bytes to the end of the head; then how long the body is. */
static void take_head(struct connection *connection, const char *bytes, size_t count)
{
	const char *stop, *length;
	size_t over;

	if (buf_append(&connection->answer, bytes, count) < 0)
		die("an answer's head is too long");
	stop = strstr(connection->answer.data, "\r\n\r\n");
	if (!stop)
		return;
	length = strcasestr(connection->answer.data, "\r\nContent-Length:");
	if (!length || length > stop)
		die("an answer has no length");
	over = connection->answer.length - (size_t)(stop + 4 - connection->answer.data);
	connection->body_left = strtoull(length + 17, NULL, 10) - over;
	connection->in_body = true;
}

/* True when the answer is whole. */
static bool receive(struct load *load, struct connection *connection)
{
	static char chunk[256 << 10];
	ssize_t got = read(connection->fd, chunk, sizeof(chunk));

	if (got < 0 && errno == EAGAIN)
		return false;
	if (got <= 0)
		die("the server closed a connection");
	load->bytes += (uint64_t)got;
	if (connection->in_body)
		connection->body_left -= (size_t)got;
	else
		take_head(connection, chunk, (size_t)got);
	return connection->in_body && !connection->body_left;
}

static int connect_to(unsigned short port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return fd;
}

static size_t start(struct load *load, struct connection *connections, size_t count,
		    unsigned short port)
{
	size_t busy = 0;

	for (size_t i = 0; i < count; i++) {
		struct epoll_event event = { .events = EPOLLOUT, .data.ptr = &connections[i] };

		connections[i] = (struct connection){ .fd = connect_to(port),
						      .answer = BUF_INIT(512 << 10) };
		if (!begin(load, &connections[i]))
			break;
		if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, connections[i].fd, &event) < 0)
			die("epoll");
		busy++;
	}
	return busy;
}

static void run(struct load *load, size_t busy)
{
	struct epoll_event events[64];

	while (busy) {
		int count = epoll_wait(load->epoll, events, 64, 30000);

		if (!count)
			errno = ETIMEDOUT;
		if (count <= 0)
			die("waiting for answers");
		for (int i = 0; i < count; i++) {
			struct connection *connection = events[i].data.ptr;

			if (connection->sent < connection->request->bytes.length) {
				send_more(load, connection);
			} else if (receive(load, connection)) {
				end(load, connection);
				if (begin(load, connection)) {
					send_more(load, connection);
				} else {
					watch(load, connection, 0);
					busy--;
				}
			}
		}
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct connection connections[CONNECTIONS_MAX];
	size_t count = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct load load = { .epoll = epoll_create1(EPOLL_CLOEXEC) };
	int64_t began_ns;
	double took_s;

	if (!count || count > CONNECTIONS_MAX) {
		fprintf(stderr, "usage: load PORT CONNECTIONS SECONDS [TOKEN] < requests\n");
		return 2;
	}
	read_requests(&load, argc > 4 ? argv[4] : NULL);
	began_ns = now_ns();
	load.until_ns = began_ns + (int64_t)(strtod(argv[3], NULL) * 1e9);
	run(&load, start(&load, connections, count, (unsigned short)strtoul(argv[1], NULL, 10)));
	took_s = (double)(now_ns() - began_ns) / 1e9;
	if (!load.times_count)
		die("nothing was answered");
	qsort(load.times_ns, load.times_count, sizeof(*load.times_ns), compare);
	printf("%zu %.3f %lld %lld %lld %llu %llu\n", load.times_count, took_s,
	       (long long)load.times_ns[load.times_count / 2] / 1000,
	       (long long)load.times_ns[load.times_count * 99 / 100] / 1000,
	       (long long)load.times_ns[load.times_count - 1] / 1000,
	       (unsigned long long)load.bytes, (unsigned long long)load.errors);
	return 0;
}

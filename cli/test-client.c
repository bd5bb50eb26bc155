// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/client.h"
#include "cli/context.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/test.h"

/* An HTTP server for one request on the loopback: a fixed answer, and what it was asked. */
struct peer {
	int listener;
	pthread_t thread;
	char url[64];
	const char *answer;
	size_t read_max; /* answers after so many bytes of the request */
	char request[65536];
};

static void *serve(void *data)
{
	struct peer *peer = data;
	CLEANUP(close_fd) int fd = accept(peer->listener, NULL, NULL);
	size_t length = 0;
	ssize_t got;

	while (length < peer->read_max && !strstr(peer->request, "END") &&
	       (got = read(fd, peer->request + length, sizeof(peer->request) - 1 - length)) > 0)
		length += (size_t)got;
	if (write(fd, peer->answer, strlen(peer->answer)) < 0)
		return NULL;
	shutdown(fd, SHUT_WR);
	return NULL;
}

static void peer_start(struct peer *peer, const char *answer, size_t read_max)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t bytes = sizeof(address);

	*peer = (struct peer){ .answer = answer, .read_max = read_max };
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(peer->listener, (struct sockaddr *)&address, bytes), 0);
	assert_int_equal(listen(peer->listener, 1), 0);
	assert_int_equal(getsockname(peer->listener, (struct sockaddr *)&address, &bytes), 0);
	snprintf(peer->url, sizeof(peer->url), "http://127.0.0.1:%u", ntohs(address.sin_port));
	assert_int_equal(pthread_create(&peer->thread, NULL, serve, peer), 0);
}

static void peer_end(struct peer *peer)
{
	pthread_join(peer->thread, NULL);
	close(peer->listener);
}

/* POSTs text to a peer that answers so; the request and the body are left for the test. */
static int post(struct peer *peer, const char *answer, size_t read_max, const char *text,
		struct client *client, struct buf *body, struct err *err)
{
	int rc;

	peer_start(peer, answer, read_max);
	assert_int_equal(client_open(peer->url, "secret", client, err), 0);
	rc = client_post(client, "/series?name=x", "application/mbox", text, strlen(text), body,
			 err);
	peer_end(peer);
	return rc;
}

static void a_post_carries_token_type_and_body(void **state)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(1024);
	CLEANUP(client_release) struct client client = { 0 };
	struct err err = ERR_INIT;
	struct peer peer;

	(void)state;
	assert_int_equal(post(&peer, "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", 60000,
			      "From x END", &client, &body, &err),
			 0);
	assert_non_null(strstr(peer.request, "POST /api/v1/series?name=x HTTP/1.1\r\n"));
	assert_non_null(strstr(peer.request, "\r\nAuthorization: Bearer secret\r\n"));
	assert_non_null(strstr(peer.request, "\r\nContent-Type: application/mbox\r\n"));
	assert_non_null(strstr(peer.request, "\r\n\r\nFrom x END"));
	assert_string_equal(body.data, "{}");
}

static void a_refusal_gives_the_servers_detail(void **state)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(1024);
	CLEANUP(client_release) struct client client = { 0 };
	struct err err = ERR_INIT;
	struct peer peer;

	(void)state;
	assert_int_equal(post(&peer,
			      "HTTP/1.1 422 No\r\nContent-Length: 28\r\n\r\n"
			      "{\"detail\":\"It is\\u001b bad\"}",
			      60000, "END", &client, &body, &err),
			 E_REFUSED);
	assert_string_equal(err.text, "It is bad");
	assert_string_equal(client.problem.data, body.data);
}

static void a_refusal_before_the_body_is_read_is_still_understood(void **state)
{
	static char text[4 << 20];
	CLEANUP(buf_release) struct buf body = BUF_INIT(1024);
	CLEANUP(client_release) struct client client = { 0 };
	struct err err = ERR_INIT;
	struct peer peer;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(post(&peer,
			      "HTTP/1.1 413 Large\r\nConnection: close\r\nContent-Length: 26\r\n"
			      "\r\n{\"detail\":\"It is too big\"}",
			      100, text, &client, &body, &err),
			 E_REFUSED);
	assert_string_equal(err.text, "It is too big");
}

static void an_answer_past_the_bound_is_not_taken(void **state)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(4);
	CLEANUP(client_release) struct client client = { 0 };
	struct err err = ERR_INIT;
	struct peer peer;

	(void)state;
	assert_int_equal(post(&peer, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\":12}",
			      60000, "END", &client, &body, &err),
			 -EFBIG);
}

static void a_redirect_is_not_followed(void **state)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(1024);
	CLEANUP(client_release) struct client client = { 0 };
	struct err err = ERR_INIT;
	struct peer peer;

	(void)state;
	assert_int_equal(post(&peer,
			      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
			      "Content-Length: 0\r\n\r\n",
			      60000, "END", &client, &body, &err),
			 E_REFUSED);
	assert_non_null(strstr(err.text, "302"));
}

static void an_answer_that_is_no_http_is_no_answer(void **state)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(1024);
	CLEANUP(client_release) struct client client = { 0 };
	struct err err = ERR_INIT;
	struct peer peer;

	(void)state;
	assert_int_equal(post(&peer, "SSH-2.0-OpenSSH_9.2\r\n", 60000, "END", &client, &body, &err),
			 E_UNREACHABLE);
}

static void escaping_keeps_a_name_inside_its_parameter(void **state)
{
	CLEANUP(client_release) struct client client = { 0 };
	CLEANUP(free_ptr) char *escaped = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(client_open("http://127.0.0.1:1/", NULL, &client, &err), 0);
	escaped = client_escape(&client, "a&b=c/../ d");
	assert_string_equal(escaped, "a%26b%3Dc%2F..%2F%20d");
	assert_string_equal(client.server, "http://127.0.0.1:1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_post_carries_token_type_and_body),
		cmocka_unit_test(a_refusal_gives_the_servers_detail),
		cmocka_unit_test(a_refusal_before_the_body_is_read_is_still_understood),
		cmocka_unit_test(an_answer_past_the_bound_is_not_taken),
		cmocka_unit_test(a_redirect_is_not_followed),
		cmocka_unit_test(an_answer_that_is_no_http_is_no_answer),
		cmocka_unit_test(escaping_keeps_a_name_inside_its_parameter),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}

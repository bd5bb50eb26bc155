// SPDX-License-Identifier: GPL-2.0-or-later
/* A real server in this process, on the loopback, talked to with libcurl. */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/proc.h"
#include "server/clock.h"
#include "server/server.h"
#include "server/test-client.h"
#include "server/token.h"

#define V1 "/api/v1"
#define MBOX                                                                                       \
	"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n"                 \
	"From: A Developer <dev@example.org>\n"                                                    \
	"Date: Mon, 1 Apr 2024 12:00:00 +0000\n"                                                   \
	"Subject: [PATCH] KVM: SVM: Set the mode early\n"                                          \
	"\n"                                                                                       \
	"Because it is early.\n"                                                                   \
	"---\n"                                                                                    \
	" a.c | 2 +-\n"                                                                            \
	"\n"                                                                                       \
	"diff --git a/a.c b/a.c\n"                                                                 \
	"index 0123456..1234567 100644\n"                                                          \
	"--- a/a.c\n"                                                                              \
	"+++ b/a.c\n"                                                                              \
	"@@ -1 +1 @@\n"                                                                            \
	"-one\n"                                                                                   \
	"+two\n"                                                                                   \
	"--\n"                                                                                     \
	"2.39.2\n"
#define CAMPAIGN "{\"base\": {\"repository\": \"linux\", \"rev\": \"HEAD\"}, \"series\": [1]}"
#define BUILDER "{\"agent\": \"a-1\", \"capabilities\": [\"build\"], \"wait_s\": %d}"

struct setting {
	struct config config;
	struct server *server;
	const char *url;
	char folder[64];
	char reader[TOKEN_BYTES], submitter[TOKEN_BYTES], agent[TOKEN_BYTES];
};

static void make_token(struct setting *s, const char *scope, char *ret_token)
{
	struct db_conn *conn = db_begin_write(s->server->db);

	assert_int_equal(token_add(conn, scope, scope, clock_now_ms(), ret_token, NULL), 0);
	assert_int_equal(db_commit(&conn, NULL), 0);
}

static int setup(void **state)
{
	struct setting *s = xcalloc(1, sizeof(*s));
	struct err err = ERR_INIT;

	snprintf(s->folder, sizeof(s->folder), "/tmp/runway-http-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	s->config = (struct config){ .listen = "127.0.0.1:0",
				     .state = s->folder,
				     .lease_ms = 30000,
				     .artifact_quota_bytes = 64 << 20,
				     .threads = 2,
				     .connections = 64 };
	if (server_start(&s->config, &s->server, &err) < 0)
		fail_msg("%s", err.text);
	s->url = s->server->url;
	make_token(s, "read", s->reader);
	make_token(s, "submit", s->submitter);
	make_token(s, "agent", s->agent);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct setting *s = *state;

	server_stop(s->server);
	file_remove_tree(s->folder, NULL);
	free(s);
	return 0;
}

static struct call get(const char *path, const char *token)
{
	return (struct call){ .method = "GET", .path = path, .token = token };
}

static struct call post(const char *path, const char *token, const char *body)
{
	return (struct call){ .method = "POST", .path = path, .token = token, .body = body };
}

static long submit(struct setting *s, const char *path)
{
	struct call call = post(path, s->submitter, MBOX);

	call.type = "application/mbox";
	return status_of(s->url, call);
}

static void health_and_the_front_page_need_no_token(void **state)
{
	struct setting *s = *state;
	CLEANUP(reply_release) struct reply front = send_call(s->url, get("/", NULL));

	assert_int_equal(status_of(s->url, get(V1 "/health", NULL)), 200);
	assert_int_equal(front.status, 200);
	assert_non_null(strstr(front.headers.data, "Content-Type: text/plain"));
	assert_non_null(strstr(front.body.data, "/api/v1/campaigns"));
}

static void no_token_or_an_unknown_one_gets_401(void **state)
{
	struct setting *s = *state;
	CLEANUP(reply_release) struct reply reply = send_call(s->url, get(V1 "/series", NULL));

	assert_int_equal(reply.status, 401);
	assert_non_null(strstr(reply.headers.data, "WWW-Authenticate: Bearer"));
	assert_non_null(strstr(reply.headers.data, "application/problem+json"));
	assert_int_equal(json_number(&reply, "status"), 401);
	assert_int_equal(status_of(s->url, get(V1 "/series", "0000")), 401);
}

static void a_token_without_the_scope_gets_403(void **state)
{
	struct setting *s = *state;

	assert_int_equal(status_of(s->url, get(V1 "/series", s->reader)), 200);
	assert_int_equal(status_of(s->url, post(V1 "/campaigns", s->reader, CAMPAIGN)), 403);
	assert_int_equal(status_of(s->url, post(V1 "/leases", s->submitter, "{}")), 403);
	assert_int_equal(status_of(s->url, post(V1 "/campaigns", s->agent, CAMPAIGN)), 403);
}

static void with_public_read_a_get_needs_no_token_and_a_post_does(void **state)
{
	struct setting *s = *state;

	s->config.public_read = true;
	assert_int_equal(status_of(s->url, get(V1 "/series", NULL)), 200);
	assert_int_equal(status_of(s->url, post(V1 "/campaigns", NULL, CAMPAIGN)), 401);
	assert_int_equal(status_of(s->url, get(V1 "/series", "wrong")), 401);
}

static void unknown_paths_get_404(void **state)
{
	static const char *const paths[] = { "/x",
					     V1 "/series/0",
					     V1 "/series/1x",
					     V1 "/series/9",
					     V1 "/series/",
					     V1 "/campaigns/7/ranking",
					     V1 "/campaigns/7/statistics",
					     V1 "/hosts/7/noise",
					     V1 "/artifacts/abc",
					     V1 "/artifacts/../../etc/passwd",
					     V1 "/series/99999999999999999999" };
	struct setting *s = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (status_of(s->url, get(paths[i], s->reader)) != 404)
			fail_msg("not 404: %s", paths[i]);
}

static void a_method_that_is_not_there_gets_405_with_those_that_are(void **state)
{
	struct setting *s = *state;
	struct call call = { .method = "DELETE", .path = V1 "/series", .token = s->submitter };
	CLEANUP(reply_release) struct reply reply = send_call(s->url, call);

	assert_int_equal(reply.status, 405);
	assert_non_null(strstr(reply.headers.data, "Allow: GET, HEAD, POST"));
}

static void a_body_that_announces_too_much_gets_413(void **state)
{
	struct setting *s = *state;
	CLEANUP(free_ptr) char *body = xcalloc(1, 3 << 20);
	struct call call = post(V1 "/campaigns", s->submitter, memset(body, ' ', (3 << 20) - 1));

	call.bytes = (64 << 10) + 1;
	assert_int_equal(status_of(s->url, call), 413);
	/* Also when it is more than the server would read and throw away. */
	call.bytes = (3 << 20) - 1;
	assert_int_equal(status_of(s->url, call), 413);
	call.bytes = 64 << 10;
	assert_int_equal(status_of(s->url, call), 400);
}

static void a_chunked_body_that_grows_too_large_gets_413(void **state)
{
	struct setting *s = *state;
	CLEANUP(free_ptr) char *body = xcalloc(1, 80 << 10);
	struct call call = post(V1 "/campaigns", s->submitter, memset(body, ' ', 80 << 10));

	call.bytes = 70 << 10;
	call.chunked = true;
	assert_int_equal(status_of(s->url, call), 413);
	call.bytes = 10;
	assert_int_equal(status_of(s->url, call), 400);
}

static void another_content_type_gets_415(void **state)
{
	struct setting *s = *state;
	struct call call = post(V1 "/campaigns", s->submitter, CAMPAIGN);

	call.type = "text/html";
	assert_int_equal(status_of(s->url, call), 415);
	call.type = "Application/JSON; charset=utf-8";
	assert_int_equal(status_of(s->url, call), 422);
}

static void an_mbox_without_a_patch_gets_422(void **state)
{
	struct setting *s = *state;
	struct call call = post(V1 "/series", s->submitter, "From: a@b\nSubject: hi\n\nhello\n");

	call.type = "message/rfc822";
	assert_int_equal(status_of(s->url, call), 422);
	assert_int_equal(submit(s, V1 "/series?name=Bad%20Name"), 422);
	assert_int_equal(submit(s, V1 "/series?name=base"), 422);
	assert_int_equal(submit(s, V1 "/series?sender_flag=a-b"), 422);
}

static void the_same_series_again_is_the_same_and_new_bytes_are_a_version(void **state)
{
	struct setting *s = *state;
	struct call call = post(V1 "/series?name=early", s->submitter, MBOX "more\n");

	assert_int_equal(submit(s, V1 "/series?name=early"), 201);
	assert_int_equal(submit(s, V1 "/series?name=early"), 200);
	call.type = "application/mbox";
	CLEANUP(reply_release) struct reply reply = send_call(s->url, call);
	assert_int_equal(reply.status, 201);
	assert_int_equal(json_number(&reply, "version"), 2);
}

static void a_series_without_a_name_gets_one_from_its_subject(void **state)
{
	struct setting *s = *state;

	assert_int_equal(submit(s, V1 "/series"), 201);
	CLEANUP(reply_release)
	struct reply reply = send_call(s->url, get(V1 "/series/1", s->reader));
	CLEANUP(free_ptr) char *name = json_field(&reply, "name");
	assert_string_equal(name, "kvm-svm-set-the-mode-early");
	assert_int_equal(json_number(&reply, "patches.0.number"), 1);
}

static void a_key_gets_the_first_answer_again_and_refuses_another_body(void **state)
{
	struct setting *s = *state;
	struct call call = post(V1 "/campaigns", s->submitter, CAMPAIGN);

	submit(s, V1 "/series");
	call.key = "once";
	CLEANUP(reply_release) struct reply first = send_call(s->url, call);
	CLEANUP(reply_release) struct reply again = send_call(s->url, call);
	assert_int_equal(first.status, 201);
	assert_int_equal(again.status, 201);
	assert_string_equal(first.body.data, again.body.data);
	assert_non_null(strstr(first.headers.data, "Location: " V1 "/campaigns/1\r\n"));
	assert_non_null(strstr(again.headers.data, "Location: " V1 "/campaigns/1\r\n"));
	call.body = "{\"base\": {\"repository\": \"linux\", \"rev\": \"v6.1\"}, \"series\": [1]}";
	assert_int_equal(status_of(s->url, call), 422);
	CLEANUP(reply_release)
	struct reply list = send_call(s->url, get(V1 "/campaigns", s->reader));
	assert_int_equal(json_number(&list, "campaigns.0.id"), 1);
	assert_int_equal(json_number(&list, "campaigns.1.id"), -1);
}

static struct call put(const char *path, const char *token, const char *body)
{
	return (struct call){ .method = "PUT", .path = path, .token = token, .body = body };
}

static void artifacts_are_verified_kept_once_and_given_back(void **state)
{
	struct setting *s = *state;
	char hex[SHA256_HEX_BYTES];
	CLEANUP(free_ptr) char *path = NULL, *wrong = NULL;

	sha256_bytes("kernel", 6, hex);
	path = xasprintf(V1 "/artifacts/%s", hex);
	assert_int_equal(status_of(s->url, get(path, s->reader)), 404);
	assert_int_equal(status_of(s->url, put(path, s->reader, "kernel")), 403);
	assert_int_equal(status_of(s->url, put(path, s->agent, "colonel")), 422);
	assert_int_equal(status_of(s->url, put(path, s->agent, "kernel")), 201);
	assert_int_equal(status_of(s->url, put(path, s->agent, "kernel")), 200);
	CLEANUP(reply_release) struct reply reply = send_call(s->url, get(path, s->reader));
	assert_string_equal(reply.body.data, "kernel");
	assert_non_null(strstr(reply.headers.data, "nosniff"));
	struct call head = { .method = "HEAD", .path = path, .token = s->agent };
	assert_int_equal(status_of(s->url, head), 200);
	wrong = xasprintf(V1 "/artifacts/%064d", 0);
	head.path = wrong;
	assert_int_equal(status_of(s->url, head), 404);
}

static void a_full_store_gets_507(void **state)
{
	struct setting *s = *state;
	CLEANUP(free_ptr) char *path = xasprintf(V1 "/artifacts/%064d", 0);
	CLEANUP(free_ptr) char *body = xcalloc(1, 65 << 20);
	struct call call = put(path, s->agent, body);

	call.bytes = 65 << 20;
	call.chunked = true;
	/* So long a body may be cut off; what counts is that it is not kept. */
	long status = status_of(s->url, call);
	assert_true(status == 507 || status == 0);
	call.bytes = 1;
	assert_int_equal(status_of(s->url, call), 422);
}

struct poll {
	struct setting *setting;
	int wait_s;
	struct reply reply;
	uint64_t took_ms;
};

static void *poll_lease(void *data)
{
	struct poll *poll = data;
	char body[128];
	uint64_t begun = clock_ms();

	snprintf(body, sizeof(body), BUILDER, poll->wait_s);
	poll->reply = send_call(poll->setting->url, post(V1 "/leases", poll->setting->agent, body));
	poll->took_ms = clock_ms() - begun;
	return NULL;
}

static void an_agent_that_waits_is_told_when_there_is_work(void **state)
{
	struct setting *s = *state;
	struct poll polls[4];
	pthread_t threads[4];
	size_t leased = 0;

	/* More waiters than threads: none of them holds one. */
	for (int i = 0; i < 4; i++) {
		polls[i] = (struct poll){ .setting = s, .wait_s = 3 };
		pthread_create(&threads[i], NULL, poll_lease, &polls[i]);
	}
	usleep(300000);
	assert_int_equal(submit(s, V1 "/series"), 201);
	assert_int_equal(status_of(s->url, post(V1 "/campaigns", s->submitter, CAMPAIGN)), 201);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		leased += polls[i].reply.status == 200;
		assert_true(polls[i].reply.status == 200 ? polls[i].took_ms < 2000
							 : polls[i].reply.status == 204);
		reply_release(&polls[i].reply);
	}
	assert_int_equal(leased, 2); /* the base and the series */
}

static void an_agent_that_waits_in_vain_gets_204_in_time(void **state)
{
	struct poll poll = { .setting = *state, .wait_s = 1 };

	poll_lease(&poll);
	assert_int_equal(poll.reply.status, 204);
	assert_in_range(poll.took_ms, 900, 2500);
	reply_release(&poll.reply);
}

static void a_waiter_that_left_is_given_nothing(void **state)
{
	struct setting *s = *state;
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char body[128];
	CLEANUP(free_ptr) char *request = NULL;

	snprintf(body, sizeof(body), BUILDER, 30);
	request = xasprintf("POST " V1 "/leases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
			    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
			    s->agent, strlen(body), body);
	address.sin_port = htons((uint16_t)strtoul(strrchr(s->url, ':') + 1, NULL, 10));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(file_write_all(fd, request, strlen(request)), 0);
	usleep(300000);
	close(fd);
	submit(s, V1 "/series");
	status_of(s->url, post(V1 "/campaigns", s->submitter, CAMPAIGN));
	usleep(600000);
	CLEANUP(reply_release)
	struct reply reply = send_call(s->url, get(V1 "/tasks/1", s->reader));
	CLEANUP(free_ptr) char *task_state = json_field(&reply, "state");
	assert_string_equal(task_state, "pending");
}

static void stopping_answers_those_who_wait(void **state)
{
	struct setting *s = *state;
	struct poll poll = { .setting = s, .wait_s = 30 };
	pthread_t thread;

	pthread_create(&thread, NULL, poll_lease, &poll);
	usleep(300000);
	server_stop(s->server);
	s->server = NULL;
	pthread_join(thread, NULL);
	assert_int_equal(poll.reply.status, 204);
	assert_in_range(poll.took_ms, 0, 5000);
	reply_release(&poll.reply);
}

static char *take_lease(struct setting *s)
{
	char body[128];

	snprintf(body, sizeof(body), BUILDER, 0);
	CLEANUP(reply_release)
	struct reply reply = send_call(s->url, post(V1 "/leases", s->agent, body));
	assert_int_equal(reply.status, 200);
	return json_field(&reply, "lease");
}

static void an_ended_lease_gets_410_everywhere(void **state)
{
	static const char *const paths[] = { "heartbeat", "log", "result", "loads/1", "" };
	struct setting *s = *state;
	CLEANUP(free_ptr) char *lease = NULL;

	submit(s, V1 "/series");
	status_of(s->url, post(V1 "/campaigns", s->submitter, CAMPAIGN));
	lease = take_lease(s);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < 5; i++) {
			CLEANUP(free_ptr)
			char *path = xasprintf(V1 "/leases/%s%s%s", lease, *paths[i] ? "/" : "",
					       paths[i]);
			struct call call = post(path, s->agent, "{\"status\": \"ok\"}");

			if (!*paths[i])
				call = (struct call){ .method = "DELETE",
						      .path = path,
						      .token = s->agent };
			if (!strcmp(paths[i], "log"))
				call.type = "text/plain";
			/* The last of the first round gives the lease back. */
			if (round)
				assert_int_equal(status_of(s->url, call), 410);
			else if (!*paths[i])
				assert_int_equal(status_of(s->url, call), 204);
		}
}

static void a_result_sent_again_with_its_key_gets_the_same_answer(void **state)
{
	struct setting *s = *state;
	CLEANUP(free_ptr) char *lease = NULL, *path = NULL;
	struct call call;

	submit(s, V1 "/series");
	status_of(s->url, post(V1 "/campaigns", s->submitter, CAMPAIGN));
	lease = take_lease(s);
	path = xasprintf(V1 "/leases/%s/result", lease);
	call = post(path, s->agent, "{\"status\": \"failed\", \"sentence\": \"no\"}");
	call.key = "r-1";
	assert_int_equal(status_of(s->url, call), 200);
	assert_int_equal(status_of(s->url, call), 200);
	call.key = NULL;
	assert_int_equal(status_of(s->url, call), 410);
}

static void a_log_is_read_back(void **state)
{
	struct setting *s = *state;
	CLEANUP(free_ptr) char *lease = NULL, *path = NULL;
	struct call call;

	submit(s, V1 "/series");
	status_of(s->url, post(V1 "/campaigns", s->submitter, CAMPAIGN));
	lease = take_lease(s);
	path = xasprintf(V1 "/leases/%s/log", lease);
	call = post(path, s->agent, "CC svm.o\n");
	call.type = "text/plain";
	assert_int_equal(status_of(s->url, call), 204);
	CLEANUP(reply_release)
	struct reply reply = send_call(s->url, get(V1 "/tasks/1/log", s->reader));
	assert_string_equal(reply.body.data, "CC svm.o\n");
}

static void lists_come_in_pages(void **state)
{
	struct setting *s = *state;

	submit(s, V1 "/series?name=a");
	submit(s, V1 "/series?name=b");
	submit(s, V1 "/series?name=c");
	CLEANUP(reply_release)
	struct reply first = send_call(s->url, get(V1 "/series?limit=2", s->reader));
	assert_int_equal(json_number(&first, "series.0.id"), 3);
	assert_int_equal(json_number(&first, "next"), 2);
	CLEANUP(reply_release)
	struct reply second = send_call(s->url, get(V1 "/series?limit=2&after=2", s->reader));
	assert_int_equal(json_number(&second, "series.0.id"), 1);
	assert_int_equal(json_number(&second, "next"), -1);
	assert_int_equal(status_of(s->url, get(V1 "/series?limit=0", s->reader)), 422);
	assert_int_equal(status_of(s->url, get(V1 "/series?after=x", s->reader)), 422);
}

static void more_connections_than_allowed_do_not_stop_the_server(void **state)
{
	struct setting *s = *state;
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fds[100];

	address.sin_port = htons((uint16_t)strtoul(strrchr(s->url, ':') + 1, NULL, 10));
	for (int i = 0; i < 100; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(fds[i], (struct sockaddr *)&address, sizeof(address)), 0);
	}
	for (int i = 0; i < 100; i++)
		close(fds[i]);
	usleep(200000);
	assert_int_equal(status_of(s->url, get(V1 "/health", NULL)), 200);
}

static void a_head_that_is_too_large_is_refused(void **state)
{
	struct setting *s = *state;
	CLEANUP(free_ptr) char *token = xcalloc(1, 60001);
	struct call call = get(V1 "/series", NULL);
	long status;

	memset(token, 'a', 60000);
	CLEANUP(free_ptr) char *path = xasprintf(V1 "/series?x=%s", token);
	call.path = path;
	status = status_of(s->url, call);
	assert_true(status == 414 || status == 431 || status == 413 || status == 0);
	assert_int_equal(status_of(s->url, get(V1 "/health", NULL)), 200);
}

static void race_maps_are_given_back(void **state)
{
	struct setting *s = *state;
	struct db_conn *conn;

	submit(s, V1 "/series");
	status_of(s->url, post(V1 "/campaigns", s->submitter, CAMPAIGN));
	conn = db_begin_write(s->server->db);
	db_run(conn, SQL_TASK_ADD_BLOCK, db_int(1), db_text("bench-svm"), db_int(1));
	db_run(conn, SQL_BLOCK_ADD, db_int(1), db_int(1), db_text("svm"), db_text("race"), db_int(1));
	db_run(conn, SQL_LOAD_ADD, db_int(1), db_int(1), db_int(0));
	db_run(conn, SQL_RACE_MAP_ADD, db_int(1), db_text("w"), db_text("cpuid"), db_text("ipi"),
	       db_int(-1), db_int(3), db_int(5), db_int(2), db_text(NULL));
	db_run(conn, SQL_RACE_RANGE_ADD, db_int(1), db_int(-1), db_int(3), db_text("quiet"));
	assert_int_equal(db_commit(&conn, NULL), 0);
	CLEANUP(reply_release) struct reply reply =
		send_call(s->url, get(V1 "/campaigns/1/race-map?variant=base", s->reader));
	assert_int_equal(json_number(&reply, "maps.0.ranges.0.to"), 3);
	/* As a database has it that was made before this was counted. */
	assert_int_equal(json_number(&reply, "maps.0.tried"), 5);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(health_and_the_front_page_need_no_token),
		WITH_SERVER(no_token_or_an_unknown_one_gets_401),
		WITH_SERVER(a_token_without_the_scope_gets_403),
		WITH_SERVER(with_public_read_a_get_needs_no_token_and_a_post_does),
		WITH_SERVER(unknown_paths_get_404),
		WITH_SERVER(a_method_that_is_not_there_gets_405_with_those_that_are),
		WITH_SERVER(a_body_that_announces_too_much_gets_413),
		WITH_SERVER(a_chunked_body_that_grows_too_large_gets_413),
		WITH_SERVER(another_content_type_gets_415),
		WITH_SERVER(an_mbox_without_a_patch_gets_422),
		WITH_SERVER(the_same_series_again_is_the_same_and_new_bytes_are_a_version),
		WITH_SERVER(a_series_without_a_name_gets_one_from_its_subject),
		WITH_SERVER(a_key_gets_the_first_answer_again_and_refuses_another_body),
		WITH_SERVER(artifacts_are_verified_kept_once_and_given_back),
		WITH_SERVER(a_full_store_gets_507),
		WITH_SERVER(an_agent_that_waits_is_told_when_there_is_work),
		WITH_SERVER(an_agent_that_waits_in_vain_gets_204_in_time),
		WITH_SERVER(a_waiter_that_left_is_given_nothing),
		WITH_SERVER(stopping_answers_those_who_wait),
		WITH_SERVER(an_ended_lease_gets_410_everywhere),
		WITH_SERVER(a_result_sent_again_with_its_key_gets_the_same_answer),
		WITH_SERVER(a_log_is_read_back),
		WITH_SERVER(lists_come_in_pages),
		WITH_SERVER(race_maps_are_given_back),
		WITH_SERVER(more_connections_than_allowed_do_not_stop_the_server),
		WITH_SERVER(a_head_that_is_too_large_is_refused),
	};

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The real runwayd, killed with SIGKILL while results come in: what it acknowledged is there after
 * a restart, once. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/proc.h"
#include "server/test-client.h"

#define V1 "/api/v1"
#define LOADS 100 /* rounds of base and one series: 200 loads in one block */
#define SAMPLES 50

struct daemon {
	pid_t pid;
	char url[128];
};

struct setting {
	char folder[64];
	char *program;
	char token[128];
	struct daemon daemon;
};

/* Runs the program and reads the first line it prints. */
static pid_t start(const char *const *argv, char *ret_line, size_t bytes)
{
	int fds[2];
	size_t used = 0;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(fds[1], 1);
		close(fds[0]);
		close(fds[1]);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(fds[1]);
	while (used + 1 < bytes && read(fds[0], ret_line + used, 1) == 1 && ret_line[used] != '\n')
		used++;
	ret_line[used] = '\0';
	close(fds[0]);
	return pid;
}

static void start_daemon(struct setting *s)
{
	const char *argv[] = { s->program, "serve",	  "--state",	   s->folder,
			       "--listen", "127.0.0.1:0", "--public-read", NULL };
	char line[128];

	s->daemon.pid = start(argv, line, sizeof(line));
	assert_int_equal(strncmp(line, "listening on http://", 20), 0);
	snprintf(s->daemon.url, sizeof(s->daemon.url), "%s", line + strlen("listening on "));
}

static int end_daemon(struct setting *s, int signal_number)
{
	int status = 0;

	if (s->daemon.pid <= 0)
		return 0;
	kill(s->daemon.pid, signal_number);
	waitpid(s->daemon.pid, &status, 0);
	s->daemon.pid = 0;
	return status;
}

/* Tests are in build/…/test/server/, programs in build/…/bin/. */
static char *find_program(void)
{
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	path[length > 0 ? length : 0] = '\0';
	for (int i = 0; i < 3; i++)
		if ((slash = strrchr(path, '/')))
			*slash = '\0';
	return xasprintf("%s/bin/runwayd", path);
}

static int setup(void **state)
{
	struct setting *s = xcalloc(1, sizeof(*s));

	snprintf(s->folder, sizeof(s->folder), "/tmp/runway-crash-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	s->program = find_program();
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct setting *s = *state;

	end_daemon(s, SIGKILL);
	file_remove_tree(s->folder, NULL);
	free(s->program);
	free(s);
	return 0;
}

static void need_program(struct setting *s)
{
	const char *argv[] = { s->program, "token-add", "--state", s->folder, "--name",
			       "all",	   "--scopes",	"admin",   NULL };

	if (access(s->program, X_OK) < 0) {
		print_message("skipped: %s is not built\n", s->program);
		skip();
	}
	waitpid(start(argv, s->token, sizeof(s->token)), NULL, 0);
	assert_int_equal(strlen(s->token), 64);
}

static struct reply post(struct setting *s, const char *path, const char *type, const char *body)
{
	return send_call(s->daemon.url, (struct call){ .method = "POST",
						       .path = path,
						       .token = s->token,
						       .type = type,
						       .body = body });
}

static const char mbox[] =
	"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n"
	"From: A Developer <dev@example.org>\n"
	"Date: Mon, 1 Apr 2024 12:00:00 +0000\n"
	"Subject: [PATCH] KVM: SVM: Set the mode early\n\nText.\n---\n\n"
	"diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-one\n+two\n"
	"--\n2.39.2\n";

static void build_both(struct setting *s, const char *artifact)
{
	for (int i = 0; i < 2; i++) {
		CLEANUP(reply_release)
		struct reply leased = post(s, V1 "/leases", NULL,
					   "{\"agent\": \"a\", \"capabilities\": [\"build\"]}");
		CLEANUP(free_ptr) char *lease = json_field(&leased, "lease");
		CLEANUP(free_ptr) char *path = xasprintf(V1 "/leases/%s/result", lease);
		CLEANUP(free_ptr)
		char *body = xasprintf("{\"status\": \"built\", \"tree\": \"%040d\", "
				       "\"base_tree\": \"%040d\", \"key\": \"%064d\", "
				       "\"code_sha256\": \"%064d\", \"artifacts\": [{\"name\": "
				       "\"bzImage\", \"sha256\": \"%s\", \"bytes\": 1}]}",
				       i, i, i, i, artifact);
		CLEANUP(reply_release) struct reply done = post(s, path, NULL, body);

		assert_int_equal(done.status, 200);
	}
}

/* A campaign up to its one block of 2 × LOADS loads; returns the lease's answer. */
static struct reply prepare(struct setting *s)
{
	CLEANUP(free_ptr) char *path = NULL;
	CLEANUP(free_ptr)
	char *campaign =
		xasprintf("{\"base\": {\"repository\": \"linux\", \"rev\": \"HEAD\"}, "
			  "\"series\": [1], \"lanes\": [\"exact\"], \"loads\": {\"exact\": "
			  "%d}}",
			  LOADS);
	char hex[65];
	struct call put = { .method = "PUT", .token = s->token, .body = "x" };

	snprintf(hex, sizeof(hex), "%s",
		 "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
	path = xasprintf(V1 "/artifacts/%s", hex);
	put.path = path;
	assert_int_equal(status_of(s->daemon.url, put), 201);
	CLEANUP(reply_release) struct reply series = post(s, V1 "/series", "text/plain", mbox);
	assert_int_equal(series.status, 201);
	CLEANUP(reply_release) struct reply created = post(s, V1 "/campaigns", NULL, campaign);
	assert_int_equal(created.status, 201);
	build_both(s, hex);
	return post(s, V1 "/leases", NULL, "{\"agent\": \"a\", \"capabilities\": [\"bench-svm\"]}");
}

struct poster {
	struct setting *setting;
	const char *lease;
	const int64_t *ids;
	_Atomic size_t acknowledged;
};

static char *load_body(void)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(1 << 20);

	buf_puts(&body, "{\"status\": \"ok\", \"samples\": [");
	for (int i = 0; i < SAMPLES; i++)
		buf_printf(&body,
			   "%s{\"metric\": \"exit_window\", \"workload\": \"w\", \"kind\": "
			   "\"cpuid\", \"rep\": %d, \"value\": 45}",
			   i ? "," : "", i);
	buf_puts(&body, "]}");
	return buf_detach(&body, NULL);
}

/* One load after the other until the server is gone. */
static void *post_loads(void *data)
{
	struct poster *poster = data;
	CLEANUP(free_ptr) char *body = load_body();

	for (size_t i = 0; i < 2 * LOADS; i++) {
		CLEANUP(free_ptr)
		char *path = xasprintf(V1 "/leases/%s/loads/%lld", poster->lease,
				       (long long)poster->ids[i]);
		CLEANUP(reply_release) struct reply reply = post(poster->setting, path, NULL, body);

		if (reply.status != 200 || json_number(&reply, "recorded") != 1)
			break;
		poster->acknowledged = i + 1;
	}
	return NULL;
}

/* Which loads are done, by their place in ids; each must have all of its samples, once. */
static size_t check_loads(struct setting *s, const int64_t *ids, bool *ret_done)
{
	CLEANUP(reply_release)
	struct reply samples = send_call(
		s->daemon.url, (struct call){ .path = V1 "/campaigns/1/samples?limit=10000" });
	size_t count[2 * LOADS] = { 0 }, done = 0;
	char path[64];

	assert_int_equal(samples.status, 200);
	json_t *root = json_loadb(samples.body.data, samples.body.length, 0, NULL), *one;
	size_t i;

	json_array_foreach (json_object_get(root, "samples"), i, one) {
		int64_t load = json_integer_value(json_object_get(one, "load"));

		for (size_t k = 0; k < 2 * LOADS; k++)
			count[k] += ids[k] == load;
	}
	json_decref(root);
	for (size_t k = 0; k < 2 * LOADS; k++) {
		if (count[k] && count[k] != SAMPLES)
			fail_msg("load %zu has %zu samples", k, count[k]);
		ret_done[k] = count[k] == SAMPLES;
		done += ret_done[k];
	}
	snprintf(path, sizeof(path), "%s", V1 "/campaigns/1");
	assert_int_equal(status_of(s->daemon.url, (struct call){ .path = path }), 200);
	return done;
}

static void what_was_acknowledged_survives_kill_9_once(void **state)
{
	struct setting *s = *state;
	struct poster poster = { .setting = s };
	int64_t ids[2 * LOADS];
	bool done[2 * LOADS];
	pthread_t thread;
	size_t found;

	need_program(s);
	start_daemon(s);
	CLEANUP(reply_release) struct reply leased = prepare(s);
	CLEANUP(free_ptr) char *lease = json_field(&leased, "lease");
	for (size_t i = 0; i < 2 * LOADS; i++) {
		char path[64];

		snprintf(path, sizeof(path), "task.loads.%zu.id", i);
		ids[i] = json_number(&leased, path);
		assert_true(ids[i] > 0);
	}
	poster.lease = lease;
	poster.ids = ids;
	pthread_create(&thread, NULL, post_loads, &poster);
	while (poster.acknowledged < 20)
		usleep(100);
	end_daemon(s, SIGKILL);
	pthread_join(thread, NULL);
	assert_in_range(poster.acknowledged, 20, 2 * LOADS - 1);

	start_daemon(s);
	found = check_loads(s, ids, done);
	for (size_t i = 0; i < poster.acknowledged; i++)
		assert_true(done[i]);
	/* The one that was on its way may have been recorded, or not. */
	assert_in_range(found, poster.acknowledged, poster.acknowledged + 1);

	/* The agent goes on under its lease, and sends the one without an answer again. */
	CLEANUP(free_ptr) char *body = load_body();
	for (size_t i = poster.acknowledged; i < 2 * LOADS; i++) {
		CLEANUP(free_ptr)
		char *path = xasprintf(V1 "/leases/%s/loads/%lld", lease, (long long)ids[i]);
		CLEANUP(reply_release) struct reply reply = post(s, path, NULL, body);

		assert_int_equal(reply.status, 200);
		assert_int_equal(json_number(&reply, "recorded"), !done[i]);
	}
	/* 10000 samples are one full page. */
	assert_int_equal(check_loads(s, ids, done), 2 * LOADS);
	CLEANUP(reply_release)
	struct reply campaign =
		send_call(s->daemon.url, (struct call){ .path = V1 "/campaigns/1" });
	CLEANUP(free_ptr) char *campaign_state = json_field(&campaign, "state");
	assert_string_equal(campaign_state, "done");
}

static void sigterm_ends_it_cleanly(void **state)
{
	struct setting *s = *state;
	int status;

	need_program(s);
	start_daemon(s);
	assert_int_equal(status_of(s->daemon.url, (struct call){ .path = V1 "/health" }), 200);
	status = end_daemon(s, SIGTERM);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_acknowledged_survives_kill_9_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(sigterm_ends_it_cleanly, setup, teardown),
	};

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

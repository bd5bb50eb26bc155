// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/context.h"
#include "cli/problem.h"
#include "cli/stream.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define API_PREFIX "/api/v1"
#define PROBLEM_MAX_BYTES 65536

/* One request's answer as it comes in. */
struct answer {
	struct buf *body;
	bool too_large;
};

static size_t take_body(char *data, size_t size, size_t count, void *to)
{
	struct answer *answer = to;

	if (buf_append(answer->body, data, size * count) < 0) {
		answer->too_large = true;
		return 0;
	}
	return size * count;
}

/* http_proxy is for the network; a server on this machine is never behind it. */
static bool is_loopback(const char *server)
{
	static const char *const hosts[] = { "127.", "localhost", "[::1]" };
	const char *host = strstr(server, "://") + 3;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (!strncmp(host, hosts[i], strlen(hosts[i])))
			return true;
	return false;
}

static int check_token(const char *token, struct err *err)
{
	if (strlen(token) > CLIENT_TOKEN_MAX_BYTES)
		return err_set(err, E_USAGE, "The token is longer than %d characters.",
			       CLIENT_TOKEN_MAX_BYTES);
	for (const char *c = token; *c; c++)
		if (*c <= ' ' || *c > '~')
			return err_set(err, E_USAGE,
				       "The token has characters that no token has. Give the line "
				       "that runwayd token-add printed.");
	return 0;
}

int client_open(const char *server, const char *token, struct client *ret_client, struct err *err)
{
	struct client client = { .problem = BUF_INIT(PROBLEM_MAX_BYTES) };
	size_t length = strlen(server);
	int rc;

	if (strncmp(server, "http://", 7) && strncmp(server, "https://", 8))
		return err_set(err, E_USAGE,
			       "The server %s is no URL. Give one like http://127.0.0.1:8750.",
			       server);
	if (token) {
		rc = check_token(token, err);
		if (rc < 0)
			return rc;
	}
	while (length && server[length - 1] == '/')
		length--;
	client.curl = curl_easy_init();
	if (!client.curl)
		return err_set(err, -ENOMEM, "libcurl cannot be started.");
	client.server = xstrndup(server, length);
	client.token = token && *token ? xstrdup(token) : NULL;
	*ret_client = client;
	return 0;
}

void client_release(struct client *client)
{
	if (client->curl)
		curl_easy_cleanup(client->curl);
	free(client->server);
	free(client->token);
	if (client->problem.data)
		buf_release(&client->problem);
	*client = (struct client){ 0 };
}

char *client_escape(struct client *client, const char *text)
{
	char *escaped = curl_easy_escape(client->curl, text, 0);
	char *copy = xstrdup(escaped ? escaped : "");

	curl_free(escaped);
	return copy;
}

static int refuse(struct client *client, int status, const struct buf *body, struct err *err)
{
	CLEANUP(free_ptr) char *detail = problem_detail(body->data, body->length);

	buf_clear(&client->problem);
	if (detail)
		buf_append_some(&client->problem, body->data, body->length);
	if (!detail)
		return err_set(err, E_REFUSED, "The server at %s answered %d without a reason.",
			       client->server, status);
	return err_set(err, E_REFUSED, "%s", detail);
}

/* A request. */
struct ask {
	const char *method, *path;
	const char *accept, *content_type; /* content_type NULL: no body */
	const void *data;
	size_t bytes;
	const char *last_event; /* NULL: none */
};

/* Takes the line. */
static struct curl_slist *add_header(struct curl_slist *headers, char *line)
{
	headers = curl_slist_append(headers, line);
	free(line);
	return headers;
}

static struct curl_slist *make_headers(const struct client *client, const struct ask *ask)
{
	struct curl_slist *headers = add_header(NULL, xasprintf("Accept: %s", ask->accept));

	/* Without "Expect: 100-continue": bodies are small and the answer may come early. */
	headers = curl_slist_append(headers, "Expect:");
	if (ask->content_type)
		headers = add_header(headers, xasprintf("Content-Type: %s", ask->content_type));
	else
		headers = curl_slist_append(headers, "Content-Type:");
	if (ask->last_event)
		headers = add_header(headers, xasprintf("Last-Event-ID: %s", ask->last_event));
	if (client->token)
		headers = add_header(headers, xasprintf("Authorization: Bearer %s", client->token));
	return headers;
}

static void set_up(CURL *curl, const struct client *client, const struct ask *ask, const char *url,
		   struct curl_slist *headers, char *reason)
{
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CLIENT_CONNECT_MAX_MS);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "runway");
	if (is_loopback(client->server))
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (!strcmp(ask->method, "POST")) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->data ? ask->data : "");
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->bytes);
	} else if (strcmp(ask->method, "GET")) {
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
	}
}

/* Performs what was set up; the HTTP status, or a negative errno for no answer. */
static int exchange(struct client *client, const struct ask *ask, struct answer *answer,
		    void (*also)(CURL *curl, void *data), void *data, struct err *err)
{
	CLEANUP(free_ptr) char *url = xasprintf("%s" API_PREFIX "%s", client->server, ask->path);
	struct curl_slist *headers = make_headers(client, ask);
	char reason[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode code;

	set_up(client->curl, client, ask, url, headers, reason);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, answer);
	also(client->curl, data);
	code = curl_easy_perform(client->curl);
	curl_slist_free_all(headers);
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (answer->too_large)
		return err_set(err, -EFBIG, "The answer to %s is larger than %d MiB.", ask->path,
			       CLIENT_ANSWER_MAX_BYTES >> 20);
	/* A server may refuse and hang up before it has read all of a body. */
	if (code != CURLE_OK && status < 400)
		return err_set(err, E_UNREACHABLE,
			       "Cannot reach the server at %s: %s. Is runwayd running there?",
			       client->server, *reason ? reason : curl_easy_strerror(code));
	return (int)status;
}

static int judge(struct client *client, int status, const struct buf *body, struct err *err)
{
	if (status >= 400)
		return refuse(client, status, body, err);
	if (status >= 0 && (status < 200 || status >= 300))
		return err_set(err, E_REFUSED,
			       "The server at %s answered %d, which is no answer of runwayd.",
			       client->server, status);
	return status < 0 ? status : 0;
}

static void limit_time(CURL *curl, void *data)
{
	(void)data;
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)CLIENT_ANSWER_MAX_MS);
}

static int perform(struct client *client, const struct ask *ask, struct buf *ret_body,
		   struct err *err)
{
	struct answer answer = { .body = ret_body };

	buf_clear(ret_body);
	return judge(client, exchange(client, ask, &answer, limit_time, NULL, err), ret_body, err);
}

#define ACCEPT "application/json, */*;q=0.5"

int client_get(struct client *client, const char *path, struct buf *ret_body, struct err *err)
{
	struct ask ask = { .method = "GET", .path = path, .accept = ACCEPT };

	return perform(client, &ask, ret_body, err);
}

int client_get_as(struct client *client, const char *path, const char *accept, struct buf *ret_body,
		  struct err *err)
{
	struct ask ask = { .method = "GET", .path = path, .accept = accept };

	return perform(client, &ask, ret_body, err);
}

int client_post(struct client *client, const char *path, const char *content_type, const void *data,
		size_t bytes, struct buf *ret_body, struct err *err)
{
	struct ask ask = { "POST", path, ACCEPT, content_type, data, bytes, NULL };

	return perform(client, &ask, ret_body, err);
}

int client_delete(struct client *client, const char *path, struct buf *ret_body, struct err *err)
{
	struct ask ask = { .method = "DELETE", .path = path, .accept = ACCEPT };

	return perform(client, &ask, ret_body, err);
}

/* What comes in is events, unless it is a refusal. */
struct follow {
	CURL *curl;
	struct stream *stream;
	struct answer refusal;
};

static size_t take_events(char *data, size_t size, size_t count, void *to)
{
	struct follow *follow = to;
	long status = 0;

	curl_easy_getinfo(follow->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 400)
		return take_body(data, size, count, &follow->refusal);
	/* Less than was given: curl ends the transfer. */
	return stream_feed(follow->stream, data, size * count) ? size * count : 0;
}

static void expect_events(CURL *curl, void *data)
{
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_events);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, data);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)CLIENT_SILENCE_MAX_S);
}

int client_follow(struct client *client, const char *path, struct stream *stream, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(PROBLEM_MAX_BYTES);
	struct follow follow = { client->curl, stream, { .body = &body } };
	struct ask ask = { .method = "GET", .path = path, .accept = "text/event-stream" };
	int status;

	if (*stream->last_id.data)
		ask.last_event = stream->last_id.data;
	stream_restart(stream);
	status = exchange(client, &ask, &follow.refusal, expect_events, &follow, err);
	return stream->ended ? 0 : judge(client, status, &body, err);
}

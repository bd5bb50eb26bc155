// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cli/context.h"
#include "cli/problem.h"
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

static int refuse(struct client *client, long status, const struct buf *body, struct err *err)
{
	CLEANUP(free_ptr) char *detail = problem_detail(body->data, body->length);

	buf_clear(&client->problem);
	if (detail)
		buf_append_some(&client->problem, body->data, body->length);
	if (!detail)
		return err_set(err, E_REFUSED, "The server at %s answered %ld without a reason.",
			       client->server, status);
	return err_set(err, E_REFUSED, "%s", detail);
}

static struct curl_slist *make_headers(const struct client *client, const char *content_type)
{
	CLEANUP(free_ptr)
	char *type = xasprintf("Content-Type: %s", content_type ? content_type : "");
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json, */*;q=0.5");

	/* Without "Expect: 100-continue": bodies are small and the answer may come early. */
	headers = curl_slist_append(headers, "Expect:");
	if (content_type)
		headers = curl_slist_append(headers, type);
	if (client->token) {
		CLEANUP(free_ptr)
		char *bearer = xasprintf("Authorization: Bearer %s", client->token);

		headers = curl_slist_append(headers, bearer);
	}
	return headers;
}

static void set_up(CURL *curl, const struct client *client, const char *url,
		   struct curl_slist *headers, struct answer *answer, char *reason)
{
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CLIENT_CONNECT_MAX_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)CLIENT_ANSWER_MAX_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "runway");
	if (is_loopback(client->server))
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

static int perform(struct client *client, const char *path, const char *content_type,
		   const void *data, size_t bytes, struct buf *body, struct err *err)
{
	CLEANUP(free_ptr) char *url = xasprintf("%s" API_PREFIX "%s", client->server, path);
	struct curl_slist *headers = make_headers(client, content_type);
	struct answer answer = { .body = body };
	char reason[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode code;

	set_up(client->curl, client, url, headers, &answer, reason);
	if (content_type) {
		curl_easy_setopt(client->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, data);
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)bytes);
	}
	code = curl_easy_perform(client->curl);
	curl_slist_free_all(headers);
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (answer.too_large)
		return err_set(err, -EFBIG, "The answer to %s is larger than %d MiB.", path,
			       CLIENT_ANSWER_MAX_BYTES >> 20);
	/* A server may refuse and hang up before it has read all of a body. */
	if (status >= 400)
		return refuse(client, status, body, err);
	if (code != CURLE_OK)
		return err_set(err, E_UNREACHABLE,
			       "Cannot reach the server at %s: %s. Is runwayd running there?",
			       client->server, *reason ? reason : curl_easy_strerror(code));
	if (status < 200 || status >= 300)
		return err_set(err, E_REFUSED,
			       "The server at %s answered %ld, which is no answer of runwayd.",
			       client->server, status);
	return 0;
}

int client_get(struct client *client, const char *path, struct buf *ret_body, struct err *err)
{
	buf_clear(ret_body);
	return perform(client, path, NULL, NULL, 0, ret_body, err);
}

int client_post(struct client *client, const char *path, const char *content_type, const void *data,
		size_t bytes, struct buf *ret_body, struct err *err)
{
	buf_clear(ret_body);
	return perform(client, path, content_type, data, bytes, ret_body, err);
}

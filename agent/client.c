// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/json-problem.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#define DELIVER_LIMIT_MS (10ull * 60 * 1000)

struct client {
	CURL *curl;
	char *url;
	char *authorization;
	bool (*cancelled)(void *data);
	void *data;
};

static void end_list(struct curl_slist **list)
{
	curl_slist_free_all(*list);
	*list = NULL;
}

struct client *client_open(const char *url, const char *token)
{
	struct client *client = xcalloc(1, sizeof(*client));
	size_t length = strlen(url);

	while (length && url[length - 1] == '/')
		length--;
	client->curl = curl_easy_init();
	client->url = xstrndup(url, length);
	client->authorization = xasprintf("Authorization: Bearer %s", token);
	return client;
}

void client_close(struct client **client)
{
	if (!*client)
		return;
	curl_easy_cleanup((*client)->curl);
	free((*client)->url);
	free((*client)->authorization);
	free(*client);
	*client = NULL;
}

void client_reply_release(struct client_reply *reply)
{
	buf_release(&reply->body);
}

void client_set_cancel(struct client *client, bool (*cancelled)(void *data), void *data)
{
	client->cancelled = cancelled;
	client->data = data;
}

struct receive {
	struct buf *body;
	FILE *file;
};

static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct receive *receive = data;

	if (receive->file)
		return fwrite(bytes, size, count, receive->file) * size;
	return buf_append(receive->body, bytes, size * count) < 0 ? 0 : size * count;
}

static int on_progress(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct client *client = data;

	(void)a, (void)b, (void)c, (void)d;
	return client->cancelled && client->cancelled(client->data);
}

static struct curl_slist *headers_of(const struct client *client,
				     const struct client_request *request)
{
	const char *type = request->content_type
				   ?: request->upload ? "application/octet-stream"
						      : "application/json";
	CLEANUP(free_ptr) char *content_type = xasprintf("Content-Type: %s", type);
	struct curl_slist *list = curl_slist_append(NULL, client->authorization);

	list = curl_slist_append(list, content_type);
	list = curl_slist_append(list, "Expect:");
	if (request->idempotency_key) {
		CLEANUP(free_ptr)
		char *key = xasprintf("Idempotency-Key: %s", request->idempotency_key);

		list = curl_slist_append(list, key);
	}
	return list;
}

static int set_upload(CURL *curl, const struct client_request *request, FILE **ret_file,
		      struct err *err)
{
	FILE *file = fopen(request->upload, "re");
	struct stat status;

	if (!file || fstat(fileno(file), &status) < 0) {
		int code = errno;

		close_file(&file);
		return err_sys(err, -code, "Cannot open %s", request->upload);
	}
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READDATA, file);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)status.st_size);
	*ret_file = file;
	return 0;
}

static void set_method(CURL *curl, const struct client_request *request)
{
	if (!strcmp(request->method, "HEAD")) {
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	} else if (!strcmp(request->method, "POST")) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->bytes);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body ?: "");
	} else {
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	}
}

int client_send(struct client *client, const struct client_request *request,
		struct client_reply *ret_reply, struct err *err)
{
	CLEANUP(free_ptr) char *url = xasprintf("%s/api/v1%s", client->url, request->path);
	CLEANUP(end_list) struct curl_slist *headers = headers_of(client, request);
	CLEANUP(close_file) FILE *upload = NULL;
	CLEANUP(close_file) FILE *download = NULL;
	struct receive receive = { .body = &ret_reply->body };
	CURL *curl = client->curl;
	CURLcode code;
	int rc;

	buf_clear(&ret_reply->body);
	curl_easy_reset(curl);
	set_method(curl, request);
	if (request->upload) {
		rc = set_upload(curl, request, &upload, err);
		if (rc < 0)
			return rc;
	}
	if (request->download) {
		receive.file = download = fopen(request->download, "we");
		if (!download)
			return err_sys(err, -errno, "Cannot create %s", request->download);
	}
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receive);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, client);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)(request->limit_s ?: 60));
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	code = curl_easy_perform(curl);
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return err_set(err, -ECANCELED, "The request was given up.");
	if (code != CURLE_OK)
		return err_set(err, -ECONNREFUSED, "No answer from %s: %s", client->url,
			       curl_easy_strerror(code));
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ret_reply->status);
	return 0;
}

int client_deliver(struct client *client, const struct client_request *request,
		   struct client_reply *ret_reply, struct err *err)
{
	uint64_t end = clock_ms() + DELIVER_LIMIT_MS;
	unsigned wait_ms = 500;

	for (;;) {
		int rc = client_send(client, request, ret_reply, err);

		if (rc == -ECANCELED || (!rc && ret_reply->status < 500 &&
					 ret_reply->status != 408 && ret_reply->status != 429))
			return rc;
		if (clock_ms() + wait_ms > end)
			return rc < 0 ? rc : client_expect_success(ret_reply, request->path, err);
		for (unsigned waited = 0; waited < wait_ms; waited += 100) {
			if (client->cancelled && client->cancelled(client->data))
				return err_set(err, -ECANCELED, "The request was given up.");
			usleep(100000);
		}
		wait_ms = wait_ms * 2 > 10000 ? 10000 : wait_ms * 2;
	}
}

int client_expect_success(const struct client_reply *reply, const char *doing, struct err *err)
{
	char detail[512];

	if (reply->status >= 200 && reply->status < 300)
		return 0;
	json_problem_detail(reply->body.data, reply->body.length, detail, sizeof(detail));
	return err_set(err,
		       reply->status == 410   ? -ESTALE
		       : reply->status == 404 ? -ENOENT
					      : -EPROTO,
		       "%s: the server answered %ld%s%s", doing, reply->status,
		       detail[0] ? ": " : "", detail);
}

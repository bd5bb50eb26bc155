/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of a real server on the loopback, for tests. */
#ifndef RUNWAY_SERVER_TEST_CLIENT_H
#define RUNWAY_SERVER_TEST_CLIENT_H

#include <curl/curl.h>
#include <jansson.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/test.h"

#define UNUSED_HERE __attribute__((unused))

struct call {
	const char *method, *path; /* below the server's address */
	const char *token, *type, *body, *key;
	size_t bytes; /* 0: strlen(body) */
	bool chunked;
};

struct reply {
	long status; /* 0: no answer */
	struct buf body, headers;
};

UNUSED_HERE static void reply_release(struct reply *reply)
{
	buf_release(&reply->body);
	buf_release(&reply->headers);
}

static size_t take_bytes(char *data, size_t size, size_t count, void *buf)
{
	return buf_append_some(buf, data, size * count);
}

struct source {
	const char *data;
	size_t left;
};

static size_t give_bytes(char *data, size_t size, size_t count, void *from)
{
	struct source *source = from;
	size_t bytes = size * count < source->left ? size * count : source->left;

	memcpy(data, source->data, bytes);
	source->data += bytes;
	source->left -= bytes;
	return bytes;
}

static struct curl_slist *make_headers(const struct call *call)
{
	struct curl_slist *list = NULL;
	char line[256];

	if (call->token) {
		snprintf(line, sizeof(line), "Authorization: Bearer %s", call->token);
		list = curl_slist_append(list, line);
	}
	snprintf(line, sizeof(line), "Content-Type: %s",
		 call->type ? call->type : "application/json");
	if (call->body)
		list = curl_slist_append(list, line);
	if (call->key) {
		snprintf(line, sizeof(line), "Idempotency-Key: %s", call->key);
		list = curl_slist_append(list, line);
	}
	if (call->chunked)
		list = curl_slist_append(list, "Transfer-Encoding: chunked");
	return curl_slist_append(list, "Expect:");
}

static void set_body(CURL *curl, const struct call *call, struct source *source)
{
	if (!call->body)
		return;
	source->data = call->body;
	source->left = call->bytes ? call->bytes : strlen(call->body);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_bytes);
	curl_easy_setopt(curl, CURLOPT_READDATA, source);
	if (!call->chunked)
		curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)source->left);
}

UNUSED_HERE static struct reply send_call(const char *url, struct call call)
{
	struct reply reply = { .body = BUF_INIT(16 << 20), .headers = BUF_INIT(1 << 16) };
	CLEANUP(free_ptr) char *where = xasprintf("%s%s", url, call.path);
	struct curl_slist *headers = make_headers(&call);
	struct source source = { 0 };
	CURL *curl = curl_easy_init();

	set_body(curl, &call, &source);
	curl_easy_setopt(curl, CURLOPT_URL, where);
	if (call.method && !strcmp(call.method, "HEAD"))
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call.method ? call.method : "GET");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_bytes);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply.headers);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	if (curl_easy_perform(curl) == CURLE_OK || reply.headers.length)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return reply;
}

UNUSED_HERE static long status_of(const char *url, struct call call)
{
	CLEANUP(reply_release) struct reply reply = send_call(url, call);

	return reply.status;
}

/* The integer at a path such as "task.loads.0.id" of a JSON body; -1 when there is none. */
UNUSED_HERE static int64_t json_number(const struct reply *reply, const char *path)
{
	json_t *root = json_loadb(reply->body.data, reply->body.length, 0, NULL), *at = root;
	int64_t value = -1;
	char name[64];

	while (at && *path) {
		size_t length = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		at = json_is_array(at) ? json_array_get(at, strtoul(name, NULL, 10))
				       : json_object_get(at, name);
		path += length + (path[length] == '.');
	}
	if (json_is_integer(at))
		value = json_integer_value(at);
	else if (json_is_boolean(at))
		value = json_is_true(at);
	json_decref(root);
	return value;
}

/* A copy of a text field of the top object, to free(); "" when there is none. */
UNUSED_HERE static char *json_field(const struct reply *reply, const char *name)
{
	json_t *root = json_loadb(reply->body.data, reply->body.length, 0, NULL);
	const char *text = json_string_value(json_object_get(root, name));
	char *copy = xstrdup(text ? text : "");

	json_decref(root);
	return copy;
}

#endif

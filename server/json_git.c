// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "server/check.h"
#include "server/json_decode.h"
#include "server/json_request.h"

#define SENTENCE_MAX_BYTES 4096
#define KNOWN(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void copy_text(struct decode *d, const char *key, bool needed, char *ret_text, size_t bytes)
{
	snprintf(ret_text, bytes, "%s", decode_text(d, key, needed, bytes - 1));
}

static void read_git(struct decode *whole, const char *repositories, struct git_request *request)
{
	json_t *git = decode_object(whole, "git", true);
	struct decode d = { .object = git, .where = "\"git\"", .err = whole->err };

	if (!git)
		return;
	copy_text(&d, "url", true, request->url, sizeof(request->url));
	copy_text(&d, "ref", true, request->ref, sizeof(request->ref));
	copy_text(&d, "base", false, request->base, sizeof(request->base));
	copy_text(&d, "repository", false, request->repository, sizeof(request->repository));
	decode_only(&d, KNOWN("base", "ref", "repository", "url"));
	if (!*request->repository)
		snprintf(request->repository, sizeof(request->repository), "%.*s",
			 repositories ? (int)strcspn(repositories, ",") : (int)strlen("linux"),
			 repositories ? repositories : "linux");
	whole->rc = d.rc;
}

static void check_names(struct decode *d, const struct git_request *request)
{
	struct expectation expectations[EXPECTATIONS_MAX];
	size_t count;

	if (*request->name && !series_name_is_free(request->name))
		decode_fail(d,
			    "\"name\" is 1-%d of a-z, 0-9, '.', '_' and '-', starts with a letter "
			    "or digit, and is not \"base\".",
			    SERIES_NAME_MAX);
	if (*request->sender_flag && !check_c_identifier(request->sender_flag, 64))
		decode_fail(d, "\"sender_flag\" names a member of struct kvm_vcpu.");
	if (!d->rc && *request->expects)
		d->rc = expectations_parse(request->expects, expectations, &count, d->err);
}

int json_git_request(const struct buf *body, const char *repositories,
		     struct git_request *ret_request, struct err *err)
{
	struct git_request request = { .url = "" };
	CLEANUP(json_free) json_t *root = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the series", .err = err, .rc = rc };

	if (rc < 0)
		return rc;
	decode_only(&d, KNOWN("each_commit", "expect", "git", "name", "sender_flag"));
	read_git(&d, repositories, &request);
	copy_text(&d, "name", false, request.name, sizeof(request.name));
	copy_text(&d, "sender_flag", false, request.sender_flag, sizeof(request.sender_flag));
	copy_text(&d, "expect", false, request.expects, sizeof(request.expects));
	request.each_commit = decode_bool(&d, "each_commit", false);
	check_names(&d, &request);
	if (!d.rc)
		*ret_request = request;
	return d.rc;
}

int json_fetch_result(const struct buf *body, char **ret_sentence, struct err *err)
{
	CLEANUP(json_free) json_t *root = NULL;
	CLEANUP(free_ptr) char *sentence = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the fetch's result", .err = err, .rc = rc };

	if (rc < 0)
		return rc;
	if (strcmp(decode_text(&d, "status", true, 16), "failed") != 0)
		decode_fail(&d, "\"status\" must be \"failed\": what was fetched is posted to "
				"/leases/{lease}/series.");
	sentence = decode_sentence(&d, "sentence", true, SENTENCE_MAX_BYTES);
	if (!d.rc && !*sentence)
		decode_fail(&d, "a failed fetch needs a \"sentence\" that says why.");
	if (!d.rc)
		*ret_sentence = TAKE(sentence);
	return d.rc;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/fetch.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/problem.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static int print_or_go_on(struct context *context, const struct buf *body, struct err *err)
{
	int rc = context->json ? document_print(body, &context->screen, err) : 1;

	return rc < 0 ? rc : !context->json;
}

static int get(struct context *context, const char *path, struct buf *body, struct err *err)
{
	int rc = options_connect(context, err);

	if (!rc)
		rc = client_get(&context->client, path, body, err);
	return rc < 0 ? rc : print_or_go_on(context, body, err);
}

int fetch(struct context *context, struct buf *body, struct err *err, const char *path, ...)
{
	char *text = NULL;
	va_list arguments;
	int rc;

	va_start(arguments, path);
	if (vasprintf(&text, path, arguments) < 0)
		abort();
	va_end(arguments);
	rc = get(context, text, body, err);
	free(text);
	return rc;
}

int fetch_post(struct context *context, const char *path, const char *document, struct buf *body,
	       struct err *err)
{
	int rc = options_connect(context, err);

	if (!rc)
		rc = client_post(&context->client, path, document ? "application/json" : NULL,
				 document ? document : "", document ? strlen(document) : 0, body,
				 err);
	return rc < 0 ? rc : print_or_go_on(context, body, err);
}

int fetch_numbered(struct context *context, int argc, char **argv, const char *path,
		   int64_t *ret_id, struct buf *body, struct err *err)
{
	int64_t id;
	int rc = options_parse(context, argc, argv, NULL, NULL, err);

	if (rc <= 0 || (rc = option_id(argv, optind, context->command->arguments, &id, err)) < 0)
		return rc;
	*ret_id = id;
	return fetch(context, body, err, path, (long long)id);
}

int fetch_pair(struct context *context, int argc, char **argv, const char *name, const char *isa,
	       struct buf *body, struct err *err)
{
	CLEANUP(free_ptr) char *variant = NULL;
	CLEANUP(free_ptr) char *against = NULL;
	CLEANUP(free_ptr) char *of = NULL;
	int64_t id;
	int rc;

	if ((rc = option_id(argv, optind, "CAMPAIGN", &id, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0)
		return rc;
	variant = client_escape(&context->client, argv[optind + 1]);
	against = client_escape(&context->client, argc - optind > 2 ? argv[optind + 2] : "base");
	of = client_escape(&context->client, isa ? isa : "");
	return fetch(context, body, err, "/campaigns/%lld/%s?variant=%s&against=%s%s%s",
		     (long long)id, name, variant, against, isa ? "&isa=" : "", of);
}

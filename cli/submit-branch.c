// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/submit.h"

#include <string.h>
#include <time.h>

#include "cli/options.h"
#include "cli/problem.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define POLL_MS 500

static int ask(struct context *context, const struct series_branch *branch, struct buf *ret_body,
	       struct series *ret_series, struct err *err)
{
	CLEANUP(free_ptr) char *document = series_branch_encode(branch);
	int rc = client_post(&context->client, "/series", "application/json", document,
			     strlen(document), ret_body, err);

	return rc < 0 ? rc : series_decode(ret_body->data, ret_body->length, ret_series, err);
}

static int read_again(struct context *context, int64_t id, struct buf *ret_body,
		      struct series *ret_series, struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("/series/%lld", (long long)id);
	int rc;

	buf_clear(ret_body);
	rc = client_get(&context->client, path, ret_body, err);
	if (rc < 0)
		return rc;
	series_release(ret_series);
	return series_decode(ret_body->data, ret_body->length, ret_series, err);
}

/* Until an agent has fetched it, or could not. */
static int wait_for(struct context *context, struct buf *body, struct series *series,
		    struct err *err)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	int rc = 0;

	if (!context->json && !context->quiet)
		fprintf(stderr,
			"series %lld: waiting for an agent to fetch it; runway series cancel %lld "
			"ends that\n",
			(long long)series->id, (long long)series->id);
	while (!rc && series->state && !strcmp(series->state, "fetching")) {
		nanosleep(&pause, NULL);
		rc = read_again(context, series->id, body, series, err);
	}
	if (!rc && series->state && !strcmp(series->state, "failed"))
		rc = err_set(err, E_REFUSED, "%s",
			     series->reason ? series->reason : "It could not be fetched.");
	return rc;
}

static int print_parts(struct context *context, const struct series *whole, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < whole->parts_count; i++) {
		CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
		CLEANUP(series_release) struct series part = { 0 };

		if (context->quiet) {
			fprintf(context->screen.out, "%lld\n", (long long)whole->parts[i]);
			continue;
		}
		rc = read_again(context, whole->parts[i], &body, &part, err);
		if (!rc && context->json)
			rc = document_print(&body, &context->screen, err);
		else if (!rc)
			series_print(&part, &context->screen);
	}
	return rc;
}

int submit_branch(struct context *context, const struct series_branch *branch, int arguments,
		  struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(series_release) struct series series = { 0 };
	int rc;

	if (!branch->url || !branch->ref)
		return err_set(err, E_USAGE, "A branch needs both --git URL and --branch REF.");
	if (arguments)
		return err_set(err, E_USAGE, "Give mboxes or a branch, not both.");
	if ((rc = options_connect(context, err)) < 0 ||
	    (rc = ask(context, branch, &body, &series, err)) < 0 ||
	    (rc = wait_for(context, &body, &series, err)) < 0)
		return rc;
	if (context->json)
		rc = document_print(&body, &context->screen, err);
	else if (context->quiet)
		fprintf(context->screen.out, "%lld\n", (long long)series.id);
	else
		series_print(&series, &context->screen);
	return rc < 0 ? rc : print_parts(context, &series, err);
}

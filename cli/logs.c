// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/log-piece.h"
#include "cli/stream.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#define RETRY_MS 1000
/* A server that is restarted comes back well within this. */
#define UNREACHABLE_MAX_MS 60000

static const struct option_row options[] = {
	{ "follow", 'f', NULL, "go on printing until the task ends", NULL, true },
	{ 0 },
};

static int take(void *data, int option, struct err *err)
{
	bool *follow = data;

	(void)option;
	(void)err;
	*follow = true;
	return 0;
}

struct following {
	struct context *context;
	struct err *err;
	int rc;
	bool ended;
	uint64_t heard_ms;
};

static bool take_event(void *data, const char *event, const char *text)
{
	struct following *following = data;
	CLEANUP(log_piece_release) struct log_piece piece = { 0 };
	FILE *out = following->context->screen.out;

	following->heard_ms = clock_ms();
	following->ended = !strcmp(event, "end");
	if (following->context->json) {
		CLEANUP(free_ptr) char *clean = text_clean(text, TEXT_ONE_LINE);

		fprintf(out, "%s\n", clean);
	} else {
		following->rc = log_piece_decode(text, &piece, following->err);
		if (following->rc < 0)
			return false;
		if (piece.dropped)
			fprintf(out, "[%lld bytes of the log are gone]\n",
				(long long)piece.dropped);
		fputs(piece.text ? piece.text : "", out);
	}
	fflush(out);
	if (ferror(out))
		following->rc = err_set(following->err, -EPIPE, "Cannot write the output.");
	return !following->ended && !following->rc;
}

/* Comes back after a break, from where it was, until the task's end was told. */
static int follow(struct context *context, const char *path, struct err *err)
{
	struct following following = { .context = context, .err = err };
	CLEANUP(stream_release) struct stream stream = STREAM_INIT(take_event, &following);

	for (;;) {
		struct timespec pause = { .tv_sec = RETRY_MS / 1000 };
		int rc = client_follow(&context->client, path, &stream, err);

		if (following.ended || following.rc < 0)
			return following.rc;
		if (rc < 0 && rc != E_UNREACHABLE)
			return rc;
		if (!following.heard_ms || clock_ms() - following.heard_ms > UNREACHABLE_MAX_MS)
			if (rc < 0)
				return rc;
		nanosleep(&pause, NULL);
	}
}

static int print_log(struct context *context, int64_t id, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *path = xasprintf("/tasks/%lld/log", (long long)id);
	CLEANUP(free_ptr) char *clean = NULL;
	int rc = client_get(&context->client, path, &body, err);

	if (rc < 0)
		return rc;
	clean = text_clean_bytes(body.data, body.length, TEXT_MANY_LINES);
	fprintf(context->screen.out, "%s%s", clean,
		body.length && body.data[body.length - 1] != '\n' ? "\n" : "");
	return EXIT_WORKED;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	bool following = false;
	int64_t id;
	int rc = options_parse(context, argc, argv, take, &following, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "TASK", &id, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0)
		return rc;
	if (following) {
		CLEANUP(free_ptr) char *path = xasprintf("/tasks/%lld/log?follow=1", (long long)id);

		return follow(context, path, err);
	}
	if (context->json)
		return fetch(context, &body, err, "/tasks/%lld", (long long)id);
	return print_log(context, id, err);
}

const struct command command_logs = {
	.name = "logs",
	.alias = "log",
	.arguments = "TASK",
	.summary = "Print the log of a task (a build or a block of loads)",
	.text = "TASK is a number that `runway campaign show` or `runway queue` prints. Control "
		"characters are left out.\n\n"
		"A followed log outlasts a restart of the server, and goes on where it was. With "
		"--json: the task itself; followed, each event's data, one a line.",
	.examples = "runway logs -f 7",
	.options = options,
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define USAGE "log TASK [--json]"

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *path = NULL;
	CLEANUP(free_ptr) char *clean = NULL;
	int64_t id;
	int option, rc;

	rc = options_next(context, argc, argv, NULL, &option, err);
	if (rc < 0 || context->help)
		return rc;
	if ((rc = options_arguments(argc, 1, 1, USAGE, err)) < 0 ||
	    (rc = option_integer("TASK", argv[optind], 1, INT64_MAX, &id, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0)
		return rc;
	path = xasprintf("/tasks/%lld%s", (long long)id, context->json ? "" : "/log");
	rc = client_get(&context->client, path, &body, err);
	if (rc < 0)
		return rc;
	if (context->json)
		return document_print(&body, &context->screen, err);
	clean = text_clean_bytes(body.data, body.length, TEXT_MANY_LINES);
	fprintf(context->screen.out, "%s%s", clean,
		body.length && body.data[body.length - 1] != '\n' ? "\n" : "");
	return EXIT_WORKED;
}

const struct command command_log = {
	.name = "log",
	.usage = USAGE,
	.summary = "Print the log of a task (a build or a block of loads)",
	.help = "TASK is a number that `runway campaign show` prints. Control characters are left "
		"out.\nWith --json: the task itself.\n",
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/* runway: the command that users type. It talks to runwayd's REST API and to nothing else. */
#include <errno.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "cli/text.h"
#include "cli/usage.h"
#include "lib/cleanup.h"

#define SERVER_DEFAULT "http://127.0.0.1:8750"

/* One place that says what went wrong: the problem document for --json, a sentence for people. */
static int report(struct context *context, int rc, const struct err *err)
{
	CLEANUP(free_ptr) char *text = text_clean(err->text, TEXT_ONE_LINE);
	struct buf *problem = &context->client.problem;

	fflush(context->screen.out);
	if (rc == E_REFUSED && context->json && problem->data && problem->length)
		document_print(problem, &context->screen, NULL);
	if (*text)
		fprintf(stderr, "runway: %s\n", text);
	return (int)exit_status_of(rc);
}

static int dispatch(struct context *context, int argc, char **argv, struct err *err)
{
	int rc = options_global(context, argc, argv, err);

	if (rc < 0)
		return rc;
	if (optind >= argc) {
		usage_print_all(context->help ? stdout : stderr);
		return context->help ? EXIT_WORKED : EXIT_USAGE;
	}
	return command_run(context, argc - optind, argv + optind, err);
}

int main(int argc, char **argv)
{
	const char *server = getenv("RUNWAY_SERVER");
	struct context context = {
		.program = argv[0],
		.server = server && *server ? server : SERVER_DEFAULT,
	};
	struct err err = ERR_INIT;
	int rc;

	screen_open(stdout, &context.screen);
	rc = dispatch(&context, argc, argv, &err);
	if (rc >= 0 && (fflush(stdout) || ferror(stdout)))
		rc = err_sys(&err, errno ? -errno : -EIO, "Cannot write the output");
	if (rc < 0)
		rc = report(&context, rc, &err);
	client_release(&context.client);
	return rc;
}

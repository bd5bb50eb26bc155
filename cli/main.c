// SPDX-License-Identifier: GPL-2.0-or-later
/* runway: the command that users type. It talks to runwayd's REST API and to nothing else. */
#include <errno.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "cli/text.h"
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
	const struct command *command;
	int rc = options_global(context, argc, argv, err);

	if (rc < 0)
		return rc;
	if (optind >= argc || !strcmp(argv[optind], "help")) {
		bool asked = context->help || optind < argc;

		commands_print(asked ? stdout : stderr);
		return asked ? EXIT_WORKED : EXIT_USAGE;
	}
	command = command_find(argv[optind]);
	if (!command)
		return err_set(err, E_USAGE, "There is no command %s. See runway --help.",
			       argv[optind]);
	argc -= optind;
	argv += optind;
	options_begin();
	rc = command->run(context, argc, argv, err);
	if (context->help) {
		command_print(command, stdout);
		return EXIT_WORKED;
	}
	return rc;
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

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/completion.h"

#include <string.h>

#include "cli/commands.h"

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	int rc = options_parse(context, argc, argv, NULL, NULL, err);

	if (rc <= 0)
		return rc;
	if (!strcmp(argv[optind], "bash"))
		completion_print_bash(context->screen.out);
	else if (!strcmp(argv[optind], "zsh"))
		completion_print_zsh(context->screen.out);
	else
		return err_set(err, E_USAGE, "There is completion for bash and zsh, not for %s.",
			       argv[optind]);
	return EXIT_WORKED;
}

const struct command command_completion = {
	.name = "completion",
	.arguments = "SHELL",
	.summary = "Print a shell's completion of this command: bash or zsh",
	.text = "`make install` puts both where the shells look for them.",
	.examples = "source <(runway completion bash)",
	.words = "bash zsh",
	.run = run,
};

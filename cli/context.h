/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every command of `runway` gets: where the server is, how to print, and what its exit status
 * means.
 *
 *	int command_hosts(struct context *context, int argc, char **argv, struct err *err)
 *	{
 *		rc = client_get(&context->client, "/hosts", &body, err);
 *		if (rc < 0)
 *			return rc;	// main() prints err and picks the exit status
 *		...
 *		return EXIT_WORKED;
 *	}
 *
 * A command returns an enum exit_status, or a negative errno with err filled.
 */
#ifndef RUNWAY_CLI_CONTEXT_H
#define RUNWAY_CLI_CONTEXT_H

#include <errno.h>
#include <stdbool.h>

#include "cli/client.h"
#include "cli/screen.h"
#include "lib/err.h"

/* Scripts rely on these numbers; they do not change. */
enum exit_status {
	EXIT_WORKED = 0,	  /* whatever the variants did */
	EXIT_LOCAL = 1,		  /* a file, the output, or an answer that cannot be understood */
	EXIT_USAGE = 2,		  /* wrong arguments */
	EXIT_REFUSED = 3,	  /* the server refused; its reason is on standard error */
	EXIT_UNREACHABLE = 4,	  /* no answer from the server */
	EXIT_CAMPAIGN_FAILED = 5, /* the campaign as a whole failed */
};

/* The negative errno values that stand for them. */
#define E_USAGE (-EINVAL)
#define E_REFUSED (-EREMOTEIO)
#define E_UNREACHABLE (-EHOSTUNREACH)

enum exit_status exit_status_of(int rc);

struct command;

struct context {
	const char *program;	       /* argv[0] as the user wrote it */
	const struct command *command; /* that runs, or its verb; NULL: none yet */
	const char *server;	       /* base URL */
	const char *token_file;	       /* NULL: from the environment */
	bool json;		       /* print documents as the server gives them */
	bool quiet;		       /* print ids only */
	bool help; /* --help was given: print the command's help and do nothing */
	struct client client;
	struct screen screen;
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of a command, with those that every command takes mixed in (--server, --token-file,
 * --json, --quiet, --help).
 *
 *	static const struct option own[] = { { "name", required_argument, NULL, 'n' }, { 0 } };
 *	int option, rc;
 *
 *	while ((rc = options_next(context, argc, argv, own, &option, err)) > 0)
 *		if (option == 'n') ... optarg ...
 *	if (rc < 0)
 *		return rc;
 *	... argv[optind] ...
 *
 * Options and arguments may come in any order.
 */
#ifndef RUNWAY_CLI_OPTIONS_H
#define RUNWAY_CLI_OPTIONS_H

#include <getopt.h>
#include <stdint.h>

#include "cli/context.h"
#include "lib/err.h"

#define OPTIONS_OWN_MAX 16

/* Starts over with another argv. */
void options_begin(void);

/* 1: *ret_option is one of own; 0: no more; E_USAGE with err filled. own ends in { 0 }, may be
 * NULL. */
int options_next(struct context *context, int argc, char **argv, const struct option *own,
		 int *ret_option, struct err *err);

/* As options_next, but stops at the first argument that is no option: the command's name. */
int options_global(struct context *context, int argc, char **argv, struct err *err);

/* A whole decimal number from minimum to maximum; what names it in the sentence. */
int option_integer(const char *what, const char *text, int64_t minimum, int64_t maximum,
		   int64_t *ret_value, struct err *err);

/* E_USAGE unless between minimum and maximum arguments are left after the options. */
int options_arguments(int argc, int minimum, int maximum, const char *usage, struct err *err);

/*
 * For commands that print one page of a list: --limit and --after, no arguments. The path with its
 * query (free() it); NULL with --help.
 */
#define OPTIONS_PAGE_HELP                                                                          \
	"  --limit N          at most that many, 1 to 1000 (100)\n"                                \
	"  --after ID         the page after that id\n"
int options_page(struct context *context, int argc, char **argv, const char *path,
		 const char *usage, char **ret_path, struct err *err);

/* Connects context->client to the server that the options and the environment name. */
int options_connect(struct context *context, struct err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of a command, with those that every command takes mixed in (--server, --token-file,
 * --json, --quiet, --help).
 *
 *	static int take(void *data, int option, struct err *err)
 *	{
 *		struct query *query = data;
 *
 *		if (option == 'n') query->name = optarg; ...
 *		return 0;
 *	}
 *	...
 *	rc = options_parse(context, argc, argv, take, &query, err);
 *	if (rc <= 0)
 *		return rc;
 *	... argv[optind] ...
 *
 * Options and arguments may come in any order. How many arguments there are is said by the
 * command's table.
 */
#ifndef RUNWAY_CLI_OPTIONS_H
#define RUNWAY_CLI_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/context.h"
#include "lib/err.h"

#define OPTIONS_OWN_MAX 32

struct option_row {
	const char *name;  /* without its dashes */
	int letter;	   /* what take() gets */
	const char *value; /* how it is called in texts; NULL: takes none */
	const char *help;  /* without a full stop */
	const char *words; /* what completes the value: "svm vmx"; "": files; NULL: nothing */
	bool is_short;	   /* -letter is the same */
};

/* Those of every command; ends in { 0 }. */
extern const struct option_row options_common[];

/* "-o, --output FILE"; free() it. */
char *option_title(const struct option_row *row);

/* Starts over with another argv. */
void options_begin(void);

/*
 * All options and the number of arguments of context->command. 1: go on; 0: only its help is
 * wanted; E_USAGE with err filled, or what take gave. take may be NULL when it has no options.
 */
int options_parse(struct context *context, int argc, char **argv,
		  int (*take)(void *data, int option, struct err *err), void *data,
		  struct err *err);

/* One option after another, for what is no command: 1: *ret_option is one of rows; 0: no more;
 * E_USAGE with err filled. rows ends in { 0 }, may be NULL. */
int options_next(struct context *context, int argc, char **argv, const struct option_row *rows,
		 int *ret_option, struct err *err);

/* As options_next with no rows, but stops at the first argument that is no option: a command. */
int options_global(struct context *context, int argc, char **argv, struct err *err);

/* A whole decimal number from minimum to maximum; what names it in the sentence. */
int option_integer(const char *what, const char *text, int64_t minimum, int64_t maximum,
		   int64_t *ret_value, struct err *err);

/* A number of the server, from 1 on: the argument of that index; what names it in the sentence. */
int option_id(char **argv, int index, const char *what, int64_t *ret_id, struct err *err);

/* The options of commands that print one page of a list. */
extern const struct option_row options_page_rows[];

/* Their path with its query (free() it); as options_parse. */
int options_page(struct context *context, int argc, char **argv, const char *path, char **ret_path,
		 struct err *err);

/* Connects context->client to the server that the options and the environment name, once. */
int options_connect(struct context *context, struct err *err);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/options.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

enum { OPTION_SERVER = 1000, OPTION_TOKEN_FILE };

/* To add an option for every command: one row here and one case in take_common(). */
const struct option_row options_common[] = {
	{ "help", 'h', NULL, "print this and do nothing", NULL, true },
	{ "json", 'j', NULL, "print the server's documents as they are", NULL, false },
	{ "quiet", 'q', NULL, "print ids only, one a line", NULL, true },
	{ "server", OPTION_SERVER, "URL",
	  "the server; else RUNWAY_SERVER, else http://127.0.0.1:8750", NULL, false },
	{ "token-file", OPTION_TOKEN_FILE, "FILE",
	  "a file with the token; else RUNWAY_TOKEN (the token itself), else RUNWAY_TOKEN_FILE", "",
	  false },
	{ 0 },
};

char *option_title(const struct option_row *row)
{
	CLEANUP(free_ptr)
	char *letter = row->is_short ? xasprintf("-%c, ", row->letter) : xstrdup("");

	return xasprintf("%s--%s%s%s", letter, row->name, row->value ? " " : "",
			 row->value ? row->value : "");
}

void options_begin(void)
{
	optind = 0; /* glibc: initialise again */
	opterr = 0; /* sentences come from here */
}

static bool take_common(struct context *context, int option)
{
	switch (option) {
	case 'h':
		context->help = true;
		return true;
	case 'j':
		context->json = true;
		return true;
	case 'q':
		context->quiet = true;
		return true;
	case OPTION_SERVER:
		context->server = optarg;
		return true;
	case OPTION_TOKEN_FILE:
		context->token_file = optarg;
		return true;
	}
	return false;
}

/* getopt's own tables. */
struct table {
	struct option rows[OPTIONS_OWN_MAX + 16];
	char letters[2 * OPTIONS_OWN_MAX];
	size_t count, length;
};

static void add_rows(struct table *table, const struct option_row *row)
{
	for (; row && row->name; row++) {
		assert(table->count + 1 < sizeof(table->rows) / sizeof(table->rows[0]));
		table->rows[table->count++] =
			(struct option){ row->name, row->value ? required_argument : no_argument,
					 NULL, row->letter };
		if (!row->is_short)
			continue;
		assert(table->length + 3 < sizeof(table->letters));
		table->letters[table->length++] = (char)row->letter;
		if (row->value)
			table->letters[table->length++] = ':';
	}
}

static int next(struct context *context, int argc, char **argv, const char *mode,
		const struct option_row *rows, int *ret_option, struct err *err)
{
	struct table table = { 0 };
	int option;

	table.length = strlen(mode);
	memcpy(table.letters, mode, table.length);
	add_rows(&table, rows);
	add_rows(&table, options_common);
	while ((option = getopt_long(argc, argv, table.letters, table.rows, NULL)) != -1) {
		if (option == '?')
			return err_set(err, E_USAGE, "There is no option %s. See --help.",
				       argv[optind - 1]);
		if (option == ':')
			return err_set(err, E_USAGE, "The option %s needs a value.",
				       argv[optind - 1]);
		if (take_common(context, option))
			continue;
		*ret_option = option;
		return 1;
	}
	return 0;
}

int options_next(struct context *context, int argc, char **argv, const struct option_row *rows,
		 int *ret_option, struct err *err)
{
	return next(context, argc, argv, ":", rows, ret_option, err);
}

int options_global(struct context *context, int argc, char **argv, struct err *err)
{
	int option;

	options_begin();
	return next(context, argc, argv, "+:", NULL, &option, err);
}

/* Counts "CAMPAIGN VARIANT [AGAINST]" and "MBOX...". */
static int check_arguments(const struct command *command, int argc, struct err *err)
{
	const char *at = command->arguments ? command->arguments : "";
	int minimum = 0, maximum = 0, count = argc - optind;
	CLEANUP(free_ptr) char *usage = command_usage(command);

	while (*at) {
		size_t length = strcspn(at, " ");
		size_t end = length - (at[length - 1] == ']');

		minimum += *at != '[';
		maximum = end > 3 && !strncmp(at + end - 3, "...", 3) ? INT_MAX : maximum + 1;
		at += length + strspn(at + length, " ");
	}
	if (count < minimum || count > maximum)
		return err_set(err, E_USAGE, "%s arguments. Usage: %s",
			       count < minimum ? "Too few" : "Too many", usage);
	return 0;
}

int options_parse(struct context *context, int argc, char **argv,
		  int (*take)(void *data, int option, struct err *err), void *data, struct err *err)
{
	int option, rc;

	while ((rc = options_next(context, argc, argv, context->command->options, &option, err)) >
	       0) {
		rc = take(data, option, err);
		if (rc < 0)
			return rc;
	}
	if (rc < 0 || context->help)
		return rc;
	rc = check_arguments(context->command, argc, err);
	return rc < 0 ? rc : 1;
}

int option_integer(const char *what, const char *text, int64_t minimum, int64_t maximum,
		   int64_t *ret_value, struct err *err)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end || (*text != '-' && (*text < '0' || *text > '9')) ||
	    value < minimum || value > maximum)
		return err_set(err, E_USAGE, "%s is \"%s\", not a number from %lld to %lld.", what,
			       text, (long long)minimum, (long long)maximum);
	*ret_value = value;
	return 0;
}

int option_id(char **argv, int index, const char *what, int64_t *ret_id, struct err *err)
{
	return option_integer(what, argv[index], 1, INT64_MAX, ret_id, err);
}

const struct option_row options_page_rows[] = {
	{ "after", 'a', "ID", "the page after that id", NULL, false },
	{ "limit", 'l', "N", "at most that many, 1 to 1000 (100)", NULL, false },
	{ 0 },
};

struct page {
	int64_t limit, after;
};

static int take_page(void *data, int option, struct err *err)
{
	struct page *page = data;

	return option == 'a' ? option_integer("--after", optarg, 1, INT64_MAX, &page->after, err)
			     : option_integer("--limit", optarg, 1, 1000, &page->limit, err);
}

int options_page(struct context *context, int argc, char **argv, const char *path, char **ret_path,
		 struct err *err)
{
	struct page page = { .limit = 100 };
	int rc = options_parse(context, argc, argv, take_page, &page, err);

	if (rc <= 0)
		return rc;
	*ret_path = page.after ? xasprintf("%s?limit=%lld&after=%lld", path, (long long)page.limit,
					   (long long)page.after)
			       : xasprintf("%s?limit=%lld", path, (long long)page.limit);
	return 1;
}

/* RUNWAY_TOKEN holds the token itself, RUNWAY_TOKEN_FILE and --token-file name a file with it. */
int options_connect(struct context *context, struct err *err)
{
	const char *path = context->token_file, *token = NULL;
	char line[CLIENT_TOKEN_MAX_BYTES + 1] = "";
	int rc;

	if (context->client.curl)
		return 0;
	if (!path) {
		token = getenv("RUNWAY_TOKEN");
		path = token && *token ? NULL : getenv("RUNWAY_TOKEN_FILE");
	}
	if (path && *path) {
		rc = file_read_line(path, line, sizeof(line), err);
		if (rc < 0)
			return rc;
		token = line;
	}
	rc = client_open(context->server, token, &context->client, err);
	explicit_bzero(line, sizeof(line));
	return rc;
}

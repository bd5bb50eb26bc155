// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/options.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

enum { OPTION_SERVER = 1000, OPTION_TOKEN_FILE };

/* To add an option for every command: one row here, one case in take_common(), one line in help. */
static const struct option common[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "server", required_argument, NULL, OPTION_SERVER },
	{ "token-file", required_argument, NULL, OPTION_TOKEN_FILE },
};

#define COMMON_COUNT (sizeof(common) / sizeof(common[0]))

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

static int next(struct context *context, int argc, char **argv, const char *short_options,
		const struct option *own, int *ret_option, struct err *err)
{
	struct option all[OPTIONS_OWN_MAX + COMMON_COUNT + 1] = { { 0 } };
	size_t count = 0;
	int option;

	while (own && own[count].name) {
		assert(count < OPTIONS_OWN_MAX);
		all[count] = own[count];
		count++;
	}
	memcpy(all + count, common, sizeof(common));
	while ((option = getopt_long(argc, argv, short_options, all, NULL)) != -1) {
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

int options_next(struct context *context, int argc, char **argv, const struct option *own,
		 int *ret_option, struct err *err)
{
	return next(context, argc, argv, ":hq", own, ret_option, err);
}

int options_global(struct context *context, int argc, char **argv, struct err *err)
{
	int option;

	options_begin();
	return next(context, argc, argv, "+:hq", NULL, &option, err);
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

int options_arguments(int argc, int minimum, int maximum, const char *usage, struct err *err)
{
	int count = argc - optind;

	if (count < minimum || count > maximum)
		return err_set(err, E_USAGE, "%s arguments. Usage: runway %s",
			       count < minimum ? "Too few" : "Too many", usage);
	return 0;
}

int options_page(struct context *context, int argc, char **argv, const char *path,
		 const char *usage, char **ret_path, struct err *err)
{
	static const struct option own[] = {
		{ "after", required_argument, NULL, 'a' },
		{ "limit", required_argument, NULL, 'l' },
		{ 0 },
	};
	int64_t limit = 100, after = 0;
	int option, rc;

	while ((rc = options_next(context, argc, argv, own, &option, err)) > 0) {
		if (option == 'a')
			rc = option_integer("--after", optarg, 1, INT64_MAX, &after, err);
		else
			rc = option_integer("--limit", optarg, 1, 1000, &limit, err);
		if (rc < 0)
			return rc;
	}
	if (rc < 0 || context->help)
		return rc;
	rc = options_arguments(argc, 0, 0, usage, err);
	if (rc < 0)
		return rc;
	*ret_path = after ? xasprintf("%s?limit=%lld&after=%lld", path, (long long)limit,
				      (long long)after)
			  : xasprintf("%s?limit=%lld", path, (long long)limit);
	return 0;
}

/* RUNWAY_TOKEN holds the token itself, RUNWAY_TOKEN_FILE and --token-file name a file with it. */
int options_connect(struct context *context, struct err *err)
{
	const char *path = context->token_file, *token = NULL;
	char line[CLIENT_TOKEN_MAX_BYTES + 1] = "";
	int rc;

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

// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "cli/series.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/mbox.h"

#define USAGE                                                                                      \
	"submit [--name NAME] [--sender-flag MEMBER] [--expect LIST] MBOX... [--json|--quiet]"

/* What goes into the query, as far as it was given. */
struct query {
	const char *name, *sender_flag, *expect;
};

/* The request's path; free() it. */
static char *series_path(struct client *client, const struct query *query)
{
	const char *const keys[] = { "name", "sender_flag", "expect" };
	const char *const values[] = { query->name, query->sender_flag, query->expect };
	char *path = xstrdup("/series");

	for (size_t i = 0, given = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		CLEANUP(free_ptr) char *before = path;
		CLEANUP(free_ptr) char *value = NULL;

		if (!values[i]) {
			TAKE(before);
			continue;
		}
		value = client_escape(client, values[i]);
		path = xasprintf("%s%c%s=%s", before, given++ ? '&' : '?', keys[i], value);
	}
	return path;
}

static void print_series(const struct series *series, FILE *out)
{
	fprintf(out, "series %lld: %s%s%s, %zu patch%s\n", (long long)series->id, series->name,
		series->version ? " " : "", series->version ? series->version : "",
		series->patch_count, series->patch_count == 1 ? "" : "es");
	for (size_t i = 0; i < series->patch_count; i++)
		fprintf(out, "    %s\n", series->subjects[i]);
}

/* One file, one series. */
static int submit_file(struct context *context, const char *file, const char *path, struct err *err)
{
	CLEANUP(buf_release) struct buf mbox = BUF_INIT(MBOX_MAX_BYTES);
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(series_release) struct series series = { 0 };
	int rc;

	/* A larger one would be refused by the server too, after it was sent. */
	if ((rc = file_read(strcmp(file, "-") ? file : "/dev/stdin", &mbox, err)) < 0 ||
	    (rc = client_post(&context->client, path, "application/mbox", mbox.data, mbox.length,
			      &body, err)) < 0)
		return rc;
	if (context->json)
		return document_print(&body, &context->screen, err);
	rc = series_decode(body.data, body.length, &series, err);
	if (rc < 0)
		return rc;
	if (context->quiet)
		fprintf(context->screen.out, "%lld\n", (long long)series.id);
	else
		print_series(&series, context->screen.out);
	return 0;
}

/* Every file is tried, so that one bad mbox does not hide what is wrong with the next. */
static int submit_files(struct context *context, char **files, int count, const char *path,
			struct err *err)
{
	CLEANUP(buf_release) struct buf failures = BUF_INIT(sizeof(err->text));
	int failed = 0;

	for (int i = 0; i < count; i++) {
		struct err one = ERR_INIT;
		int rc = submit_file(context, files[i], path, &one);

		if (rc >= 0)
			continue;
		failed = rc;
		if (rc == E_REFUSED)
			err_wrap(&one, "%s", files[i]);
		buf_append_some(&failures, failures.length ? " " : "", failures.length != 0);
		buf_append_some(&failures, one.text, strlen(one.text));
		if (rc == E_UNREACHABLE)
			break;
	}
	return failed < 0 ? err_set(err, failed, "%s", failures.data) : EXIT_WORKED;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	static const struct option own[] = {
		{ "expect", required_argument, NULL, 'e' },
		{ "name", required_argument, NULL, 'n' },
		{ "sender-flag", required_argument, NULL, 'f' },
		{ 0 },
	};
	CLEANUP(free_ptr) char *path = NULL;
	struct query query = { 0 };
	int option, rc;

	while ((rc = options_next(context, argc, argv, own, &option, err)) > 0) {
		if (option == 'n')
			query.name = optarg;
		else if (option == 'e')
			query.expect = optarg;
		else
			query.sender_flag = optarg;
	}
	if (rc < 0 || context->help)
		return rc;
	rc = options_arguments(argc, 1, INT16_MAX, USAGE, err);
	if (rc < 0)
		return rc;
	if (query.name && argc - optind > 1)
		return err_set(err, E_USAGE, "--name names one series: give one mbox with it.");
	rc = options_connect(context, err);
	if (rc < 0)
		return rc;
	path = series_path(&context->client, &query);
	return submit_files(context, argv + optind, argc - optind, path, err);
}

const struct command command_submit = {
	.name = "submit",
	.usage = USAGE,
	.summary = "Submit patches: each mbox (- for standard input) becomes a series",
	.help = "  --name NAME        the series' name; else made from the first subject\n"
		"  --sender-flag M    the member of struct kvm_vcpu that interrupt senders look "
		"at\n"
		"                     instead of mode; else the agent looks for a new one\n"
		"  --expect LIST      what it should move, said beforehand: METRIC:less, METRIC:more\n"
		"                     or METRIC:same, with commas between; see docs/statistics.md\n"
		"With --quiet: the id of each series.\n",
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "cli/attribution.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "cli/series.h"
#include "cli/submit.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/mbox-write.h"
#include "lib/mbox.h"

#define USAGE                                                                                      \
	"submit [--name NAME] [--sender-flag MEMBER] [--expect LIST] [--parts] MBOX... | "         \
	"--git URL --branch REF [--base REV] [--each-commit] [--json|--quiet]"

/* What goes into the query, as far as it was given. */
struct query {
	const char *name, *sender_flag, *expect;
	bool parts; /* submit its parts, too */
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

static int send_series(struct context *context, const char *path, const struct buf *mbox,
		       struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(series_release) struct series series = { 0 };
	int rc = client_post(&context->client, path, "application/mbox", mbox->data, mbox->length,
			     &body, err);

	if (rc < 0)
		return rc;
	if (context->json)
		return document_print(&body, &context->screen, err);
	rc = series_decode(body.data, body.length, &series, err);
	if (rc < 0)
		return rc;
	if (context->quiet)
		fprintf(context->screen.out, "%lld\n", (long long)series.id);
	else
		series_print(&series, &context->screen);
	return 0;
}

/* A series of those patches of the mbox, named NAME-what. */
static int send_part(struct context *context, const struct query *query, const char *what,
		     const struct mbox *mbox, const size_t *which, size_t count, struct err *err)
{
	CLEANUP(buf_release) struct buf part = BUF_INIT(2 * MBOX_MAX_BYTES);
	CLEANUP(free_ptr) char *name = xasprintf("%s-%s", query->name, what);
	struct query own = { .name = name, .sender_flag = query->sender_flag };
	CLEANUP(free_ptr) char *path = series_path(&context->client, &own);

	mbox_write(mbox, which, count, &part);
	return send_series(context, path, &part, err);
}

/* The beginnings NAME-1 … and, without each patch but the last, NAME-without-1 …; the whole without
 * its last patch is the last beginning. */
static int send_parts(struct context *context, const struct query *query, const struct buf *whole,
		      struct err *err)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };
	size_t which[ATTRIBUTION_PATCHES_MAX];
	int rc = mbox_parse(whole->data, whole->length, &mbox, err);

	if (rc < 0)
		return rc;
	if (mbox.count < 2 || mbox.count > ATTRIBUTION_PATCHES_MAX)
		return err_set(err, E_USAGE, "--parts is for series of 2 to %d patches.",
			       ATTRIBUTION_PATCHES_MAX);
	for (size_t k = 1; !rc && k < mbox.count; k++) {
		CLEANUP(free_ptr) char *what = xasprintf("%zu", k);

		which[k - 1] = k - 1;
		rc = send_part(context, query, what, &mbox, which, k, err);
	}
	for (size_t out = 0; !rc && out + 1 < mbox.count; out++) {
		CLEANUP(free_ptr) char *what = xasprintf("without-%zu", out + 1);

		for (size_t i = 0, at = 0; i < mbox.count; i++)
			if (i != out)
				which[at++] = i;
		rc = send_part(context, query, what, &mbox, which, mbox.count - 1, err);
	}
	return rc;
}

/* One file, one series, and perhaps its parts. */
static int submit_file(struct context *context, const char *file, const struct query *query,
		       struct err *err)
{
	CLEANUP(buf_release) struct buf mbox = BUF_INIT(MBOX_MAX_BYTES);
	CLEANUP(free_ptr) char *path = series_path(&context->client, query);
	int rc;

	/* A larger one would be refused by the server too, after it was sent. */
	if ((rc = file_read(strcmp(file, "-") ? file : "/dev/stdin", &mbox, err)) < 0 ||
	    (rc = send_series(context, path, &mbox, err)) < 0)
		return rc;
	return query->parts ? send_parts(context, query, &mbox, err) : 0;
}

/* Every file is tried, so that one bad mbox does not hide what is wrong with the next. */
static int submit_files(struct context *context, char **files, int count, const struct query *query,
			struct err *err)
{
	CLEANUP(buf_release) struct buf failures = BUF_INIT(sizeof(err->text));
	int failed = 0;

	for (int i = 0; i < count; i++) {
		struct err one = ERR_INIT;
		int rc = submit_file(context, files[i], query, &one);

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

static void take_option(int option, struct query *query, struct series_branch *branch)
{
	switch (option) {
	case 'b':
		branch->ref = optarg;
		break;
	case 'B':
		branch->base = optarg;
		break;
	case 'c':
		branch->each_commit = true;
		break;
	case 'e':
		query->expect = optarg;
		break;
	case 'g':
		branch->url = optarg;
		break;
	case 'n':
		query->name = optarg;
		break;
	case 'p':
		query->parts = true;
		break;
	case 'R':
		branch->repository = optarg;
		break;
	default:
		query->sender_flag = optarg;
	}
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	static const struct option own[] = {
		{ "base", required_argument, NULL, 'B' },
		{ "base-repository", required_argument, NULL, 'R' },
		{ "branch", required_argument, NULL, 'b' },
		{ "each-commit", no_argument, NULL, 'c' },
		{ "expect", required_argument, NULL, 'e' },
		{ "git", required_argument, NULL, 'g' },
		{ "name", required_argument, NULL, 'n' },
		{ "parts", no_argument, NULL, 'p' },
		{ "sender-flag", required_argument, NULL, 'f' },
		{ 0 },
	};
	struct series_branch branch = { 0 };
	struct query query = { 0 };
	int option, rc;

	while ((rc = options_next(context, argc, argv, own, &option, err)) > 0)
		take_option(option, &query, &branch);
	if (rc < 0 || context->help)
		return rc;
	branch.name = query.name;
	branch.expect = query.expect;
	branch.sender_flag = query.sender_flag;
	if (branch.url || branch.ref || branch.base || branch.repository || branch.each_commit)
		return submit_branch(context, &branch, argc - optind, err);
	rc = options_arguments(argc, 1, INT16_MAX, USAGE, err);
	if (rc < 0)
		return rc;
	if (query.name && argc - optind > 1)
		return err_set(err, E_USAGE, "--name names one series: give one mbox with it.");
	if (query.parts && !query.name)
		return err_set(err, E_USAGE, "--parts needs --name: parts are named after it.");
	rc = options_connect(context, err);
	if (rc < 0)
		return rc;
	return submit_files(context, argv + optind, argc - optind, &query, err);
}

const struct command command_submit = {
	.name = "submit",
	.usage = USAGE,
	.summary =
		"Submit patches: each mbox (- for standard input), or a branch, becomes a series",
	.help = "  --name NAME        the series' name; else made from the first subject\n"
		"  --sender-flag M    the member of struct kvm_vcpu that interrupt senders look "
		"at\n"
		"                     instead of mode; else the agent looks for a new one\n"
		"  --expect LIST      what it should move, said beforehand: METRIC:less, "
		"METRIC:more\n"
		"                     or METRIC:same, with commas between; see docs/statistics.md\n"
		"  --parts            also its beginnings NAME-1, NAME-2 … and what is left "
		"without\n"
		"                     each patch, NAME-without-1 …: for `runway attribute`\n"
		"  --git URL          fetch a branch from there instead: https, ssh, git, http or "
		"file, of\n"
		"                     those that the server allows\n"
		"  --branch REF       the branch or tag\n"
		"  --base REV         what it was made on: a branch, tag or commit there or in "
		"the\n"
		"                     agent's repository; else that one's HEAD\n"
		"  --base-repository N  the agents' name of the repository it is based on\n"
		"  --each-commit      also its beginnings NAME-1, NAME-2 …\n"
		"Waits until the branch is fetched. With --quiet: the id of each series.\n",
	.run = run,
};

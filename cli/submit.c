// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "cli/attribution.h"
#include "cli/commands.h"
#include "cli/problem.h"
#include "cli/series.h"
#include "cli/submit.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/mbox-write.h"
#include "lib/mbox.h"

static const struct option_row options[] = {
	{ "base", 'B', "REV",
	  "what the branch was made on: a branch, tag or commit there or in the agent's "
	  "repository; else that one's HEAD",
	  NULL, false },
	{ "base-repository", 'R', "NAME", "the agents' name of the repository it is based on", NULL,
	  false },
	{ "branch", 'b', "REF", "the branch or tag to fetch, with --git", NULL, false },
	{ "each-commit", 'c', NULL, "also the branch's beginnings NAME-1, NAME-2 and on", NULL,
	  false },
	{ "expect", 'e', "LIST",
	  "what it should move, said beforehand: METRIC:less, METRIC:more or METRIC:same, with "
	  "commas between; see docs/statistics.md",
	  NULL, false },
	{ "git", 'g', "URL",
	  "fetch a branch from there instead: https, ssh, git, http or file, of those that the "
	  "server allows",
	  NULL, false },
	{ "name", 'n', "NAME", "the series' name; else made from the first subject", NULL, false },
	{ "parts", 'p', NULL,
	  "also its beginnings NAME-1, NAME-2 and on, and what is left without each patch, "
	  "NAME-without-1 and on: for `runway attribute`",
	  NULL, false },
	{ "sender-flag", 'f', "MEMBER",
	  "the member of struct kvm_vcpu that interrupt senders look at instead of mode; else the "
	  "agent looks for a new one",
	  NULL, false },
	{ 0 },
};

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

struct asked {
	struct query query;
	struct series_branch branch;
};

static int take(void *data, int option, struct err *err)
{
	struct asked *asked = data;

	(void)err;
	switch (option) {
	case 'b':
		asked->branch.ref = optarg;
		break;
	case 'B':
		asked->branch.base = optarg;
		break;
	case 'c':
		asked->branch.each_commit = true;
		break;
	case 'e':
		asked->query.expect = optarg;
		break;
	case 'g':
		asked->branch.url = optarg;
		break;
	case 'n':
		asked->query.name = optarg;
		break;
	case 'p':
		asked->query.parts = true;
		break;
	case 'R':
		asked->branch.repository = optarg;
		break;
	default:
		asked->query.sender_flag = optarg;
	}
	return 0;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	struct asked asked = { 0 };
	struct series_branch *branch = &asked.branch;
	int rc = options_parse(context, argc, argv, take, &asked, err);
	struct query query = asked.query;

	if (rc <= 0)
		return rc;
	branch->name = query.name;
	branch->expect = query.expect;
	branch->sender_flag = query.sender_flag;
	if (branch->url || branch->ref || branch->base || branch->repository || branch->each_commit)
		return submit_branch(context, branch, argc - optind, err);
	if (argc == optind)
		return err_set(err, E_USAGE,
			       "Give an mbox, - for standard input, or --git and --branch.");
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
	.arguments = "[MBOX...]",
	.summary = "Submit patches: each mbox (- for standard input), or a branch, becomes a series",
	.text = "A branch is fetched by an agent; the command waits until it is. With --quiet: the id of "
		"each series.",
	.examples = "runway submit --name fix fix.mbox\n"
		    "git format-patch --stdout master..fix | runway submit --name fix -\n"
		    "runway submit --git https://host/linux --branch fix --base v6.1",
	.words = "",
	.options = options,
	.run = run,
};

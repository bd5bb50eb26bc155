// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cli/bisection.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/problem.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static const struct option_row options[] = {
	{ "blocks", 'b', "N", "of a sampled metric: spend at most so many blocks (100)", NULL, false },
	{ "confidence", 'c', "P", "name a patch when it is the one with P percent (95)", NULL, false },
	{ "isa", 'i', "ISA", "where (svm)", "svm vmx", false },
	{ "kind", 'k', "KIND", "for which kind of exit", NULL, false },
	{ "metric", 'm', "METRIC", "what changed, such as exit_path or host_ipi_per_guest_ipi", NULL,
	  false },
	{ "workload", 'w', "WORKLOAD", "in which workload; else the metric's headline", NULL, false },
	{ 0 },
};

/* What was given; NULL: not. */
struct wish {
	const char *metric, *isa, *workload, *kind;
	const char *confidence, *blocks;
};

/* Names from the command line may hold anything: they are quoted as JSON. */
static void put_text(struct buf *body, const char *key, const char *value)
{
	if (!value)
		return;
	buf_printf(body, "%s\"%s\":\"", body->length > 1 ? "," : "", key);
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < ' ')
			buf_printf(body, "\\u%04x", (unsigned)*c);
		else
			buf_printf(body, "%s%c", *c == '"' || *c == '\\' ? "\\" : "", *c);
	buf_puts(body, "\"");
}

static int put_confidence(struct buf *body, const char *text, struct err *err)
{
	char *end = NULL;
	double percent = text ? strtod(text, &end) : 0;

	if (!text)
		return 0;
	if (end == text || *end || !(percent > 0 && percent < 100))
		return err_set(err, E_USAGE, "--confidence is a percentage, such as 95.");
	buf_printf(body, ",\"confidence\":%g", percent / 100);
	return 0;
}

static int make_body(const char *series, const struct wish *wish, struct buf *body,
		     struct err *err)
{
	int64_t blocks = 0;
	int rc = wish->blocks ? option_integer("--blocks", wish->blocks, 1, 1000, &blocks, err) : 0;

	buf_puts(body, "{");
	put_text(body, "series", series);
	put_text(body, "metric", wish->metric);
	put_text(body, "isa", wish->isa ? wish->isa : "svm");
	put_text(body, "workload", wish->workload);
	put_text(body, "kind", wish->kind);
	if (!rc)
		rc = put_confidence(body, wish->confidence, err);
	if (blocks)
		buf_printf(body, ",\"blocks_most\":%lld", (long long)blocks);
	buf_puts(body, "}");
	return rc;
}

static int show(struct context *context, const struct buf *body, struct err *err)
{
	CLEANUP(bisection_release) struct bisection bisection = { 0 };
	int rc;

	if (context->json)
		return document_print(body, &context->screen, err);
	if ((rc = bisection_decode(body->data, body->length, &bisection, err)) < 0)
		return rc;
	if (context->quiet)
		fprintf(context->screen.out, "%lld\n", (long long)bisection.campaign);
	else
		bisection_print(&bisection, &context->screen);
	return strcmp(bisection.state, "failed") ? EXIT_WORKED : EXIT_CAMPAIGN_FAILED;
}

static int ask(struct context *context, int64_t campaign, const char *series,
	       const struct wish *wish, struct err *err)
{
	CLEANUP(buf_release) struct buf answer = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(buf_release) struct buf body = BUF_INIT(16384);
	CLEANUP(free_ptr) char *path = xasprintf("/campaigns/%lld/bisect", (long long)campaign);
	int rc;

	if (!wish->metric)
		return err_set(err, E_USAGE, "--metric says what changed: one of the ranking.");
	if ((rc = make_body(series, wish, &body, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0 ||
	    (rc = client_post(&context->client, path, "application/json", body.data, body.length,
			      &answer, err)) < 0)
		return rc;
	return show(context, &answer, err);
}

static int look(struct context *context, int64_t campaign, struct err *err)
{
	CLEANUP(buf_release) struct buf answer = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *path = xasprintf("/campaigns/%lld/bisection", (long long)campaign);
	int rc = options_connect(context, err);

	if (!rc)
		rc = client_get(&context->client, path, &answer, err);
	return rc < 0 ? rc : show(context, &answer, err);
}

static int take(void *data, int option, struct err *err)
{
	struct wish *wish = data;
	const char **to[] = { ['b'] = &wish->blocks, ['c'] = &wish->confidence,
			      ['i'] = &wish->isa,    ['k'] = &wish->kind,
			      ['m'] = &wish->metric, ['w'] = &wish->workload };

	(void)err;
	*to[option] = optarg;
	return 0;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	struct wish wish = { 0 };
	int64_t campaign;
	int rc = options_parse(context, argc, argv, take, &wish, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "CAMPAIGN", &campaign, err)) < 0)
		return rc;
	return argc - optind == 2 ? ask(context, campaign, argv[optind + 1], &wish, err)
				  : look(context, campaign, err);
}

const struct command command_bisect = {
	.name = "bisect",
	.arguments = "CAMPAIGN [SERIES]",
	.summary = "Look for the patch of a series that changed a metric",
	.text = "With SERIES, which CAMPAIGN called better or worse, and --metric: makes a campaign that "
		"looks for the patch, and prints its number and what it builds first. `runway campaign "
		"watch` follows it.\n\n"
		"With the number of such a campaign alone: where it stands.",
	.options = options,
	.run = run,
};

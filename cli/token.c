// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/token.h"

#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/table.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void print_page(const struct token_page *page, const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "id", TABLE_RIGHT, false },	  { "name", TABLE_LEFT, true },
		{ "scopes", TABLE_LEFT, false },  { "created", TABLE_LEFT, false },
		{ "revoked", TABLE_LEFT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < page->count; i++) {
		const struct token *token = &page->tokens[i];

		table_row(&table, token->revoked ? STYLE_FAINT : STYLE_PLAIN);
		table_cell(&table, xasprintf("%lld", (long long)token->id));
		table_cell(&table, xstrdup(token->name));
		table_cell(&table, xstrdup(token->scopes));
		table_cell(&table, xstrdup(token->created ? token->created : ""));
		table_cell(&table, xstrdup(token->revoked ? token->revoked : ""));
	}
	table_print(&table, screen);
	if (page->next)
		fprintf(screen->out, "There are more: runway token list --after %lld\n",
			(long long)page->next);
}

static int list(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(token_page_release) struct token_page page = { 0 };
	CLEANUP(free_ptr) char *path = NULL;
	int rc = options_page(context, argc, argv, "/tokens", &path, err);

	if (rc <= 0 || (rc = fetch(context, &body, err, "%s", path)) <= 0 ||
	    (rc = token_page_decode(body.data, body.length, &page, err)) < 0)
		return rc;
	if (context->quiet)
		for (size_t i = 0; i < page.count; i++)
			fprintf(context->screen.out, "%lld\n", (long long)page.tokens[i].id);
	else
		print_page(&page, &context->screen);
	return EXIT_WORKED;
}

/* The token alone on standard output, so that it can go into a file. */
static int print_secret(struct context *context, const struct buf *body, struct err *err)
{
	CLEANUP(token_release) struct token token = { 0 };
	int rc = token_decode(body->data, body->length, &token, err);

	if (rc < 0)
		return rc;
	fprintf(context->screen.out, "%s\n", token.secret ? token.secret : "");
	if (!context->quiet)
		fprintf(stderr, "token %lld, %s (%s). It is told this once: keep it in a file.\n",
			(long long)token.id, token.name, token.scopes);
	return EXIT_WORKED;
}

static int take_scopes(void *data, int option, struct err *err)
{
	const char **scopes = data;

	(void)option;
	(void)err;
	*scopes = optarg;
	return 0;
}

static int add(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *document = NULL;
	const char *scopes = NULL;
	int rc = options_parse(context, argc, argv, take_scopes, &scopes, err);

	if (rc <= 0)
		return rc;
	if (!scopes)
		return err_set(err, E_USAGE,
			       "What may it do? Give --scopes, of read, submit, agent and admin.");
	document = token_request_encode(argv[optind], scopes);
	rc = fetch_post(context, "/tokens", document, &body, err);
	return rc <= 0 ? rc : print_secret(context, &body, err);
}

static int rotate(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *path = NULL;
	int64_t id;
	int rc = options_parse(context, argc, argv, NULL, NULL, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "TOKEN", &id, err)) < 0)
		return rc;
	path = xasprintf("/tokens/%lld/rotate", (long long)id);
	rc = fetch_post(context, path, NULL, &body, err);
	return rc <= 0 ? rc : print_secret(context, &body, err);
}

/* The server has nothing to say to it; with --json an empty document stands for that. */
static int revoke(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *path = NULL;
	int64_t id;
	int rc = options_parse(context, argc, argv, NULL, NULL, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "TOKEN", &id, err)) < 0 ||
	    (rc = options_connect(context, err)) < 0)
		return rc;
	path = xasprintf("/tokens/%lld", (long long)id);
	rc = client_delete(&context->client, path, &body, err);
	if (rc < 0)
		return rc;
	if (context->json)
		fputs("{}\n", context->screen.out);
	else if (context->quiet)
		fprintf(context->screen.out, "%lld\n", (long long)id);
	else
		fprintf(context->screen.out, "token %lld is revoked.\n", (long long)id);
	return EXIT_WORKED;
}

static const struct option_row add_options[] = {
	{ "scopes", 's', "SCOPE,...", "read, submit, agent, admin",
	  "read submit agent admin submit,agent", false },
	{ 0 },
};

const struct command token_add = {
	.name = "add",
	.group = "token",
	.arguments = "NAME",
	.needs = "--scopes SCOPE,...",
	.summary = "Make a token and print it, this once",
	.examples = "runway token add --scopes agent lab-1 > lab-1.token",
	.options = add_options,
	.run = add,
};

const struct command token_list = {
	.name = "list",
	.group = "token",
	.summary = "List who has a token",
	.options = options_page_rows,
	.run = list,
};

const struct command token_revoke = {
	.name = "revoke",
	.group = "token",
	.arguments = "TOKEN",
	.summary = "Revoke a token; its name is not given out again",
	.run = revoke,
};

const struct command token_rotate = {
	.name = "rotate",
	.group = "token",
	.arguments = "TOKEN",
	.summary = "Put another token in its place and print it, this once",
	.run = rotate,
};

/* To add a verb: its struct above and one row here, sorted. */
static const struct command *const verbs[] = {
	&token_add, &token_list, &token_revoke, &token_rotate, NULL,
};

const struct command command_token = {
	.name = "token",
	.summary = "Make, list, rotate and revoke tokens",
	.text = "These need a token of scope admin; the first one is made by `runwayd token-add`. "
		"A "
		"token that was rotated or revoked is refused from then on.",
	.verbs = verbs,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/json_read.h"
#include "cli/token.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void token_release(struct token *token)
{
	free(token->name);
	free(token->scopes);
	free(token->created);
	free(token->revoked);
	free(token->secret);
	*token = (struct token){ 0 };
}

void token_page_release(struct token_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		token_release(&page->tokens[i]);
	free(page->tokens);
	*page = (struct token_page){ 0 };
}

static void read_token(struct json_reader *reader, const json_t *object, struct token *token)
{
	token->id = json_read_integer(reader, object, "id", JSON_NEEDED, 0);
	token->name = json_read_text(reader, object, "name", JSON_NEEDED);
	token->scopes = json_read_list(reader, object, "scopes", JSON_NEEDED);
	token->created = json_read_text(reader, object, "created", JSON_OPTIONAL);
	token->revoked = json_read_text(reader, object, "revoked", JSON_OPTIONAL);
	token->secret = json_read_text(reader, object, "token", JSON_OPTIONAL);
}

int token_decode(const char *data, size_t bytes, struct token *ret_token, struct err *err)
{
	struct json_reader reader = { .what = "token", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(token_release) struct token token = { 0 };

	read_token(&reader, root, &token);
	if (reader.rc < 0)
		return reader.rc;
	*ret_token = token;
	token = (struct token){ 0 };
	return 0;
}

int token_page_decode(const char *data, size_t bytes, struct token_page *ret_page, struct err *err)
{
	struct json_reader reader = { .what = "list of tokens", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(token_page_release) struct token_page page = { 0 };
	const json_t *list = json_read_array(&reader, root, "tokens", JSON_NEEDED);

	page.next = json_read_integer(&reader, root, "next", JSON_OPTIONAL, 0);
	page.tokens = xcalloc(json_array_size(list) + 1, sizeof(*page.tokens));
	for (size_t i = 0; i < json_array_size(list); i++)
		read_token(&reader, json_read_element(&reader, list, i),
			   &page.tokens[page.count++]);
	if (reader.rc < 0)
		return reader.rc;
	*ret_page = page;
	page = (struct token_page){ 0 };
	return 0;
}

char *token_request_encode(const char *name, const char *scopes)
{
	CLEANUP(json_release) json_t *root = json_object();

	json_object_set_new(root, "name", json_string(name));
	json_object_set_new(root, "scopes", json_list_of(scopes));
	return json_dumps(root, JSON_COMPACT);
}

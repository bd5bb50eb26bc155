/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may ask the server: GET, POST /tokens. */
#ifndef RUNWAY_CLI_TOKEN_H
#define RUNWAY_CLI_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct token {
	int64_t id;
	char *name, *scopes;	 /* scopes with commas between */
	char *created, *revoked; /* NULL: not */
	char *secret;		 /* the token itself, told once; NULL: not told */
};

struct token_page {
	struct token *tokens;
	size_t count;
	int64_t next; /* 0: no further page */
};

int token_decode(const char *data, size_t bytes, struct token *ret_token, struct err *err);
void token_release(struct token *token);
int token_page_decode(const char *data, size_t bytes, struct token_page *ret_page, struct err *err);
void token_page_release(struct token_page *page);

/* The body of POST /tokens; scopes with commas between. free() it. */
char *token_request_encode(const char *name, const char *scopes);

#endif

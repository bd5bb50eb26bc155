/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may do what. A token is 256 random bits; the database has its SHA-256 alone.
 *
 *	rc = token_check(conn, presented, &token);	// -EACCES: not one of ours
 *	if (!token_allows(&token, SCOPE_SUBMIT)) ...
 */
#ifndef RUNWAY_SERVER_TOKEN_H
#define RUNWAY_SERVER_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/sha256.h"
#include "server/db.h"

enum scope { SCOPE_NONE = 0, SCOPE_READ = 1, SCOPE_SUBMIT = 2, SCOPE_AGENT = 4, SCOPE_ADMIN = 8 };

#define TOKEN_BYTES SHA256_HEX_BYTES /* 64 hex digits and a NUL */
#define TOKEN_NAME_MAX 64

struct token {
	int64_t id; /* 0: nobody */
	char name[TOKEN_NAME_MAX + 1];
	unsigned scopes; /* with what they imply */
};

/* "read,submit": -EINVAL with a sentence for anything that is no scope. */
int token_parse_scopes(const char *text, unsigned *ret_scopes, struct err *err);
const char *token_scope_name(enum scope scope);

/* Writes a new token; the only time that it can be seen. -EEXIST when the name is taken. */
int token_add(struct db_conn *conn, const char *name, const char *scopes, int64_t now_ms,
	      char ret_token[TOKEN_BYTES], struct err *err);

/* Another one in its place, with its name and scopes; -ENOENT when there is none, or it is revoked. */
int token_rotate(struct db_conn *conn, int64_t id, char ret_token[TOKEN_BYTES], struct err *err);
int token_revoke(struct db_conn *conn, int64_t id, int64_t now_ms, struct err *err); /* the same */

int token_check(struct db_conn *conn, const char *presented, struct token *ret_token);
bool token_allows(const struct token *token, enum scope scope);

/* bytes (at most 32) random bytes as hex digits: for tokens and lease names. */
void token_random_hex(size_t bytes, char *ret_hex);

#endif

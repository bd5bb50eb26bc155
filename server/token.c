// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/token.h"

#include <assert.h>
#include <errno.h>
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "server/check.h"

static const struct {
	const char *name;
	enum scope scope;
	unsigned grants; /* what holding it allows */
} scopes[] = {
	{ "admin", SCOPE_ADMIN, SCOPE_ADMIN | SCOPE_AGENT | SCOPE_SUBMIT | SCOPE_READ },
	{ "agent", SCOPE_AGENT, SCOPE_AGENT | SCOPE_READ },
	{ "read", SCOPE_READ, SCOPE_READ },
	{ "submit", SCOPE_SUBMIT, SCOPE_SUBMIT | SCOPE_READ },
};

#define SCOPES (sizeof(scopes) / sizeof(scopes[0]))

const char *token_scope_name(enum scope scope)
{
	for (size_t i = 0; i < SCOPES; i++)
		if (scopes[i].scope == scope)
			return scopes[i].name;
	return "none";
}

int token_parse_scopes(const char *text, unsigned *ret_scopes, struct err *err)
{
	unsigned granted = 0;

	for (;;) {
		size_t length = strcspn(text, ","), i = 0;

		while (i < SCOPES && (strlen(scopes[i].name) != length ||
				      strncmp(scopes[i].name, text, length) != 0))
			i++;
		if (i == SCOPES)
			return err_set(err, -EINVAL,
				       "\"%.*s\" is no scope. Give some of read, submit, agent and "
				       "admin, with commas between them.",
				       (int)length, text);
		granted |= scopes[i].grants;
		if (!text[length])
			break;
		text += length + 1;
	}
	*ret_scopes = granted;
	return 0;
}

void token_random_hex(size_t bytes, char *ret_hex)
{
	unsigned char random[32];
	size_t got = 0;

	assert(bytes <= sizeof(random));
	while (got < bytes) {
		ssize_t rc = getrandom(random + got, bytes - got, 0);

		if (rc > 0)
			got += (size_t)rc;
	}
	for (size_t i = 0; i < bytes; i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", random[i]);
}

int token_add(struct db_conn *conn, const char *name, const char *scope_names, int64_t now_ms,
	      char ret_token[TOKEN_BYTES], struct err *err)
{
	char token[TOKEN_BYTES], hash[SHA256_HEX_BYTES];
	unsigned granted;
	int rc;

	if (!check_name(name, TOKEN_NAME_MAX))
		return err_set(err, -EINVAL,
			       "A token's name is 1-%d of a-z, 0-9, '.', '_' and '-', and starts "
			       "with a letter or digit.",
			       TOKEN_NAME_MAX);
	rc = token_parse_scopes(scope_names, &granted, err);
	if (rc < 0)
		return rc;
	token_random_hex(32, token);
	sha256_bytes(token, strlen(token), hash);
	db_run(conn, SQL_TOKEN_ADD, db_text(name), db_text(hash), db_text(scope_names),
	       db_int(now_ms));
	if (!db_failed(conn) && !db_changes(conn))
		return err_set(err, -EEXIST, "There is, or was, a token named %s. Give another name.",
			       name);
	memcpy(ret_token, token, sizeof(token));
	return 0;
}

static int there_is_none(struct db_conn *conn, struct err *err)
{
	if (db_failed(conn) || db_changes(conn))
		return 0;
	return err_set(err, -ENOENT, "There is no token with this number, or it was revoked.");
}

int token_rotate(struct db_conn *conn, int64_t id, char ret_token[TOKEN_BYTES], struct err *err)
{
	char token[TOKEN_BYTES], hash[SHA256_HEX_BYTES];
	int rc;

	token_random_hex(32, token);
	sha256_bytes(token, strlen(token), hash);
	db_run(conn, SQL_TOKEN_ROTATE, db_int(id), db_text(hash));
	rc = there_is_none(conn, err);
	if (!rc)
		memcpy(ret_token, token, sizeof(token));
	return rc;
}

int token_revoke(struct db_conn *conn, int64_t id, int64_t now_ms, struct err *err)
{
	db_run(conn, SQL_TOKEN_REVOKE, db_int(id), db_int(now_ms));
	return there_is_none(conn, err);
}

/* Every row is compared, and each in the same time whatever differs: how long this takes says
 * nothing about the hashes. */
int token_check(struct db_conn *conn, const char *presented, struct token *ret_token)
{
	struct token found = { 0 };
	char hash[SHA256_HEX_BYTES];

	sha256_bytes(presented, strlen(presented), hash);
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_TOKEN_LIST);
	while (rows_next(&rows)) {
		const char *stored = rows_text(&rows, 2);

		if (strlen(stored) != SHA256_HEX_BYTES - 1 ||
		    !memeql_sec(stored, hash, SHA256_HEX_BYTES - 1))
			continue;
		if (token_parse_scopes(rows_text(&rows, 3), &found.scopes, NULL) < 0)
			continue;
		found.id = rows_int(&rows, 0);
		snprintf(found.name, sizeof(found.name), "%s", rows_text(&rows, 1));
	}
	if (!found.id)
		return -EACCES;
	*ret_token = found;
	return 0;
}

bool token_allows(const struct token *token, enum scope scope)
{
	return (token->scopes & scope) == (unsigned)scope;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers kept under the Idempotency-Key of the request that got them, in the transaction that the
 * request made: either both are there after a crash, or neither is.
 *
 *	rc = idempotency_find(conn, token, key, hash, &answer, err);
 *	// 1: answer with that; 0: new; -EINVAL: the key was used for another request
 *	idempotency_store(conn, token, key, hash, &answer, now_ms);
 */
#ifndef RUNWAY_SERVER_IDEMPOTENCY_H
#define RUNWAY_SERVER_IDEMPOTENCY_H

#include "lib/buf.h"
#include "server/db.h"
#include "server/request.h"

#define IDEMPOTENCY_KEY_MAX 128
#define IDEMPOTENCY_KEEP_MS (7ll * 24 * 3600 * 1000)

int idempotency_find(struct db_conn *conn, int64_t token, const char *key,
		     const char *request_sha256, struct answer *ret_answer, struct err *err);
void idempotency_store(struct db_conn *conn, int64_t token, const char *key,
		       const char *request_sha256, const struct answer *answer, int64_t now_ms);
void idempotency_prune(struct db_conn *conn, int64_t now_ms);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files by the SHA-256 of their bytes, under folder/artifacts/ab/cdef…. A file appears there only
 * complete, verified and synced; its row in the database says that it may be handed out.
 *
 *	CLEANUP(upload_abort) struct upload upload = UPLOAD_INIT;
 *	rc = upload_begin(store, max_bytes, &upload, err);
 *	rc = upload_add(&upload, data, bytes, err);		// as often as data comes
 *	rc = upload_finish(&upload, sha256, err);		// -EBADMSG: other bytes
 *	artifact_register(conn, sha256, bytes, now_ms);
 *
 * A path is made from checked hex digits alone. Free of locks but for the count of bytes used.
 */
#ifndef RUNWAY_SERVER_ARTIFACT_H
#define RUNWAY_SERVER_ARTIFACT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/sha256.h"
#include "server/db.h"

#define ARTIFACT_MAX_BYTES (256ull << 20)

struct artifact_store;

struct upload {
	struct artifact_store *store; /* NULL: not begun */
	int fd;
	char *path;
	struct sha256 hash;
	uint64_t bytes, max_bytes;
};

#define UPLOAD_INIT ((struct upload){ .fd = -1 })

/* Makes the folders, removes what a killed server left half-written. quota_bytes: for all files. */
int artifact_store_open(const char *folder, uint64_t quota_bytes, uint64_t used_bytes,
			struct artifact_store **ret_store, struct err *err);
void artifact_store_close(struct artifact_store *store);

int upload_begin(struct artifact_store *store, uint64_t max_bytes, struct upload *ret_upload,
		 struct err *err);
/* -EFBIG past max_bytes, -ENOSPC past the quota or on a full disk. */
int upload_add(struct upload *upload, const void *data, size_t bytes, struct err *err);
/* Takes its place under sha256, or -EBADMSG when the bytes do not hash to it. */
int upload_finish(struct upload *upload, const char *sha256, struct err *err);
/* Removes an upload that was not finished. */
void upload_abort(struct upload *upload);

/* The same for bytes that are in memory. */
int artifact_put(struct artifact_store *store, const void *data, size_t bytes,
		 char ret_sha256[SHA256_HEX_BYTES], struct err *err);

void artifact_register(struct db_conn *conn, const char *sha256, uint64_t bytes, int64_t now_ms);
/* Whether it may be handed out. */
bool artifact_known(struct db_conn *conn, const char *sha256, uint64_t *ret_bytes);

/* A descriptor to read from; -ENOENT. */
int artifact_open(struct artifact_store *store, const char *sha256, int *ret_fd, struct err *err);
/* Appends all of it to bytes; -EFBIG when it does not fit. */
int artifact_read(struct artifact_store *store, const char *sha256, struct buf *bytes,
		  struct err *err);

#endif

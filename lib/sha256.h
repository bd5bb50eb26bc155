/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 as 64 lower-case hex digits (nettle underneath). */
#ifndef RUNWAY_LIB_SHA256_H
#define RUNWAY_LIB_SHA256_H

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

#define SHA256_HEX_BYTES 65 /* with the NUL */

struct sha256 {
	struct sha256_ctx context;
};

void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *data, size_t bytes);
/* A text with its NUL, so that ("ab","c") and ("a","bc") differ. */
void sha256_add_text(struct sha256 *hash, const char *text);
void sha256_end(struct sha256 *hash, char ret_hex[SHA256_HEX_BYTES]);

void sha256_bytes(const void *data, size_t bytes, char ret_hex[SHA256_HEX_BYTES]);
int sha256_file(const char *path, char ret_hex[SHA256_HEX_BYTES], size_t *ret_bytes,
		struct err *err);

/* Whether text is 64 lower-case hex digits: checked before any of it becomes a path. */
bool sha256_is_hex(const char *text);

#endif

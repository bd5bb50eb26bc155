/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `runway export` writes: a bundle that makes a campaign again, a block for a commit message.
 */
#ifndef RUNWAY_CLI_EXPORT_H
#define RUNWAY_CLI_EXPORT_H

#include <stddef.h>
#include <stdint.h>

#include "cli/context.h"
#include "lib/buf.h"

/* Everything about a campaign into a .tar.gz; path "-": standard output. */
int export_bundle(struct context *context, int64_t campaign, const char *path,
		  size_t *ret_file_count, struct err *err);

/* Appends the block about one series of it, no line longer than EXPORT_BLOCK_COLUMNS but for words
 * that are. */
#define EXPORT_BLOCK_COLUMNS 75
int export_block(struct context *context, int64_t campaign, const char *series, struct buf *block,
		 struct err *err);

/* The SHA-256 of the artifact of that name in a build's document; free() it. NULL: it has none. */
int export_artifact_decode(const char *data, size_t bytes, const char *name, char **ret_sha256,
			   struct err *err);

/* Documents of --json; free() them. */
char *export_file_encode(const char *path, size_t file_count);
char *export_block_encode(const char *block);

#endif

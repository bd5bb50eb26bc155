/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing byte buffer with a maximum from birth.
 *
 *	CLEANUP(buf_release) struct buf body = BUF_INIT(body_max_bytes);
 *	rc = buf_append(&body, chunk, size);		// -EFBIG past the maximum, body unchanged
 *	puts(body.data);				// ends in a NUL that length does not count
 *
 * The struct owns data. buf.data is never NULL: an empty one points at a static "".
 */
#ifndef RUNWAY_LIB_BUF_H
#define RUNWAY_LIB_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t length;
	size_t capacity;
	size_t max_bytes;
};

extern char buf_empty[1];
#define BUF_INIT(max) ((struct buf){ .data = buf_empty, .max_bytes = (max) })

void buf_release(struct buf *buf);
void buf_clear(struct buf *buf); /* length 0, memory kept */

/* 0, or -EFBIG with the buffer unchanged. */
int buf_append(struct buf *buf, const void *data, size_t bytes);
int buf_puts(struct buf *buf, const char *text);
int buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends what fits and returns how many bytes that was: for logs, whose rest is dropped. */
size_t buf_append_some(struct buf *buf, const void *data, size_t bytes);

/* Drops the first bytes (at most length). */
void buf_consume(struct buf *buf, size_t bytes);

/* Hands the memory over (free() it); the buffer is empty again. */
char *buf_detach(struct buf *buf, size_t *ret_length);

#endif

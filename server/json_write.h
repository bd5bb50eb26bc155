/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON into a buffer, without a tree in between.
 *
 *	struct json_writer w = { .buf = &answer->body };
 *	json_write_object(&w, NULL);
 *	json_write_text(&w, "series", "lazy-store");
 *	json_write_array(&w, "loads");
 *	json_write_int(&w, NULL, 5);
 *	json_write_end(&w, ']');
 *	json_write_end(&w, '}');
 *	if (w.overflow) ...	// it did not fit: the buffer is empty, its max_bytes 0
 *
 * The key comes first and is NULL for elements of arrays and for the whole document. Text that is
 * not UTF-8 has each wrong byte replaced by U+FFFD, so that the document always parses.
 */
#ifndef RUNWAY_SERVER_JSON_WRITE_H
#define RUNWAY_SERVER_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"

struct json_writer {
	struct buf *buf;
	bool comma; /* an element precedes the next one */
	bool overflow;
};

void json_write_object(struct json_writer *w, const char *key);
void json_write_array(struct json_writer *w, const char *key);
void json_write_end(struct json_writer *w, char bracket); /* '}' or ']' */

void json_write_text(struct json_writer *w, const char *key, const char *value); /* NULL: null */
/* Pairs of a key and a value that may be NULL, then a NULL key. */
void json_write_texts(struct json_writer *w, ...) __attribute__((sentinel));
void json_write_int(struct json_writer *w, const char *key, int64_t value);
void json_write_int_or_null(struct json_writer *w, const char *key, int64_t value); /* 0: null */
void json_write_real(struct json_writer *w, const char *key, double value);	    /* NaN: null */
void json_write_bool(struct json_writer *w, const char *key, bool value);
void json_write_null(struct json_writer *w, const char *key);
void json_write_time(struct json_writer *w, const char *key, int64_t ms); /* 0: null */
void json_write_list(struct json_writer *w, const char *key,
		     const char *commas); /* "a,b": ["a","b"] */
void json_write_raw(struct json_writer *w, const char *key, const char *json_text); /* NULL: null */

#endif

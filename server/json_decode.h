/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading one JSON object strictly. Only json_*.c include this: a json_t goes no further.
 *
 *	CLEANUP(json_free) json_t *root = NULL;
 *	rc = json_parse(body, &root, err);			// -EBADMSG: it does not parse
 *	struct decode d = { .object = root, .where = "the campaign", .err = err };
 *	decode_word(&d, "agent", true, want.agent, sizeof(want.agent));
 *	want.wait_s = decode_int(&d, "wait_s", 0, 60, 25);
 *	decode_only(&d, (const char *const[]){ "agent", "wait_s", NULL });
 *	return d.rc;						// the first failure, -EINVAL
 *
 * Each function does nothing after the first failure.
 */
#ifndef RUNWAY_SERVER_JSON_DECODE_H
#define RUNWAY_SERVER_JSON_DECODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/err.h"

#define JSON_DEPTH_MAX 16
#define DECODE_REQUIRED INT64_MIN /* as the otherwise of decode_int() */

struct decode {
	json_t *object;
	const char *where; /* for sentences: "the campaign", "samples[3]" */
	struct err *err;
	int rc;
};

void json_free(json_t **value);

/* An object, no key twice, nested at most JSON_DEPTH_MAX deep. */
int json_parse(const struct buf *body, json_t **ret_root, struct err *err);

int decode_fail(struct decode *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Refuses keys that are not in known (NULL-ended). */
void decode_only(struct decode *d, const char *const *known);

int64_t decode_int(struct decode *d, const char *key, int64_t min, int64_t max, int64_t otherwise);
double decode_real(struct decode *d, const char *key);
bool decode_bool(struct decode *d, const char *key, bool otherwise);
/* Required when needed; else "" when it is not there or null. */
const char *decode_text(struct decode *d, const char *key, bool needed, size_t max_bytes);
/* Text that check_word() takes, copied. */
void decode_word(struct decode *d, const char *key, bool needed, char *ret_word, size_t bytes);
/* A name that a hostile kernel may have made up: whatever check_word() would not take becomes '_',
 * and what does not fit is cut, so that it cannot make its whole result be refused. */
void decode_label(struct decode *d, const char *key, bool needed, char *ret_label, size_t bytes);
/* An integer that only counts: brought into 0 to max. */
int64_t decode_count(struct decode *d, const char *key, int64_t max, int64_t otherwise);
/* min to max hex digits, copied; "" when it is not needed and not there. */
void decode_hex(struct decode *d, const char *key, bool needed, size_t min, size_t max,
		char *ret_hex);
/* NULL when it is not there or null. */
json_t *decode_object(struct decode *d, const char *key, bool needed);
json_t *decode_array(struct decode *d, const char *key, bool needed, size_t max_count);
/* A copy of text with control characters made spaces (line ends kept), to free(). */
char *decode_sentence(struct decode *d, const char *key, bool needed, size_t max_bytes);
/* An object as JSON text with its keys sorted, to free(); NULL when it is not there. */
char *decode_raw(struct decode *d, const char *key, size_t max_bytes);
/* An array of words as one text with commas between, each once, each in allowed (NULL: any word).
 * Left as it is when the key is not there. */
void decode_list(struct decode *d, const char *key, const char *allowed, bool needed,
		 char *ret_commas, size_t bytes);

#endif

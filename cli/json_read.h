/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading of a server's documents: only json_*.c include this, json_t goes no further. A reader
 * remembers the first mismatch, so that a decoder reads all fields and asks once at the end.
 *
 *	struct json_reader reader = { .what = "ranking", .err = err };
 *	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
 *	char *state = json_read_text(&reader, root, "state", JSON_NEEDED);
 *	return reader.rc;
 *
 * Texts come out clean (cli/text.h): one line, nothing a terminal would act on. Fields that are not
 * read are ignored: a newer server may add some.
 */
#ifndef RUNWAY_CLI_JSON_READ_H
#define RUNWAY_CLI_JSON_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

enum json_need { JSON_NEEDED, JSON_OPTIONAL /* may be missing or null */ };

struct json_reader {
	const char *what; /* the document, for sentences */
	struct err *err;
	int rc; /* 0, or -EPROTO with err filled */
};

void json_release(json_t **value);

/* The object that the document is; NULL (and rc set) when it is none. */
json_t *json_read_document(struct json_reader *reader, const char *data, size_t bytes);

/* A copy (free() it), NULL when missing. */
char *json_read_text(struct json_reader *reader, const json_t *object, const char *key,
		     enum json_need need);
int64_t json_read_integer(struct json_reader *reader, const json_t *object, const char *key,
			  enum json_need need, int64_t missing);
double json_read_number(struct json_reader *reader, const json_t *object, const char *key,
			enum json_need need, double missing);
bool json_read_bool(struct json_reader *reader, const json_t *object, const char *key,
		    enum json_need need, bool missing);

/* Borrowed; NULL when missing, which json_array_foreach and the functions above take. */
json_t *json_read_array(struct json_reader *reader, const json_t *object, const char *key,
			enum json_need need);
json_t *json_read_object(struct json_reader *reader, const json_t *object, const char *key,
			 enum json_need need);
/* A list of texts with commas between; "" when there is none. free() it. */
char *json_read_list(struct json_reader *reader, const json_t *object, const char *key,
		     enum json_need need);
/* "exact,smp" as such a list. */
json_t *json_list_of(const char *names);
/* An element of an array, which must be an object. */
json_t *json_read_element(struct json_reader *reader, const json_t *array, size_t index);

#endif

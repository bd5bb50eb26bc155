// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/json_decode.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/list.h"
#include "server/check.h"

void json_free(json_t **value)
{
	json_decref(*value);
	*value = NULL;
}

/* Before the parser recurses: how deep the brackets outside of strings go. */
static bool too_deep(const struct buf *body)
{
	bool string = false;
	int depth = 0;

	for (size_t i = 0; i < body->length; i++) {
		char c = body->data[i];

		if (string && c == '\\')
			i++;
		else if (c == '"')
			string = !string;
		else if (!string && (c == '{' || c == '['))
			depth++;
		else if (!string && (c == '}' || c == ']'))
			depth--;
		if (depth > JSON_DEPTH_MAX)
			return true;
	}
	return false;
}

int json_parse(const struct buf *body, json_t **ret_root, struct err *err)
{
	json_error_t problem;
	json_t *root;

	if (too_deep(body))
		return err_set(err, -EBADMSG, "The JSON is nested more than %d deep.",
			       JSON_DEPTH_MAX);
	root = json_loadb(body->data, body->length, JSON_REJECT_DUPLICATES, &problem);
	if (!root)
		return err_set(err, -EBADMSG, "The body is not JSON: line %d, column %d: %s.",
			       problem.line, problem.column, problem.text);
	if (!json_is_object(root)) {
		json_decref(root);
		return err_set(err, -EBADMSG, "The body is JSON but no object. Send {…}.");
	}
	*ret_root = root;
	return 0;
}

int decode_fail(struct decode *d, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;

	if (d->rc)
		return d->rc;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	d->rc = err_set(d->err, -EINVAL, "In %s: %s", d->where, text);
	return d->rc;
}

void decode_only(struct decode *d, const char *const *known)
{
	const char *key;
	json_t *value;

	if (d->rc)
		return;
	json_object_foreach (d->object, key, value) {
		const char *const *one = known;

		while (*one && strcmp(*one, key) != 0)
			one++;
		if (!*one) {
			decode_fail(d, "there is no field \"%.64s\". See docs/api.md.", key);
			return;
		}
	}
}

/* The value of key; NULL when it is missing or null, which fails when it is needed. */
static json_t *find(struct decode *d, const char *key, bool needed)
{
	json_t *value = d->rc ? NULL : json_object_get(d->object, key);

	if (json_is_null(value))
		value = NULL;
	if (!value && needed)
		decode_fail(d, "\"%s\" is missing.", key);
	return value;
}

int64_t decode_int(struct decode *d, const char *key, int64_t min, int64_t max, int64_t otherwise)
{
	json_t *value = find(d, key, otherwise == DECODE_REQUIRED);

	if (!value)
		return otherwise == DECODE_REQUIRED ? min : otherwise;
	if (!json_is_integer(value) || json_integer_value(value) < min ||
	    json_integer_value(value) > max) {
		decode_fail(d, "\"%s\" must be an integer from %" PRId64 " to %" PRId64 ".", key,
			    min, max);
		return min;
	}
	return json_integer_value(value);
}

double decode_real(struct decode *d, const char *key)
{
	json_t *value = find(d, key, true);

	if (!value)
		return 0;
	if (!json_is_number(value))
		decode_fail(d, "\"%s\" must be a number.", key);
	return json_number_value(value);
}

bool decode_bool(struct decode *d, const char *key, bool otherwise)
{
	json_t *value = find(d, key, false);

	if (!value)
		return otherwise;
	if (!json_is_boolean(value))
		decode_fail(d, "\"%s\" must be true or false.", key);
	return json_is_true(value);
}

const char *decode_text(struct decode *d, const char *key, bool needed, size_t max_bytes)
{
	json_t *value = find(d, key, needed);

	if (!value)
		return "";
	if (!json_is_string(value) || json_string_length(value) > max_bytes) {
		decode_fail(d, "\"%s\" must be a text of at most %zu bytes.", key, max_bytes);
		return "";
	}
	return json_string_value(value);
}

void decode_word(struct decode *d, const char *key, bool needed, char *ret_word, size_t bytes)
{
	const char *text = decode_text(d, key, needed, bytes - 1);

	if (d->rc || (!*text && !needed))
		return;
	if (!check_word(text, bytes - 1))
		decode_fail(d, "\"%s\" must be 1-%zu printable characters without spaces.", key,
			    bytes - 1);
	else
		snprintf(ret_word, bytes, "%s", text);
}

void decode_label(struct decode *d, const char *key, bool needed, char *ret_label, size_t bytes)
{
	const char *text = decode_text(d, key, needed, 1 << 16);
	size_t length = 0;

	if (d->rc || (!*text && !needed))
		return;
	for (; text[length] && length + 1 < bytes; length++) {
		char one[2] = { text[length], '\0' };

		ret_label[length] = check_word(one, 1) ? *one : '_';
	}
	if (!length)
		ret_label[length++] = '_';
	ret_label[length] = '\0';
}

int64_t decode_count(struct decode *d, const char *key, int64_t max, int64_t otherwise)
{
	int64_t value = decode_int(d, key, INT64_MIN + 1, INT64_MAX, otherwise);

	return value < 0 ? 0 : value > max ? max : value;
}

void decode_hex(struct decode *d, const char *key, bool needed, size_t min, size_t max,
		char *ret_hex)
{
	const char *text = decode_text(d, key, needed, max);

	if (d->rc || (!*text && !needed))
		return;
	if (!check_hex(text, min, max))
		decode_fail(d, "\"%s\" must be %zu%s lower-case hex digits.", key, min,
			    max > min ? " or more" : "");
	else
		snprintf(ret_hex, max + 1, "%s", text);
}

json_t *decode_object(struct decode *d, const char *key, bool needed)
{
	json_t *value = find(d, key, needed);

	if (value && !json_is_object(value)) {
		decode_fail(d, "\"%s\" must be an object.", key);
		return NULL;
	}
	return value;
}

json_t *decode_array(struct decode *d, const char *key, bool needed, size_t max_count)
{
	json_t *value = find(d, key, needed);

	if (value && (!json_is_array(value) || json_array_size(value) > max_count)) {
		decode_fail(d, "\"%s\" must be an array of at most %zu elements.", key, max_count);
		return NULL;
	}
	return value;
}

char *decode_sentence(struct decode *d, const char *key, bool needed, size_t max_bytes)
{
	char *copy = xstrdup(decode_text(d, key, needed, max_bytes));

	check_clean_text(copy, true);
	return copy;
}

char *decode_raw(struct decode *d, const char *key, size_t max_bytes)
{
	json_t *value = decode_object(d, key, false);
	char *text;

	if (!value)
		return NULL;
	text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
	if (text && strlen(text) <= max_bytes)
		return text;
	free(text);
	decode_fail(d, "\"%s\" must have at most %zu bytes.", key, max_bytes);
	return NULL;
}

void decode_list(struct decode *d, const char *key, const char *allowed, bool needed,
		 char *ret_commas, size_t bytes)
{
	CLEANUP(buf_release) struct buf list = BUF_INIT(bytes - 1);
	json_t *array = decode_array(d, key, needed, 16), *item;
	size_t i;

	if (!array)
		return;
	json_array_foreach (array, i, item) {
		const char *word = json_is_string(item) ? json_string_value(item) : "";

		if (!check_word(word, 32) || strchr(word, ',') || list_has(list.data, word) ||
		    (allowed && !list_has(allowed, word)) ||
		    buf_printf(&list, "%s%s", i ? "," : "", word) < 0) {
			decode_fail(d, "\"%s\" must be an array of different words%s%s.", key,
				    allowed ? " of " : "", allowed ? allowed : "");
			return;
		}
	}
	if (!list.length)
		decode_fail(d, "\"%s\" must not be empty.", key);
	else
		snprintf(ret_commas, bytes, "%s", list.data);
}

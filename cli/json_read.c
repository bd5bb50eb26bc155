// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/json_read.h"

#include <errno.h>
#include <string.h>

#include "cli/text.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

#define LIST_MAX_BYTES 4096

void json_release(json_t **value)
{
	json_decref(*value);
	*value = NULL;
}

static void mismatch(struct json_reader *reader, const char *key, const char *expected)
{
	if (reader->rc < 0)
		return;
	reader->rc = err_set(reader->err, -EPROTO,
			     "The server's %s is not understood: %s should be %s. Are runway and "
			     "runwayd of the same version?",
			     reader->what, key, expected);
}

json_t *json_read_document(struct json_reader *reader, const char *data, size_t bytes)
{
	json_error_t error;
	json_t *root = json_loadb(data, bytes, JSON_REJECT_DUPLICATES, &error);

	if (!root) {
		reader->rc = err_set(reader->err, -EPROTO,
				     "The server's %s is no JSON: %s (line %d). Is that runwayd?",
				     reader->what, error.text, error.line);
		return NULL;
	}
	if (!json_is_object(root)) {
		mismatch(reader, "the document", "an object");
		json_decref(root);
		return NULL;
	}
	return root;
}

/* The field; NULL when it is missing, null, or something failed before. */
static json_t *field(struct json_reader *reader, const json_t *object, const char *key,
		     enum json_need need, const char *expected)
{
	json_t *value = reader->rc < 0 || !object ? NULL : json_object_get(object, key);

	if (value && !json_is_null(value))
		return value;
	if (need == JSON_NEEDED)
		mismatch(reader, key, expected);
	return NULL;
}

char *json_read_text(struct json_reader *reader, const json_t *object, const char *key,
		     enum json_need need)
{
	json_t *value = field(reader, object, key, need, "a text");

	if (!value)
		return NULL;
	if (!json_is_string(value)) {
		mismatch(reader, key, "a text");
		return NULL;
	}
	return text_clean_bytes(json_string_value(value), json_string_length(value), TEXT_ONE_LINE);
}

int64_t json_read_integer(struct json_reader *reader, const json_t *object, const char *key,
			  enum json_need need, int64_t missing)
{
	json_t *value = field(reader, object, key, need, "an integer");

	if (!value)
		return missing;
	if (!json_is_integer(value)) {
		mismatch(reader, key, "an integer");
		return missing;
	}
	return json_integer_value(value);
}

double json_read_number(struct json_reader *reader, const json_t *object, const char *key,
			enum json_need need, double missing)
{
	json_t *value = field(reader, object, key, need, "a number");

	if (!value)
		return missing;
	if (!json_is_number(value)) {
		mismatch(reader, key, "a number");
		return missing;
	}
	return json_number_value(value);
}

bool json_read_bool(struct json_reader *reader, const json_t *object, const char *key,
		    enum json_need need, bool missing)
{
	json_t *value = field(reader, object, key, need, "true or false");

	if (!value)
		return missing;
	if (!json_is_boolean(value)) {
		mismatch(reader, key, "true or false");
		return missing;
	}
	return json_is_true(value);
}

json_t *json_read_array(struct json_reader *reader, const json_t *object, const char *key,
			enum json_need need)
{
	json_t *value = field(reader, object, key, need, "a list");

	if (value && !json_is_array(value)) {
		mismatch(reader, key, "a list");
		return NULL;
	}
	return value;
}

json_t *json_read_object(struct json_reader *reader, const json_t *object, const char *key,
			 enum json_need need)
{
	json_t *value = field(reader, object, key, need, "an object");

	if (value && !json_is_object(value)) {
		mismatch(reader, key, "an object");
		return NULL;
	}
	return value;
}

json_t *json_read_element(struct json_reader *reader, const json_t *array, size_t index)
{
	json_t *value = json_array_get(array, index);

	if (json_is_object(value))
		return value;
	mismatch(reader, "each element of a list", "an object");
	return NULL;
}

/* What does not fit is left out. */
char *json_read_list(struct json_reader *reader, const json_t *object, const char *key,
		     enum json_need need)
{
	const json_t *list = json_read_array(reader, object, key, need);
	CLEANUP(buf_release) struct buf text = BUF_INIT(LIST_MAX_BYTES);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (name)
			buf_printf(&text, "%s%s", text.length ? "," : "", name);
	}
	return text_clean(text.data, TEXT_ONE_LINE);
}

json_t *json_list_of(const char *names)
{
	json_t *list = json_array();

	while (*names) {
		size_t length = strcspn(names, ",");

		if (length)
			json_array_append_new(list, json_stringn(names, length));
		names += length + (names[length] == ',');
	}
	return list;
}

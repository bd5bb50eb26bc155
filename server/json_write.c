// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/json_write.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"

static void put(struct json_writer *w, const char *bytes, size_t count)
{
	if (buf_append(w->buf, bytes, count) == 0)
		return;
	/* Half a document is none: nothing of it stays, and nothing more fits. */
	w->overflow = true;
	buf_clear(w->buf);
	w->buf->max_bytes = 0;
}

static void puts_text(struct json_writer *w, const char *text)
{
	put(w, text, strlen(text));
}

/* Length of the valid UTF-8 sequence at text, 0 when there is none. */
static size_t utf8_length(const unsigned char *text)
{
	unsigned char first = text[0];
	size_t length = first < 0x80   ? 1
			: first < 0xc2 ? 0
			: first < 0xe0 ? 2
			: first < 0xf0 ? 3
			: first < 0xf5 ? 4
				       : 0;

	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0; /* a NUL ends up here, too */
	if ((first == 0xe0 && text[1] < 0xa0) || (first == 0xed && text[1] > 0x9f) ||
	    (first == 0xf0 && text[1] < 0x90) || (first == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

static void put_escaped(struct json_writer *w, const unsigned char *c)
{
	char escape[8];

	if (*c >= 0x80) {
		puts_text(w, "\\ufffd");
		return;
	}
	if (*c == '"' || *c == '\\')
		snprintf(escape, sizeof(escape), "\\%c", *c);
	else if (*c == '\n')
		snprintf(escape, sizeof(escape), "\\n");
	else
		snprintf(escape, sizeof(escape), "\\u%04x", *c);
	puts_text(w, escape);
}

static void put_string(struct json_writer *w, const char *text)
{
	const unsigned char *c = (const unsigned char *)text, *plain = c;

	puts_text(w, "\"");
	while (*c) {
		size_t length = utf8_length(c);

		if (length && *c >= ' ' && *c != '"' && *c != '\\' && *c != 0x7f) {
			c += length;
			continue;
		}
		put(w, (const char *)plain, (size_t)(c - plain));
		put_escaped(w, c);
		plain = ++c;
	}
	put(w, (const char *)plain, (size_t)(c - plain));
	puts_text(w, "\"");
}

static void begin(struct json_writer *w, const char *key)
{
	if (w->comma)
		puts_text(w, ",");
	w->comma = true;
	if (key) {
		put_string(w, key);
		puts_text(w, ":");
	}
}

void json_write_object(struct json_writer *w, const char *key)
{
	begin(w, key);
	puts_text(w, "{");
	w->comma = false;
}

void json_write_array(struct json_writer *w, const char *key)
{
	begin(w, key);
	puts_text(w, "[");
	w->comma = false;
}

void json_write_end(struct json_writer *w, char bracket)
{
	put(w, &bracket, 1);
	w->comma = true;
}

void json_write_raw(struct json_writer *w, const char *key, const char *json_text)
{
	begin(w, key);
	puts_text(w, json_text ? json_text : "null");
}

void json_write_text(struct json_writer *w, const char *key, const char *value)
{
	begin(w, key);
	if (value)
		put_string(w, value);
	else
		puts_text(w, "null");
}

void json_write_texts(struct json_writer *w, ...)
{
	const char *key;
	va_list args;

	va_start(args, w);
	while ((key = va_arg(args, const char *)))
		json_write_text(w, key, va_arg(args, const char *));
	va_end(args);
}

void json_write_int(struct json_writer *w, const char *key, int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	json_write_raw(w, key, text);
}

void json_write_int_or_null(struct json_writer *w, const char *key, int64_t value)
{
	if (value)
		json_write_int(w, key, value);
	else
		json_write_null(w, key);
}

void json_write_real(struct json_writer *w, const char *key, double value)
{
	char text[40];

	if (!isfinite(value)) {
		json_write_null(w, key);
		return;
	}
	/* The shorter of two forms that reads back as the same number. */
	snprintf(text, sizeof(text), "%.15g", value);
	if (strtod(text, NULL) != value)
		snprintf(text, sizeof(text), "%.17g", value);
	json_write_raw(w, key, text);
}

void json_write_bool(struct json_writer *w, const char *key, bool value)
{
	json_write_raw(w, key, value ? "true" : "false");
}

void json_write_null(struct json_writer *w, const char *key)
{
	json_write_raw(w, key, "null");
}

void json_write_time(struct json_writer *w, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_BYTES];

	if (!ms) {
		json_write_null(w, key);
		return;
	}
	clock_format(ms, text);
	json_write_text(w, key, text);
}

void json_write_list(struct json_writer *w, const char *key, const char *commas)
{
	json_write_array(w, key);
	while (commas && *commas) {
		size_t length = strcspn(commas, ",");
		char item[128];

		snprintf(item, sizeof(item), "%.*s", (int)length, commas);
		json_write_text(w, NULL, item);
		commas += length + (commas[length] == ',');
	}
	json_write_end(w, ']');
}

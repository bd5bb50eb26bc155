// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/line.h"

#include <inttypes.h>

#include "lib/file.h"

static void add(struct line *line, const char *text, size_t bytes)
{
	int rc = buf_append(&line->buf, text, bytes);

	if (rc < 0 && !line->rc)
		line->rc = rc;
}

static void add_string(struct line *line, const char *text)
{
	add(line, "\"", 1);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		char escaped[8];

		if (c == '"' || c == '\\')
			add(line, (char[]){ '\\', (char)c }, 2);
		else if (c < 0x20 || c >= 0x7f)
			add(line, escaped,
			    (size_t)snprintf(escaped, sizeof(escaped), "\\u%04x", c));
		else
			add(line, text, 1);
	}
	add(line, "\"", 1);
}

static void add_key(struct line *line, const char *key)
{
	if (line->comma)
		add(line, ",", 1);
	line->comma = true;
	if (key) {
		add_string(line, key);
		add(line, ":", 1);
	}
}

void line_open(struct line *line, const char *type)
{
	*line = (struct line){ .buf = BUF_INIT(LINE_MAX_BYTES - 2) };
	add(line, "{", 1);
	line_text(line, "t", type);
}

int line_send(struct line *line, int fd)
{
	int rc = line->rc;

	line->buf.max_bytes = LINE_MAX_BYTES;
	if (!rc)
		rc = buf_puts(&line->buf, "}\n");
	if (!rc)
		rc = file_write_all(fd, line->buf.data, line->buf.length);
	buf_release(&line->buf);
	return rc;
}

void line_text(struct line *line, const char *key, const char *value)
{
	add_key(line, key);
	add_string(line, value);
}

void line_number(struct line *line, const char *key, uint64_t value)
{
	char text[24];

	add_key(line, key);
	add(line, text, (size_t)snprintf(text, sizeof(text), "%" PRIu64, value));
}

void line_signed(struct line *line, const char *key, int64_t value)
{
	char text[24];

	add_key(line, key);
	add(line, text, (size_t)snprintf(text, sizeof(text), "%" PRId64, value));
}

void line_address(struct line *line, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	line_text(line, key, text);
}

void line_bool(struct line *line, const char *key, bool value)
{
	add_key(line, key);
	add(line, value ? "true" : "false", value ? 4 : 5);
}

void line_object(struct line *line, const char *key)
{
	add_key(line, key);
	add(line, "{", 1);
	line->comma = false;
}

void line_array(struct line *line, const char *key)
{
	add_key(line, key);
	add(line, "[", 1);
	line->comma = false;
}

void line_close(struct line *line, char bracket)
{
	add(line, &bracket, 1);
	line->comma = true;
}

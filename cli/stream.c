// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/stream.h"

#include <string.h>

void stream_release(struct stream *stream)
{
	buf_release(&stream->line);
	buf_release(&stream->event);
	buf_release(&stream->text);
	buf_release(&stream->id);
	buf_release(&stream->last_id);
}

void stream_restart(struct stream *stream)
{
	buf_clear(&stream->line);
	buf_clear(&stream->event);
	buf_clear(&stream->text);
	buf_clear(&stream->id);
}

static int set(struct buf *buf, const char *value)
{
	buf_clear(buf);
	return buf_puts(buf, value);
}

/* An empty line: the event is whole. Without data there was none. */
static bool dispatch(struct stream *stream)
{
	bool more = true;

	if (stream->id.length)
		set(&stream->last_id, stream->id.data);
	if (stream->text.length) {
		stream->text.data[--stream->text.length] = '\0'; /* the last line's end */
		more = stream->take(stream->data,
				    stream->event.length ? stream->event.data : "message",
				    stream->text.data);
		stream->ended = !more;
	}
	buf_clear(&stream->event);
	buf_clear(&stream->text);
	return more;
}

/* "field: value"; a line that begins with a colon is a comment. */
static bool take_line(struct stream *stream)
{
	char *line = stream->line.data, *value = strchr(line, ':');

	if (!*line)
		return dispatch(stream);
	if (value == line)
		return true;
	if (value) {
		*value++ = '\0';
		value += *value == ' ';
	} else {
		value = line + strlen(line);
	}
	if (!strcmp(line, "data"))
		return !buf_puts(&stream->text, value) && !buf_puts(&stream->text, "\n");
	if (!strcmp(line, "event"))
		return !set(&stream->event, value);
	if (!strcmp(line, "id"))
		return !set(&stream->id, value);
	return true;
}

bool stream_feed(struct stream *stream, const char *bytes, size_t count)
{
	while (count) {
		const char *end = memchr(bytes, '\n', count);
		size_t length = end ? (size_t)(end - bytes) : count;

		if (buf_append(&stream->line, bytes, length) < 0)
			return false;
		if (!end)
			return true;
		if (stream->line.length && stream->line.data[stream->line.length - 1] == '\r')
			stream->line.data[--stream->line.length] = '\0';
		if (!take_line(stream))
			return false;
		buf_clear(&stream->line);
		bytes += length + 1;
		count -= length + 1;
	}
	return true;
}

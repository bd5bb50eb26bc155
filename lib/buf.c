// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"

char buf_empty[1] = "";

void buf_release(struct buf *buf)
{
	if (buf->capacity)
		free(buf->data);
	buf->data = buf_empty;
	buf->length = buf->capacity = 0;
}

void buf_clear(struct buf *buf)
{
	buf->length = 0;
	if (buf->capacity)
		buf->data[0] = '\0';
}

static void reserve(struct buf *buf, size_t length)
{
	size_t capacity = buf->capacity ? buf->capacity : 256;

	if (buf->capacity > length)
		return;
	while (capacity <= length)
		capacity *= 2;
	buf->data = xreallocarray(buf->capacity ? buf->data : NULL, capacity, 1);
	buf->capacity = capacity;
}

int buf_append(struct buf *buf, const void *data, size_t bytes)
{
	if (bytes > buf->max_bytes - buf->length)
		return -EFBIG;
	if (!bytes)
		return 0;
	reserve(buf, buf->length + bytes);
	memcpy(buf->data + buf->length, data, bytes);
	buf->length += bytes;
	buf->data[buf->length] = '\0';
	return 0;
}

int buf_puts(struct buf *buf, const char *text)
{
	return buf_append(buf, text, strlen(text));
}

int buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args, again;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0 || (size_t)length > buf->max_bytes - buf->length) {
		va_end(again);
		return -EFBIG;
	}
	reserve(buf, buf->length + (size_t)length);
	vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
	va_end(again);
	buf->length += (size_t)length;
	return 0;
}

size_t buf_append_some(struct buf *buf, const void *data, size_t bytes)
{
	size_t room = buf->max_bytes - buf->length;

	if (bytes > room)
		bytes = room;
	buf_append(buf, data, bytes);
	return bytes;
}

void buf_consume(struct buf *buf, size_t bytes)
{
	if (bytes >= buf->length) {
		buf_clear(buf);
		return;
	}
	memmove(buf->data, buf->data + bytes, buf->length - bytes + 1);
	buf->length -= bytes;
}

char *buf_detach(struct buf *buf, size_t *ret_length)
{
	char *data = buf->capacity ? buf->data : xstrdup("");

	if (ret_length)
		*ret_length = buf->length;
	buf->data = buf_empty;
	buf->length = buf->capacity = 0;
	return data;
}

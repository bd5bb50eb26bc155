// SPDX-License-Identifier: GPL-2.0-or-later
/* Message-IDs, read from the raw headers: they are ASCII between "<>" and need no decoding. */
#include "lib/mbox-ids.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/mbox-mail.h"

#define ID_MAX_BYTES 250 /* longer ones are no mail client's */

static bool ids_have(const struct mbox_ids *ids, const char *id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (!strcmp(ids->ids[i], id))
			return true;
	return false;
}

void mbox_ids_add(struct mbox_ids *ids, const char *id, size_t max)
{
	if (ids->count >= max || ids_have(ids, id))
		return;
	ARRAY_GROW(ids->ids, ids->count, ids->capacity);
	ids->ids[ids->count++] = xstrdup(id);
}

void mbox_ids_subtract(struct mbox_ids *ids, const struct mbox_ids *others)
{
	size_t kept = 0;

	for (size_t i = 0; i < ids->count; i++) {
		if (ids_have(others, ids->ids[i]))
			free(ids->ids[i]);
		else
			ids->ids[kept++] = ids->ids[i];
	}
	ids->count = kept;
}

void mbox_ids_release(struct mbox_ids *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		free(ids->ids[i]);
	free(ids->ids);
	*ids = (struct mbox_ids){ 0 };
}

static bool is_id(const char *id, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (id[i] <= ' ' || id[i] > '~' || id[i] == '<' || id[i] == '"' || id[i] == '\\')
			return false;
	return length && length <= ID_MAX_BYTES;
}

static void add_all(struct mbox_ids *ids, const char *at, const char *end)
{
	while (at < end && (at = memchr(at, '<', (size_t)(end - at)))) {
		const char *close = memchr(at, '>', (size_t)(end - at));
		CLEANUP(free_ptr) char *id = NULL;

		if (!close)
			return;
		at++;
		if (!is_id(at, (size_t)(close - at)))
			continue;
		id = xstrndup(at, (size_t)(close - at));
		mbox_ids_add(ids, id, MBOX_MAX_REFERENCES);
		at = close + 1;
	}
}

static const char *after_line(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));

	return newline ? newline + 1 : end;
}

static bool is_header(const char *line, const char *after, const char *name)
{
	size_t length = strlen(name);

	return (size_t)(after - line) > length && !strncasecmp(line, name, length);
}

void mail_read_ids(const char *data, size_t bytes, struct mail *mail)
{
	const char *end = data + bytes, *line = data;

	while (line < end && *line != '\n' && *line != '\r') {
		const char *after = after_line(line, end);

		while (after < end && (*after == ' ' || *after == '\t'))
			after = after_line(after, end);
		if (is_header(line, after, "message-id:") && !mail->messages.count)
			add_all(&mail->messages, line, after);
		else if (is_header(line, after, "in-reply-to:") ||
			 is_header(line, after, "references:"))
			add_all(&mail->references, line, after);
		line = after;
	}
}

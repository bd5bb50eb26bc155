// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What GMime is not given. It parses every header and every part, some by recursion: nested address
 * groups in a To: header overflow its stack, and a million boundaries take it seconds. Only the
 * headers that are read are handed on, and parts that hold mails of their own are refused.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "lib/mbox-mail.h"

#define PARTS_MAX 32	       /* with a Content-Type */
#define BOUNDARIES_MAX 50000   /* lines that start as a boundary does, in a multipart mail */
#define HEADER_MAX_BYTES 2048  /* each, folded lines included */
#define HEADER_COUNT_MAX 10000 /* handed on or not */

/* Headers that are read, in lower case with their colon. To add one: a row. */
static const char *const headers[] = {
	"content-disposition:",
	"content-transfer-encoding:",
	"content-type:",
	"date:",
	"from:",
	"mime-version:",
	"subject:",
};

static bool is_read(const char *line, size_t length)
{
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		size_t name = strlen(headers[i]);

		if (length >= name && !strncasecmp(line, headers[i], name))
			return true;
	}
	return false;
}

static const char *after_line(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));

	return newline ? newline + 1 : end;
}

/* The end of a header and of the folded lines that belong to it. */
static const char *after_header(const char *line, const char *end)
{
	do
		line = after_line(line, end);
	while (line < end && (*line == ' ' || *line == '\t'));
	return line;
}

static bool contains(const char *from, const char *end, const char *word)
{
	size_t length = strlen(word);

	for (; (size_t)(end - from) >= length; from++) {
		if (!strncasecmp(from, word, length))
			return true;
	}
	return false;
}

/* Of a Content-Type: whether it has parts; mails within the mail are refused. */
static int check_type(const char *line, const char *after, bool *multipart, struct err *err)
{
	if (strncasecmp(line, "content-type", strlen("content-type")) != 0)
		return 0;
	if (contains(line, after, "message/") || contains(line, after, "digest"))
		return err_set(err, -EINVAL, "it has other mails attached. Send those themselves.");
	*multipart |= contains(line, after, "multipart/");
	return 0;
}

/* Looks at the headers of parts wherever one may be; a diff's lines never start like one. */
static int check_parts(const char *body, const char *end, bool multipart, struct err *err)
{
	static const char type[] = "content-type";
	unsigned parts = 0, boundaries = 0;
	int rc;

	for (const char *line = body; line < end; line = after_line(line, end)) {
		const char *after;

		if (end - line > 2 && line[0] == '-' && line[1] == '-' && multipart &&
		    ++boundaries > BOUNDARIES_MAX)
			return err_set(err, -EINVAL, "it has more than %d MIME boundaries.",
				       BOUNDARIES_MAX);
		if ((size_t)(end - line) < sizeof(type) ||
		    strncasecmp(line, type, sizeof(type) - 1))
			continue;
		after = after_header(line, end);
		if (++parts > PARTS_MAX)
			return err_set(err, -EINVAL, "it has more than %d MIME parts.", PARTS_MAX);
		if (after - line > HEADER_MAX_BYTES)
			return err_set(err, -EINVAL, "a header of one of its parts is too long.");
		rc = check_type(line, after, &multipart, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int mail_guard(const char *data, size_t bytes, struct buf *ret_mail, struct err *err)
{
	const char *end = data + bytes, *line = data;
	bool multipart = false;
	unsigned count = 0;
	int rc;

	while (line < end && *line != '\n' && *line != '\r') {
		const char *after = after_header(line, end);

		if (++count > HEADER_COUNT_MAX)
			return err_set(err, -EINVAL, "it has more than %d headers.",
				       HEADER_COUNT_MAX);
		if (is_read(line, (size_t)(after - line))) {
			if (after - line > HEADER_MAX_BYTES)
				return err_set(err, -EINVAL, "its %.*s header is too long.",
					       (int)strcspn(line, ":"), line);
			rc = check_type(line, after, &multipart, err);
			if (rc < 0)
				return rc;
			rc = buf_append(ret_mail, line, (size_t)(after - line));
			if (rc < 0)
				return err_set(err, rc, "its headers are too long.");
		}
		line = after;
	}
	rc = check_parts(line, end, multipart, err);
	if (rc < 0)
		return rc;
	rc = buf_append(ret_mail, line, (size_t)(end - line));
	return rc < 0 ? err_set(err, rc, "it is too long.") : 0;
}

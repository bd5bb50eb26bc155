// SPDX-License-Identifier: GPL-2.0-or-later
/* The decoded text of a mail, line by line: in-body headers, message, diff, signature. */
#include <ctype.h>
#include <errno.h>
#include <gmime/gmime.h>
#include <strings.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/hunk.h"
#include "lib/mbox-mail.h"
#include "lib/mbox.h"

#define IN_BODY_MAX_BYTES 2048 /* of one header; see mbox-guard.c */

struct text {
	const char *at, *end;
};

struct line {
	const char *data;
	size_t length; /* with its newline */
};

static bool next_line(struct text *text, struct line *line)
{
	const char *newline;

	if (text->at == text->end)
		return false;
	newline = memchr(text->at, '\n', text->end - text->at);
	line->data = text->at;
	line->length = (newline ? newline + 1 : text->end) - text->at;
	text->at += line->length;
	return true;
}

static bool starts_with(const struct line *line, const char *prefix)
{
	size_t length = strlen(prefix);

	return line->length >= length && !memcmp(line->data, prefix, length);
}

static bool is_blank(const struct line *line)
{
	for (size_t i = 0; i < line->length; i++) {
		if (!isspace((unsigned char)line->data[i]))
			return false;
	}
	return true;
}

/* Where the message ends: git mailinfo's patchbreak(). */
static bool ends_message(const struct line *line)
{
	struct line rest = { line->data + 3, line->length - 3 };

	if (starts_with(line, "diff -") || starts_with(line, "Index: "))
		return true;
	if (line->length < 4 || !starts_with(line, "---"))
		return false;
	if (line->data[3] == ' ' && line->length > 4 && !isspace((unsigned char)line->data[4]))
		return true;
	return is_blank(&rest);
}

/* An in-body header, each taken once and only at the top of the text. */
enum { IN_BODY_FROM, IN_BODY_SUBJECT, IN_BODY_DATE, IN_BODY_COUNT };

static const char *const in_body_names[IN_BODY_COUNT] = {
	[IN_BODY_FROM] = "From: ",
	[IN_BODY_SUBJECT] = "Subject: ",
	[IN_BODY_DATE] = "Date: ",
};

static int take_in_body(struct mail *mail, int which, const char *value, struct err *err)
{
	if (which == IN_BODY_FROM)
		return mail_set_author(mail, value, err);

	char *decoded = g_mime_utils_header_decode_text(NULL, value);
	char **field = which == IN_BODY_SUBJECT ? &mail->subject : &mail->date;

	free(*field);
	*field = mail_clean_line(decoded);
	g_free(decoded);
	return 0;
}

/* Reads headers off the top, blank lines before them included; leaves text at the message. */
static int read_in_body(struct text *text, struct mail *mail, struct err *err)
{
	bool taken[IN_BODY_COUNT] = { false };
	struct text ahead = *text;
	struct line line;
	int rc;

	while (next_line(&ahead, &line)) {
		int which = 0;

		if (is_blank(&line)) {
			*text = ahead;
			if (taken[IN_BODY_FROM] || taken[IN_BODY_SUBJECT] || taken[IN_BODY_DATE])
				return 0;
			continue;
		}
		while (which < IN_BODY_COUNT &&
		       (taken[which] || !starts_with(&line, in_body_names[which])))
			which++;
		if (which == IN_BODY_COUNT)
			return 0;
		taken[which] = true;
		*text = ahead;

		CLEANUP(buf_release) struct buf value = BUF_INIT(IN_BODY_MAX_BYTES);
		size_t name = strlen(in_body_names[which]);

		rc = buf_append(&value, line.data + name, line.length - name);
		while (!rc && next_line(&ahead, &line) && !is_blank(&line) &&
		       (*line.data == ' ' || *line.data == '\t')) {
			while (value.length && isspace((unsigned char)value.data[value.length - 1]))
				value.data[--value.length] = '\0';
			rc = buf_append(&value, line.data, line.length);
			*text = ahead;
		}
		ahead = *text;
		if (rc < 0)
			return err_set(err, -EINVAL, "a header in its text is too long.");
		rc = take_in_body(mail, which, value.data, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* "base-commit: …", which git format-patch --base and b4 write outside of any hunk. */
static bool take_base_commit(const struct line *line, struct mail *mail)
{
	static const char trailer[] = "base-commit: ";
	const char *hex = line->data + strlen(trailer);
	size_t digits = 0, most;

	if (!starts_with(line, trailer))
		return false;
	most = line->length - strlen(trailer);
	while (digits < most && strchr("0123456789abcdef", hex[digits]) && hex[digits])
		digits++;
	if ((digits == 40 || digits == 64) &&
	    is_blank(&(struct line){ hex + digits, most - digits }))
		snprintf(mail->base_commit, sizeof(mail->base_commit), "%.*s", (int)digits, hex);
	return true;
}

static void keep_diff(struct mail *mail, const char *begin, const char *end)
{
	mail->diff_bytes = (size_t)(end - begin);
	mail->diff = xmalloc(mail->diff_bytes + 1);
	memcpy(mail->diff, begin, mail->diff_bytes);
	mail->diff[mail->diff_bytes] = '\0';
}

/*
 * The diff begins at its first header and ends at the signature "-- ", or at the base's name before
 * that. Inside a hunk "-- " is a removed line "- ", so hunks are counted through.
 */
static void find_diff(struct text text, struct mail *mail)
{
	const char *begin = NULL, *end = text.end, *blank = NULL;
	struct hunk hunk = { 0 };
	struct line line;

	while (next_line(&text, &line)) {
		struct text ahead = text;
		struct line next;

		if (hunk_is_open(&hunk)) {
			hunk_take(&hunk, line.data);
		} else if (take_base_commit(&line, mail)) {
			if (!begin)
				continue;
			end = blank ?: line.data; /* with the empty line before it */
			break;
		} else if (!begin) {
			if (starts_with(&line, "diff --git ") ||
			    (starts_with(&line, "--- ") && next_line(&ahead, &next) &&
			     starts_with(&next, "+++ ")))
				begin = line.data;
		} else if (starts_with(&line, "-- ") &&
			   is_blank(&(struct line){ line.data + 2, line.length - 2 })) {
			end = line.data;
			break;
		} else {
			hunk_begin(&hunk, line.data, line.length);
		}
		blank = begin && !hunk_is_open(&hunk) && *line.data == '\n' ? line.data : NULL;
	}
	if (begin)
		keep_diff(mail, begin, end);
}

int mail_split_text(const char *data, size_t bytes, struct mail *mail, struct err *err)
{
	struct text text = { data, data + bytes };
	CLEANUP(buf_release) struct buf message = BUF_INIT(MBOX_MAX_BYTES);
	struct line line;
	int rc;

	rc = read_in_body(&text, mail, err);
	if (rc < 0)
		return rc;

	struct text before = text;

	while (next_line(&text, &line) && !ends_message(&line)) {
		if (memchr(line.data, '\0', line.length))
			return err_set(err, -EINVAL, "its text has NUL bytes in it.");
		take_base_commit(&line, mail);
		rc = buf_append(&message, line.data, line.length);
		if (rc < 0)
			return err_set(err, -EINVAL, "its text is too long.");
		before = text;
	}
	mail->text = buf_detach(&message, NULL);
	find_diff(before, mail);
	return 0;
}

/* "v3" and "2/5" among the words of one bracket. */
static void read_bracket(const char *at, const char *end, struct mail_tag *tag)
{
	while (at < end) {
		unsigned number, total;
		int used = 0;

		if (*at == 'v' && sscanf(at, "v%4u%n", &number, &used) == 1 &&
		    (at[used] == ' ' || at[used] == ']'))
			tag->version = number;
		else if (sscanf(at, "%4u/%4u%n", &number, &total, &used) == 2 &&
			 (at[used] == ' ' || at[used] == ']')) {
			tag->number = number;
			tag->total = total;
		}
		at += strcspn(at, " ]");
		at += strspn(at, " ]");
	}
}

/* What git mailinfo's cleanup_subject() takes off, read before it goes. */
void mail_read_tag(const char *subject, struct mail_tag *ret_tag)
{
	struct mail_tag tag = { .version = 1 };
	const char *close;

	for (;;) {
		if (*subject == ' ' || *subject == '\t' || *subject == ':') {
			subject++;
		} else if (!strncasecmp(subject, "re:", 3)) {
			tag.reply = true;
			subject += 3;
		} else if (*subject == '[' && (close = strchr(subject, ']'))) {
			read_bracket(subject + 1, close, &tag);
			subject = close + 1;
		} else {
			break;
		}
	}
	tag.title = subject;
	*ret_tag = tag;
}

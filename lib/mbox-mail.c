// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/mbox-mail.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <pthread.h>
#include <strings.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/mbox-ids.h"
#include "lib/mbox.h"

static pthread_once_t gmime_once = PTHREAD_ONCE_INIT;

void mail_release(struct mail *mail)
{
	free(mail->subject);
	free(mail->author_name);
	free(mail->author_email);
	free(mail->date);
	free(mail->text);
	free(mail->diff);
	mbox_ids_release(&mail->messages);
	mbox_ids_release(&mail->references);
	*mail = (struct mail){ 0 };
}

static void unref_object(void *pointer_to_object)
{
	void **object = pointer_to_object;

	if (*object)
		g_object_unref(*object);
}

char *mail_clean_line(const char *text)
{
	char *valid = g_utf8_make_valid(text, -1);
	char *clean = xstrdup(g_strstrip(valid));

	g_free(valid);
	for (char *at = clean; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = ' ';
	}
	return clean;
}

int mail_set_author(struct mail *mail, const char *value, struct err *err)
{
	CLEANUP(unref_object) InternetAddressList *list = internet_address_list_parse(NULL, value);
	InternetAddress *first = list && internet_address_list_length(list)
					 ? internet_address_list_get_address(list, 0)
					 : NULL;
	const char *email, *name;

	if (!first || !INTERNET_ADDRESS_IS_MAILBOX(first))
		return err_set(err, -EINVAL, "its From: header has no mail address in it.");
	email = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first));
	name = internet_address_get_name(first);
	if (!email || !*email)
		return err_set(err, -EINVAL, "its From: header has no mail address in it.");
	free(mail->author_email);
	free(mail->author_name);
	mail->author_email = mail_clean_line(email);
	mail->author_name = mail_clean_line(name && *name ? name : email);
	return 0;
}

/* RFC 3676 as `git mailinfo` reads it: lines that end in a space go on in the next one. */
static int append_flowed(struct buf *text, const char *data, size_t bytes, bool delete_space)
{
	int rc = 0;

	for (const char *line = data, *end = data + bytes; !rc && line < end;) {
		const char *newline = memchr(line, '\n', end - line);
		const char *next = newline ? newline + 1 : end;
		size_t length = (newline ? newline : end) - line;

		if (length && line[length - 1] == '\r')
			length--;
		if (length == 3 && !memcmp(line, "-- ", 3)) {
			rc = buf_puts(text, "-- \n");
		} else {
			if (length && line[0] == ' ') {
				line++;
				length--;
			}
			if (length && line[length - 1] == ' ') {
				rc = buf_append(text, line, length - delete_space);
			} else {
				rc = buf_append(text, line, length);
				if (!rc)
					rc = buf_puts(text, "\n");
			}
		}
		line = next;
	}
	return rc;
}

/*
 * A part whose every line ends in CRLF was written that way by the transfer (RFC 2046's canonical
 * form), not by the author: a diff of a CRLF file has LF in its own header lines.
 */
static bool all_crlf(const char *data, size_t bytes)
{
	const char *newline, *end = data + bytes;

	for (const char *at = data; (newline = memchr(at, '\n', end - at)); at = newline + 1) {
		if (newline == at || newline[-1] != '\r')
			return false;
	}
	return true;
}

static int append_plain(struct buf *text, const char *data, size_t bytes)
{
	bool strip = all_crlf(data, bytes);
	int rc = 0;

	for (const char *line = data, *end = data + bytes; !rc && line < end;) {
		const char *newline = memchr(line, '\n', end - line);
		size_t length = (newline ? newline : end) - line;

		rc = buf_append(text, line, length - (strip && newline));
		if (!rc && newline)
			rc = buf_puts(text, "\n");
		line += length + !!newline;
	}
	return rc;
}

/*
 * The commit message must be UTF-8. The diff is kept byte for byte, as `git mailinfo` does: what is
 * in the file's encoding is no business of the mail's charset. So conversion stops at the diff.
 */
static int append_converted(struct buf *text, const char *data, size_t bytes, const char *charset)
{
	const char *from = !charset || !strcasecmp(charset, "us-ascii") ? "utf-8" : charset;
	const char *diff = !strncmp(data, "diff -", 6) ? data : strstr(data, "\ndiff -");
	size_t message = diff ? (size_t)(diff - data) : bytes;
	int rc;

	if (!strcasecmp(from, "utf-8") && g_utf8_validate(data, message, NULL))
		return buf_append(text, data, bytes);
	/* Unlabelled or mislabelled bytes: what git falls back to. */
	if (!strcasecmp(from, "utf-8"))
		from = "iso-8859-1";

	gsize converted = 0;
	gchar *utf8 = g_convert(data, message, "utf-8", from, NULL, &converted, NULL);

	if (!utf8)
		return -EILSEQ;
	rc = buf_append(text, utf8, converted);
	g_free(utf8);
	return rc ? rc : buf_append(text, data + message, bytes - message);
}

/* Text parts, and files attached as .patch or .diff; not an HTML copy of the text. */
static bool holds_text(GMimePart *part)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
	const char *name = g_mime_part_get_filename(part);
	size_t length = name ? strlen(name) : 0;

	if (g_mime_content_type_is_type(type, "text", "html"))
		return false;
	return g_mime_content_type_is_type(type, "text", "*") ||
	       (length > 6 && !strcasecmp(name + length - 6, ".patch")) ||
	       (length > 5 && !strcasecmp(name + length - 5, ".diff"));
}

struct collect {
	struct buf text;
	int rc;
	char charset[64]; /* that could not be converted */
};

static void collect_part(GMimeObject *parent, GMimeObject *object, gpointer data)
{
	struct collect *collect = data;
	GMimeDataWrapper *content;
	const char *charset, *format, *delsp;

	(void)parent;
	if (collect->rc || !GMIME_IS_PART(object) || !holds_text(GMIME_PART(object)))
		return;
	content = g_mime_part_get_content(GMIME_PART(object));
	if (!content)
		return;

	CLEANUP(unref_object) GMimeStream *stream = g_mime_stream_mem_new();

	if (g_mime_data_wrapper_write_to_stream(content, stream) < 0) {
		collect->rc = -EINVAL;
		return;
	}
	g_mime_stream_write(stream, "", 1); /* a NUL after the text, for strstr */

	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	CLEANUP(buf_release) struct buf lines = BUF_INIT(2 * MBOX_MAX_BYTES);

	charset = g_mime_object_get_content_type_parameter(object, "charset");
	format = g_mime_object_get_content_type_parameter(object, "format");
	delsp = g_mime_object_get_content_type_parameter(object, "delsp");
	if (format && !strcasecmp(format, "flowed"))
		collect->rc = append_flowed(&lines, (char *)bytes->data, bytes->len - 1,
					    delsp && !strcasecmp(delsp, "yes"));
	else
		collect->rc = append_plain(&lines, (char *)bytes->data, bytes->len - 1);
	if (!collect->rc)
		collect->rc = append_converted(&collect->text, lines.data, lines.length, charset);
	if (collect->rc == -EILSEQ)
		snprintf(collect->charset, sizeof(collect->charset), "%s", charset ? charset : "");
}

static int read_headers(GMimeMessage *message, struct mail *mail, struct err *err)
{
	const char *subject = g_mime_message_get_subject(message);
	const char *from = g_mime_object_get_header(GMIME_OBJECT(message), "From");
	const char *date = g_mime_object_get_header(GMIME_OBJECT(message), "Date");

	mail->subject = mail_clean_line(subject ? subject : "");
	mail->date = mail_clean_line(date ? date : "");
	if (!from)
		return 0; /* an in-body From: may still give it */

	CLEANUP(free_ptr) char *value = xstrdup(from);

	return mail_set_author(mail, value, err);
}

int mail_parse(const char *data, size_t bytes, struct mail *ret_mail, struct err *err)
{
	CLEANUP(mail_release) struct mail mail = { 0 };
	CLEANUP(buf_release) struct buf guarded = BUF_INIT(MBOX_MAX_BYTES);
	struct collect collect = { .text = BUF_INIT(2 * MBOX_MAX_BYTES) };
	int rc;

	pthread_once(&gmime_once, g_mime_init);
	rc = mail_guard(data, bytes, &guarded, err);
	if (rc < 0)
		return rc;
	mail_read_ids(data, bytes, &mail);

	CLEANUP(unref_object)
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(guarded.data, guarded.length);
	CLEANUP(unref_object) GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	CLEANUP(unref_object)
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	if (!message)
		return err_set(err, -EINVAL, "it has no mail headers.");
	rc = read_headers(message, &mail, err);
	if (rc < 0)
		return rc;
	g_mime_message_foreach(message, collect_part, &collect);

	CLEANUP(buf_release) struct buf text = collect.text;

	if (collect.rc == -EILSEQ)
		return err_set(err, -EINVAL, "its text is not in the charset it names (\"%s\").",
			       collect.charset);
	if (collect.rc < 0)
		return err_set(err, -EINVAL, "its body cannot be decoded.");
	rc = mail_split_text(text.data, text.length, &mail, err);
	if (rc < 0)
		return rc;
	if (!mail.author_email)
		return err_set(err, -EINVAL, "it has no From: header.");
	*ret_mail = mail;
	mail = (struct mail){ 0 };
	return 0;
}

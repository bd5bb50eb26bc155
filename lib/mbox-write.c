// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/mbox-write.h"

#include <string.h>

/* The body of a message, without its subject. Lines are not quoted: git does not do it either, and
 * "From " alone begins no mail. */
static void write_body(const char *message, struct buf *out)
{
	const char *body = strstr(message, "\n\n");

	for (const char *line = body ? body + 2 : ""; *line;) {
		size_t length = strcspn(line, "\n");

		buf_append(out, line, length);
		buf_puts(out, "\n");
		line += length + (line[length] == '\n');
	}
}

/* A name as an address has it: what means something there stands between quotes. */
static void write_name(const char *name, struct buf *out)
{
	if (!strpbrk(name, "()<>[]:;@\\,.\"")) {
		buf_puts(out, name);
		return;
	}
	buf_puts(out, "\"");
	for (const char *c = name; *c; c++)
		buf_printf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
	buf_puts(out, "\"");
}

/* In-body headers win over those of the mail and need no encoding, so only they carry names. */
static void write_patch(const struct mbox_patch *patch, size_t number, size_t total,
			const char *base_commit, struct buf *out)
{
	buf_puts(out, "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n");
	buf_printf(out, "From: <%s>\n", patch->author_email);
	if (*patch->date)
		buf_printf(out, "Date: %s\n", patch->date);
	buf_printf(out, "Subject: [PATCH %zu/%zu] part\n", number, total);
	buf_puts(out, "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
		      "Content-Transfer-Encoding: 8bit\n\n");
	buf_puts(out, "From: ");
	write_name(patch->author_name, out);
	buf_printf(out, " <%s>\n", patch->author_email);
	buf_printf(out, "Subject: [PATCH %zu/%zu] %s\n\n", number, total, patch->subject);
	write_body(patch->message, out);
	buf_puts(out, "---\n\n");
	buf_append(out, patch->diff, patch->diff_bytes);
	if (!patch->diff_bytes || patch->diff[patch->diff_bytes - 1] != '\n')
		buf_puts(out, "\n");
	if (base_commit)
		buf_printf(out, "\nbase-commit: %s\n", base_commit);
	buf_puts(out, "-- \nrunway\n\n");
}

void mbox_write(const struct mbox *mbox, const size_t *which, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		write_patch(&mbox->patches[which[i]], i + 1, count, i ? NULL : mbox->base_commit,
			    out);
}

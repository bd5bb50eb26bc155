// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/mbox.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/mbox-ids.h"
#include "lib/mbox-mail.h"

/* One more than patches: the cover letter. Replies in a thread's mbox count as well. */
#define MAILS_MAX (2 * MBOX_MAX_PATCHES)

struct piece {
	const char *data;
	size_t bytes;
};

/* A "From " line with a time in it, as `git mailsplit` tells it from a sentence. */
static bool is_from_line(const char *line, const char *end)
{
	const char *colon, *at;
	unsigned year = 0;

	if (end - line < 20 || memcmp(line, "From ", 5))
		return false;
	colon = memrchr(line + 5, ':', end - line - 5);
	if (!colon || colon - line < 10 || end - colon < 4 || !isdigit((unsigned char)colon[-4]) ||
	    !isdigit((unsigned char)colon[-2]) || !isdigit((unsigned char)colon[-1]) ||
	    !isdigit((unsigned char)colon[1]) || !isdigit((unsigned char)colon[2]))
		return false;
	for (at = colon + 3; at < end && *at == ' '; at++)
		;
	for (; at < end && isdigit((unsigned char)*at) && year < 10000; at++)
		year = 10 * year + (*at - '0');
	return year > 90;
}

static const char *line_end(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', end - line);

	return newline ? newline + 1 : end;
}

/* Fills pieces (MAILS_MAX of them); their number, or -EFBIG. */
static int split(const char *data, size_t bytes, struct piece *pieces)
{
	const char *end = data + bytes, *begin;
	int count = 0;

	if (!is_from_line(data, line_end(data, end))) {
		pieces[0] = (struct piece){ data, bytes };
		return 1;
	}
	begin = line_end(data, end);
	for (const char *line = begin; line <= end; line = line_end(line, end)) {
		if (line < end && !is_from_line(line, line_end(line, end)))
			continue;
		if (count == MAILS_MAX)
			return -EFBIG;
		pieces[count++] = (struct piece){ begin, line - begin };
		if (line == end)
			break;
		begin = line_end(line, end);
	}
	return count;
}

static bool has_headers(const struct piece *piece)
{
	size_t name = 0;

	while (name < piece->bytes &&
	       (isalnum((unsigned char)piece->data[name]) || piece->data[name] == '-'))
		name++;
	return name && name < piece->bytes && piece->data[name] == ':';
}

/* git stripspace: no trailing spaces, no leading or doubled blank lines, one newline at the end. */
static char *strip_space(const char *text)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(2 * MBOX_MAX_BYTES);
	bool blank = false;

	while (*text) {
		size_t length = strcspn(text, "\n");
		size_t used = length;

		while (used && isspace((unsigned char)text[used - 1]))
			used--;
		if (used) {
			if (blank && out.length)
				buf_puts(&out, "\n");
			buf_append(&out, text, used);
			buf_puts(&out, "\n");
		}
		blank = !used;
		text += length + (text[length] == '\n');
	}
	return buf_detach(&out, NULL);
}

static void patch_release(struct mbox_patch *patch)
{
	free(patch->subject);
	free(patch->author_name);
	free(patch->author_email);
	free(patch->date);
	free(patch->message);
	free(patch->diff);
}

void mbox_release(struct mbox *mbox)
{
	for (size_t i = 0; i < mbox->count; i++)
		patch_release(&mbox->patches[i]);
	free(mbox->patches);
	free(mbox->cover_subject);
	free(mbox->cover_text);
	free(mbox->base_commit);
	mbox_ids_release(&mbox->messages);
	mbox_ids_release(&mbox->references);
	*mbox = (struct mbox){ 0 };
}

struct read {
	struct mbox mbox;
	size_t capacity;
	unsigned total;	     /* n of [k/n]; 0 until one was seen */
	unsigned unnumbered; /* patches without k/n */
};

static void add_patch(struct read *read, struct mail *mail, const struct mail_tag *tag)
{
	CLEANUP(free_ptr) char *message = xasprintf("%s\n\n%s", tag->title, mail->text);
	struct mbox *mbox = &read->mbox;
	struct mbox_patch *patch;

	ARRAY_GROW(mbox->patches, mbox->count, read->capacity);
	patch = &mbox->patches[mbox->count++];
	patch->number = tag->number;
	patch->subject = xstrdup(tag->title);
	patch->author_name = TAKE(mail->author_name);
	patch->author_email = TAKE(mail->author_email);
	patch->date = TAKE(mail->date);
	patch->message = strip_space(message);
	patch->diff = TAKE(mail->diff);
	patch->diff_bytes = mail->diff_bytes;
	if (tag->version > mbox->version)
		mbox->version = tag->version;
}

/* What a patch or a cover letter says of where the series belongs. */
static void add_place(struct mbox *mbox, const struct mail *mail)
{
	if (!mbox->base_commit && *mail->base_commit)
		mbox->base_commit = xstrdup(mail->base_commit);
	for (size_t i = 0; i < mail->messages.count; i++)
		mbox_ids_add(&mbox->messages, mail->messages.ids[i], MAILS_MAX);
	for (size_t i = 0; i < mail->references.count; i++)
		mbox_ids_add(&mbox->references, mail->references.ids[i], MBOX_MAX_REFERENCES);
}

static int add_mail(struct read *read, struct mail *mail, size_t place, struct err *err)
{
	struct mbox *mbox = &read->mbox;
	struct mail_tag tag;

	mail_read_tag(mail->subject, &tag);
	if (tag.reply)
		return 0; /* a reply quotes or proposes; it is not one of the series */
	add_place(mbox, mail);
	if (!mail->diff && tag.number)
		return err_set(err, -EINVAL, "Patch %u/%u (\"%s\") has no diff in it.", tag.number,
			       tag.total, tag.title);
	if (!mail->diff || (tag.total && !tag.number)) {
		if (!mbox->cover_subject) {
			mbox->cover_subject = xstrdup(tag.title);
			mbox->cover_text = strip_space(mail->text);
		}
		return 0;
	}
	if (mbox->count == MBOX_MAX_PATCHES)
		return err_set(err, -EFBIG, "There are more than %d patches in it.",
			       MBOX_MAX_PATCHES);
	if (!*tag.title)
		return err_set(err, -EINVAL, "Mail %zu has no subject.", place);
	if (tag.total && read->total && tag.total != read->total)
		return err_set(err, -EINVAL,
			       "Patches of different series are mixed: one of %u and one of %u. "
			       "Send one series at a time.",
			       read->total, tag.total);
	if (tag.total)
		read->total = tag.total;
	else
		read->unnumbered++;
	add_patch(read, mail, &tag);
	return 0;
}

static int by_number(const void *left, const void *right)
{
	const struct mbox_patch *a = left, *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

/* Every one of 1..total once. */
static int check_numbers(const struct read *read, struct err *err)
{
	const struct mbox *mbox = &read->mbox;
	CLEANUP(buf_release) struct buf missing = BUF_INIT(ERR_TEXT_MAX / 2);
	unsigned next = 1;

	for (size_t i = 0; i < mbox->count; i++) {
		unsigned number = mbox->patches[i].number;

		if (number > read->total)
			return err_set(err, -EINVAL, "There is a patch %u of %u.", number,
				       read->total);
		if (i && number == mbox->patches[i - 1].number)
			return err_set(err, -EINVAL,
				       "Patch %u/%u is there twice (\"%s\" and \"%s\"). "
				       "Send one version of each.",
				       number, read->total, mbox->patches[i - 1].subject,
				       mbox->patches[i].subject);
		for (; next < number; next++)
			buf_printf(&missing, "%s%u/%u", missing.length ? ", " : "", next,
				   read->total);
		next = number + 1;
	}
	for (; next <= read->total && next <= MBOX_MAX_PATCHES; next++)
		buf_printf(&missing, "%s%u/%u", missing.length ? ", " : "", next, read->total);
	if (missing.length)
		return err_set(err, -EINVAL, "Patches are missing: %s. Send the whole series.",
			       missing.data);
	return 0;
}

static int put_in_order(struct read *read, struct err *err)
{
	struct mbox *mbox = &read->mbox;
	int rc = 0;

	if (read->total && read->unnumbered)
		return err_set(
			err, -EINVAL,
			"Some patches are numbered k/%u and some are not. Number all or none.",
			read->total);
	if (read->total) {
		qsort(mbox->patches, mbox->count, sizeof(*mbox->patches), by_number);
		rc = check_numbers(read, err);
	}
	for (size_t i = 0; i < mbox->count; i++)
		mbox->patches[i].number = i + 1;
	return rc;
}

static void read_release(struct read *read)
{
	mbox_release(&read->mbox);
}

static int check_form(const struct piece *first, struct err *err)
{
	if (has_headers(first))
		return 0;
	if ((first->bytes >= 5 && !memcmp(first->data, "diff ", 5)) ||
	    memmem(first->data, first->bytes, "\ndiff --git ", 12) ||
	    (first->bytes >= 4 && !memcmp(first->data, "--- ", 4)))
		return err_set(err, -EINVAL,
			       "This is a bare diff: it has no author and no message. Commit it "
			       "and send the output of git format-patch --stdout.");
	return err_set(err, -EINVAL,
		       "This is neither an mbox nor a mail. Send the output of git format-patch "
		       "--stdout, or the mails as they came.");
}

int mbox_parse(const char *data, size_t bytes, struct mbox *ret_mbox, struct err *err)
{
	CLEANUP(read_release) struct read read = { .mbox.version = 1 };
	CLEANUP(free_ptr) struct piece *pieces = xcalloc(MAILS_MAX, sizeof(*pieces));
	int count, rc;

	if (bytes > MBOX_MAX_BYTES)
		return err_set(err, -EFBIG, "The mbox has %zu bytes; the limit is %d.", bytes,
			       MBOX_MAX_BYTES);
	while (bytes && isspace((unsigned char)*data)) {
		data++;
		bytes--;
	}
	count = split(data, bytes, pieces);
	if (count < 0)
		return err_set(err, count, "There are more than %d mails in it.", MAILS_MAX);
	for (int i = 0; i < count; i++) {
		CLEANUP(mail_release) struct mail mail = { 0 };

		rc = check_form(&pieces[i], err);
		if (rc < 0)
			return rc;
		rc = mail_parse(pieces[i].data, pieces[i].bytes, &mail, err);
		if (rc < 0)
			return err ? err_wrap(err, "Mail %d of %d", i + 1, count) : rc;
		rc = add_mail(&read, &mail, i + 1, err);
		if (rc < 0)
			return rc;
	}
	if (!read.mbox.count)
		return err_set(err, -EINVAL,
			       "There is no patch in it: no mail has a diff. Send the output of "
			       "git format-patch --stdout.");
	rc = put_in_order(&read, err);
	if (rc < 0)
		return rc;
	mbox_ids_subtract(&read.mbox.references, &read.mbox.messages);
	*ret_mbox = read.mbox;
	read.mbox = (struct mbox){ 0 };
	return 0;
}

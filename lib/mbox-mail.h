/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One mail of an mbox: decoded, and taken apart into headers, commit message and diff. Private to
 * lib/mbox*.c.
 *
 *	CLEANUP(mail_release) struct mail mail = { 0 };
 *	rc = mail_parse(bytes, count, &mail, err);
 *	if (!rc && mail.diff) ... a patch ...
 */
#ifndef RUNWAY_LIB_MBOX_MAIL_H
#define RUNWAY_LIB_MBOX_MAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/mbox.h"

struct mail {
	char *subject; /* as sent, UTF-8, one line; in-body Subject: wins, as do the next three */
	char *author_name;
	char *author_email;
	char *date;
	char *text; /* UTF-8: the body up to "---" or the diff, without in-body headers */
	char *diff; /* NULL when there is none */
	size_t diff_bytes;
	char base_commit[65];	  /* hex; "" when it names none */
	struct mbox_ids messages; /* its own Message-ID */
	struct mbox_ids references;
};

/* -EINVAL with a sentence that does not say which mail it was; the caller adds that. */
int mail_parse(const char *data, size_t bytes, struct mail *ret_mail, struct err *err);
void mail_release(struct mail *mail);

/* The mail without what is not read or may not be parsed; -EINVAL as above. */
int mail_guard(const char *data, size_t bytes, struct buf *ret_mail, struct err *err);

/* Message-ID, In-Reply-To and References of the raw mail. */
void mail_read_ids(const char *data, size_t bytes, struct mail *mail);

/* Decoded text of the mail's parts into headers, text and diff, as `git mailinfo` does. */
int mail_split_text(const char *text, size_t bytes, struct mail *mail, struct err *err);

/* Sets name and email from the value of a From: header; -EINVAL when there is no address in it. */
int mail_set_author(struct mail *mail, const char *value, struct err *err);

/* Valid UTF-8 without control characters, free() it. */
char *mail_clean_line(const char *text);

/* "[PATCH v3 2/5] KVM: x86: foo": what the brackets say and what follows them. */
struct mail_tag {
	bool reply;			 /* starts with Re: */
	unsigned version, number, total; /* version 1 when not said; 0/0 without k/n */
	const char *title;		 /* points into subject */
};

void mail_read_tag(const char *subject, struct mail_tag *ret_tag);

#endif

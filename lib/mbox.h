/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patches in an mbox or a single mail: what `git mailsplit` and `git mailinfo` take out of
 * it. GMime decodes transfer encodings (quoted-printable, base64), character sets and RFC 2047
 * headers.
 *
 *	CLEANUP(mbox_release) struct mbox mbox = { 0 };
 *	rc = mbox_parse(body.data, body.length, &mbox, err);
 *	for (size_t i = 0; i < mbox.count; i++) ... mbox.patches[i].subject ...
 *
 * Cover letters (0/n, or a mail without a diff) are left out of patches; the subject and text
 * of the first are kept. Replies ("Re:") are left out.
 */
#ifndef RUNWAY_LIB_MBOX_H
#define RUNWAY_LIB_MBOX_H

#include <stddef.h>

#include "lib/err.h"

#define MBOX_MAX_BYTES (8 << 20)
#define MBOX_MAX_PATCHES 256
#define MBOX_MAX_REFERENCES 64

struct mbox_patch {
	unsigned number;   /* its place in the series, from 1, after ordering by [PATCH k/n] */
	char *subject;	   /* UTF-8, without "[PATCH …]" */
	char *author_name; /* in-body From: wins, as in git am */
	char *author_email;
	char *date;    /* RFC 5322 as in the mail; "" when missing */
	char *message; /* commit message: subject, blank line, body up to "---" */
	char *diff;    /* from the first "diff --git" (or "--- a/…") on; bytes kept as they are */
	size_t diff_bytes;
};

/* Message-IDs without their "<>", each once. */
struct mbox_ids {
	char **ids;
	size_t count, capacity;
};

struct mbox {
	unsigned version; /* the v3 of [PATCH v3 2/5]; 1 when not said */
	struct mbox_patch *patches;
	size_t count;
	char *cover_subject; /* NULL without a cover letter */
	char *cover_text;
	char *base_commit;	    /* hex, of the base-commit: trailer; NULL without one */
	struct mbox_ids messages;   /* of the cover letter and the patches */
	struct mbox_ids references; /* what they answer, themselves left out */
};

/* -EFBIG past MBOX_MAX_*, -EINVAL when there is no patch in it or one of [k/n] is missing. */
int mbox_parse(const char *data, size_t bytes, struct mbox *ret_mbox, struct err *err);
void mbox_release(struct mbox *mbox);

#endif

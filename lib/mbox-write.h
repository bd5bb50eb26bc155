/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Some of the patches of a parsed mbox as an mbox of their own, numbered anew: what a series would
 * be without the others.
 *
 *	size_t without_second[] = { 0, 2 };
 *	CLEANUP(buf_release) struct buf out = BUF_INIT(2 * MBOX_MAX_BYTES);
 *	mbox_write(&mbox, without_second, 2, &out);
 *
 * Author, date, message, diff and the base's name come back as they are when it is parsed again.
 */
#ifndef RUNWAY_LIB_MBOX_WRITE_H
#define RUNWAY_LIB_MBOX_WRITE_H

#include "lib/buf.h"
#include "lib/mbox.h"

/* which: indices of patches, rising. */
void mbox_write(const struct mbox *mbox, const size_t *which, size_t count, struct buf *out);

#endif

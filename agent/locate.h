/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds where the hunks of one file go and applies them, as `git apply` does: no fuzz, nearest
 * offset first, lines of an earlier hunk never matched again.
 *
 *	uint64_t budget = LOCATE_BUDGET;
 *	CLEANUP(buf_release) struct buf after = BUF_INIT(FILE_MAX_BYTES);
 *	rc = locate_apply(before, bytes, file, &budget, &after, &failure);
 */
#ifndef RUNWAY_AGENT_LOCATE_H
#define RUNWAY_AGENT_LOCATE_H

#include <stddef.h>
#include <stdint.h>

#include "agent/diff.h"
#include "lib/buf.h"

/*
 * Bytes and lines that may be looked at for one series, about a second's worth. A search costs
 * lines times hunk length when a file repeats itself, and a hostile one does.
 */
#define LOCATE_BUDGET (UINT64_C(1) << 30)

struct locate_failure {
	size_t hunk;   /* from 1 */
	unsigned line; /* of the file as it then was, where it was looked for first; from 1 */
};

/*
 * 0 with the new content appended to ret_after; -ESTALE with ret_failure when a hunk has no place,
 * -EFBIG when the content outgrows ret_after, -EDQUOT when the budget is spent.
 */
int locate_apply(const char *before, size_t bytes, const struct diff_file *file, uint64_t *budget,
		 struct buf *ret_after, struct locate_failure *ret_failure);

#endif

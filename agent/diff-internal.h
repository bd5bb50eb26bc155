/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What diff.c, diff-header.c and diff-path.c share: the text line by line, and its parts. */
#ifndef RUNWAY_AGENT_DIFF_INTERNAL_H
#define RUNWAY_AGENT_DIFF_INTERNAL_H

#include <stdbool.h>

#include "agent/diff.h"

struct diff_reader {
	const char *at, *end;	  /* what is left of the text */
	const char *line, *after; /* the line at hand; after its newline */
	const char *stop;	  /* its end without newline and carriage return */
	unsigned number;
};

bool diff_read_line(struct diff_reader *reader); /* false at the end */
void diff_unread_line(struct diff_reader *reader);

/* What follows prefix on the line at hand; NULL when it does not start so. */
const char *diff_line_after(const struct diff_reader *reader, const char *prefix);

/* -EINVAL: "is damaged: WHAT at line N of its diff …". */
int diff_damaged(const struct diff_reader *reader, const char *what, struct err *err);

/*
 * Reads the header of one file, whose first line is at hand; leaves the reader at its hunks.
 * ret_needs_hunks: it had "---" and "+++", so hunks must follow.
 */
int diff_read_header(struct diff_reader *reader, struct diff_file *file, bool *ret_needs_hunks,
		     struct err *err);

/*
 * A path as git quotes it: "a/f\303\251"; text points at the opening quote. free() the answer; NULL
 * when it is not well formed.
 */
char *diff_unquote(const char *text, const char *end, const char **ret_after);

#endif

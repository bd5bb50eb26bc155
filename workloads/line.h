/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of JSON on the way out (docs/formats.md).
 *
 *	struct line line;
 *	line_open(&line, "rep");
 *	line_text(&line, "workload", workload->name);
 *	line_object(&line, "kvm");
 *	line_number(&line, "exits", 12);
 *	line_close(&line, '}');
 *	rc = line_send(&line, STDOUT_FILENO);	// closes, writes at once, releases
 *
 * Keys and texts are escaped; bytes that are not ASCII become \u00XX, so that a line is valid JSON
 * whatever a kernel prints. A line that grows past its maximum is not sent: line_send says -EFBIG.
 */
#ifndef RUNWAY_WORKLOADS_LINE_H
#define RUNWAY_WORKLOADS_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"

#define LINE_MAX_BYTES (64 * 1024)

struct line {
	struct buf buf;
	bool comma; /* something stands before the next member */
	int rc;	    /* the first failure, kept for line_send */
};

void line_open(struct line *line, const char *type);
int line_send(struct line *line, int fd);

/* Members; inside an array key is NULL. */
void line_text(struct line *line, const char *key, const char *value);
void line_number(struct line *line, const char *key, uint64_t value);
void line_signed(struct line *line, const char *key, int64_t value);
void line_address(struct line *line, const char *key, uint64_t value);
void line_bool(struct line *line, const char *key, bool value);
void line_object(struct line *line, const char *key);
void line_array(struct line *line, const char *key);
void line_close(struct line *line, char bracket); /* '}' or ']' */

#endif

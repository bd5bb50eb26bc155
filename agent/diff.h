/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a patch taken apart, as `git apply -p1` reads it: files, hunks, lines. Nothing is
 * copied but the paths; the text must outlive the diff.
 *
 *	CLEANUP(diff_release) struct diff diff = { 0 };
 *	rc = diff_parse(patch->diff, patch->diff_bytes, &diff, err);
 *	for (size_t i = 0; i < diff.count; i++) ... diff.files[i].new_path ...
 *
 * libgit2 has a parser too, but it passes over what it does not know and stops at an empty new
 * file; here what is not understood is refused, and paths are checked as they are read.
 */
#ifndef RUNWAY_AGENT_DIFF_H
#define RUNWAY_AGENT_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

#define DIFF_FILES_MAX 1000	 /* in one patch */
#define DIFF_LINES_MAX (1 << 20) /* of hunks, in one patch */
#define DIFF_PATH_MAX_BYTES 1024

enum diff_kind { DIFF_MODIFY, DIFF_ADD, DIFF_DELETE, DIFF_RENAME, DIFF_COPY };

struct diff_line {
	char kind; /* ' ', '-' or '+' */
	const char *data;
	size_t length; /* with its newline, unless it has none */
};

struct diff_hunk {
	unsigned old_start, old_count, new_start, new_count;
	size_t first_line, count; /* in the file's lines */
	bool ends_in_context;
};

struct diff_file {
	enum diff_kind kind;
	char *old_path;		     /* NULL when added */
	char *new_path;		     /* NULL when deleted */
	unsigned old_mode, new_mode; /* 0100644 or 0100755; 0 when the patch does not say */
	char old_id[41];	     /* hex, maybe abbreviated, from "index a..b"; "" without */
	struct diff_hunk *hunks;
	size_t hunks_count, hunks_capacity;
	struct diff_line *lines;
	size_t lines_count, lines_capacity;
};

struct diff {
	struct diff_file *files;
	size_t count, capacity, lines;
};

/*
 * -EINVAL damaged or of a form that is not taken (binary), -EPERM a path or a mode that is refused,
 * -EFBIG past a limit. err continues the sentence "Patch 1 of 2 ("…") ".
 */
int diff_parse(const char *text, size_t bytes, struct diff *ret_diff, struct err *err);
void diff_release(struct diff *diff);

/* 0, or -EPERM when a path leaves the tree or names git's own files. */
int diff_check_path(const char *path, struct err *err);

#endif

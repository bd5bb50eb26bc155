// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/diff.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/diff-internal.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

bool diff_read_line(struct diff_reader *reader)
{
	const char *newline;

	if (reader->at == reader->end)
		return false;
	newline = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
	reader->line = reader->at;
	reader->after = newline ? newline + 1 : reader->end;
	reader->stop = newline ? newline : reader->end;
	if (reader->stop > reader->line && reader->stop[-1] == '\r')
		reader->stop--;
	reader->at = reader->after;
	reader->number++;
	return true;
}

void diff_unread_line(struct diff_reader *reader)
{
	reader->at = reader->line;
	reader->number--;
}

const char *diff_line_after(const struct diff_reader *reader, const char *prefix)
{
	size_t length = strlen(prefix);

	if ((size_t)(reader->after - reader->line) < length ||
	    memcmp(reader->line, prefix, length) != 0)
		return NULL;
	return reader->line + length;
}

int diff_damaged(const struct diff_reader *reader, const char *what, struct err *err)
{
	return err_set(err, -EINVAL,
		       "is damaged: %s at line %u of its diff. Mail programs wrap lines; send it "
		       "with git send-email, or upload the output of git format-patch.",
		       what, reader->number);
}

static void file_release(struct diff_file *file)
{
	free(file->old_path);
	free(file->new_path);
	free(file->hunks);
	free(file->lines);
	*file = (struct diff_file){ 0 };
}

void diff_release(struct diff *diff)
{
	for (size_t i = 0; i < diff->count; i++)
		file_release(&diff->files[i]);
	free(diff->files);
	*diff = (struct diff){ 0 };
}

/* A number of a hunk header; false when there is none or it is absurd. */
static bool read_number(const char **at, const char *stop, unsigned *ret_value)
{
	unsigned value = 0;
	const char *from = *at;

	for (; *at < stop && isdigit((unsigned char)**at); (*at)++) {
		value = 10 * value + (unsigned)(**at - '0');
		if (value > 100 * 1000 * 1000)
			return false;
	}
	*ret_value = value;
	return *at > from;
}

static bool read_range(const char **at, const char *stop, unsigned *ret_start, unsigned *ret_count)
{
	if (!read_number(at, stop, ret_start))
		return false;
	*ret_count = 1;
	if (*at == stop || **at != ',')
		return true;
	(*at)++;
	return read_number(at, stop, ret_count);
}

static int read_hunk_header(const struct diff_reader *reader, struct diff_hunk *hunk,
			    struct err *err)
{
	const char *at = reader->line + strlen("@@ -");

	if (!read_range(&at, reader->stop, &hunk->old_start, &hunk->old_count) ||
	    reader->stop - at < 2 || at[0] != ' ' || at[1] != '+')
		return diff_damaged(reader, "a bad hunk header", err);
	at += 2;
	if (!read_range(&at, reader->stop, &hunk->new_start, &hunk->new_count) ||
	    reader->stop - at < 3 || memcmp(at, " @@", 3) != 0 ||
	    (!hunk->old_count && !hunk->new_count))
		return diff_damaged(reader, "a bad hunk header", err);
	return 0;
}

/* "\ No newline at end of file", in any language. */
static void drop_newline(struct diff_line *line)
{
	if (line->length && line->data[line->length - 1] == '\n')
		line->length--;
}

static int read_hunk(struct diff_reader *reader, struct diff *diff, struct diff_file *file,
		     struct err *err)
{
	struct diff_hunk hunk = { .first_line = file->lines_count };
	unsigned old, new;
	int rc = read_hunk_header(reader, &hunk, err);

	if (rc < 0)
		return rc;
	old = hunk.old_count;
	new = hunk.new_count;
	while (old || new) {
		struct diff_line line;

		if (!diff_read_line(reader))
			return diff_damaged(reader, "a hunk that ends too early", err);
		if (*reader->line == '\\' && file->lines_count > hunk.first_line) {
			drop_newline(&file->lines[file->lines_count - 1]);
			continue;
		}
		/* Some programs drop the space of an empty context line. */
		line.kind = *reader->line == '\n' ? ' ' : *reader->line;
		line.data = reader->line + (*reader->line != '\n');
		line.length = (size_t)(reader->after - line.data);
		if ((line.kind != ' ' && line.kind != '-' && line.kind != '+') ||
		    (line.kind != '+' && !old) || (line.kind != '-' && !new))
			return diff_damaged(reader, "a hunk whose lines do not add up", err);
		if (++diff->lines > DIFF_LINES_MAX)
			return err_set(err, -EFBIG, "has more than %d lines of hunks.",
				       DIFF_LINES_MAX);
		old -= line.kind != '+';
		new -= line.kind != '-';
		hunk.ends_in_context = line.kind == ' ';
		ARRAY_GROW(file->lines, file->lines_count, file->lines_capacity);
		file->lines[file->lines_count++] = line;
	}
	if (diff_read_line(reader)) {
		if (*reader->line == '\\')
			drop_newline(&file->lines[file->lines_count - 1]);
		else
			diff_unread_line(reader);
	}
	hunk.count = file->lines_count - hunk.first_line;
	ARRAY_GROW(file->hunks, file->hunks_count, file->hunks_capacity);
	file->hunks[file->hunks_count++] = hunk;
	return 0;
}

static int read_file(struct diff_reader *reader, struct diff *diff, struct err *err)
{
	struct diff_file *file;
	bool needs_hunks = false;
	int rc;

	if (diff->count == DIFF_FILES_MAX)
		return err_set(err, -EFBIG, "changes more than %d files.", DIFF_FILES_MAX);
	ARRAY_GROW(diff->files, diff->count, diff->capacity);
	file = &diff->files[diff->count++];
	*file = (struct diff_file){ 0 };
	rc = diff_read_header(reader, file, &needs_hunks, err);
	while (!rc && diff_read_line(reader)) {
		if (!diff_line_after(reader, "@@ -")) {
			diff_unread_line(reader);
			break;
		}
		rc = read_hunk(reader, diff, file, err);
	}
	if (!rc && needs_hunks && !file->hunks_count)
		return diff_damaged(reader, "a file without hunks", err);
	return rc;
}

/* A file by a "--- " line alone, as diff -u writes it: only when "+++ " follows. */
static bool starts_plain_file(const struct diff_reader *reader)
{
	return diff_line_after(reader, "--- ") && reader->end - reader->at > 4 &&
	       memcmp(reader->at, "+++ ", 4) == 0;
}

int diff_parse(const char *text, size_t bytes, struct diff *ret_diff, struct err *err)
{
	CLEANUP(diff_release) struct diff diff = { 0 };
	struct diff_reader reader = { .at = text, .end = text + bytes };
	int rc;

	while (diff_read_line(&reader)) {
		if (diff_line_after(&reader, "@@ -"))
			return diff_damaged(&reader, "a hunk that belongs to no file", err);
		if (!diff_line_after(&reader, "diff --git ") && !starts_plain_file(&reader))
			continue;
		rc = read_file(&reader, &diff, err);
		if (rc < 0)
			return rc;
	}
	if (!diff.count)
		return err_set(err, -EINVAL, "has no change to a file in it.");
	*ret_diff = diff;
	diff = (struct diff){ 0 };
	return 0;
}

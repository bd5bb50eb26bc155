// SPDX-License-Identifier: GPL-2.0-or-later
/* The header lines of one file in a patch: what happens to which path. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/diff-internal.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

/* "a/kernel/x.c" without its first component; an absolute path stays, to be refused as one. */
static char *strip_component(char *path)
{
	char *slash = strchr(path, '/');

	if (slash && slash != path)
		memmove(path, slash + 1, strlen(slash));
	else if (!slash)
		*path = '\0';
	return path;
}

/* The path on a "--- ", "+++ " or "rename from " line; up to a tab, which git and diff add. */
static char *read_path(const struct diff_reader *reader, const char *text)
{
	const char *tab, *after;

	if (text < reader->stop && *text == '"')
		return diff_unquote(text, reader->stop, &after);
	tab = memchr(text, '\t', (size_t)(reader->stop - text));
	return xstrndup(text, (size_t)((tab ? tab : reader->stop) - text));
}

/*
 * "diff --git a/X b/X" names a file only when both are the same; a rename says its paths in lines
 * of their own. free() it; NULL when they differ.
 */
static char *read_git_names(const struct diff_reader *reader, const char *text)
{
	CLEANUP(free_ptr) char *old = NULL;
	CLEANUP(free_ptr) char *new = NULL;
	size_t length = (size_t)(reader->stop - text);
	const char *after;

	if (length && *text == '"') {
		old = diff_unquote(text, reader->stop, &after);
		if (!old || after == reader->stop || after + 1 == reader->stop || after[1] != '"')
			return NULL;
		new = diff_unquote(after + 1, reader->stop, &after);
	} else if (length % 2 && text[length / 2] == ' ') {
		old = xstrndup(text, length / 2);
		new = xstrndup(text + length / 2 + 1, length / 2);
	}
	if (!old || !new)
		return NULL;
	strip_component(old);
	strip_component(new);
	return strcmp(old, new) == 0 ? TAKE(old) : NULL;
}

/* What the header lines of one file said, before it is known what they add up to. */
struct header {
	char *name;	    /* from "diff --git" */
	char *minus, *plus; /* from "--- " and "+++ ", stripped; NULL for /dev/null or none */
	char *from, *to;    /* rename or copy */
	bool has_minus, has_plus, added, deleted, copied, binary;
	unsigned old_mode, new_mode;
	char old_id[41];
};

static void header_release(struct header *header)
{
	free(header->name);
	free(header->minus);
	free(header->plus);
	free(header->from);
	free(header->to);
}

static int read_mode(const struct diff_reader *reader, const char *text, unsigned *ret_mode,
		     struct err *err)
{
	unsigned mode = 0;

	for (; text < reader->stop && *text >= '0' && *text <= '7' && mode < 01000000; text++)
		mode = 8 * mode + (unsigned)(*text - '0');
	switch (mode & 0170000) {
	case 0100000:
		*ret_mode = mode & 0100 ? 0100755 : 0100644;
		return 0;
	case 0120000:
		return err_set(err, -EPERM, "is refused: it adds or changes a symbolic link.");
	case 0160000:
		return err_set(err, -EPERM, "is refused: it adds or changes a submodule.");
	default:
		return diff_damaged(reader, "an unknown file mode", err);
	}
}

/* "index 0123456..89abcde 100644": the mode there is the old one, and a link's is refused. */
static int read_index(const struct diff_reader *reader, const char *text, struct header *header,
		      struct err *err)
{
	size_t length = 0;
	const char *space = memchr(text, ' ', (size_t)(reader->stop - text));
	unsigned mode;

	while (text + length < reader->stop && length < 40 && isxdigit((unsigned char)text[length]))
		length++;
	memcpy(header->old_id, text, length);
	header->old_id[length] = '\0';
	return space ? read_mode(reader, space + 1, &mode, err) : 0;
}

static int take_path(const struct diff_reader *reader, const char *text, bool strip, char **field,
		     struct err *err)
{
	char *path = read_path(reader, text);

	if (!path)
		return diff_damaged(reader, "a badly quoted path", err);
	free(*field);
	*field = NULL;
	if (strip && strcmp(path, "/dev/null") == 0) {
		free(path);
		return 0;
	}
	*field = strip ? strip_component(path) : path;
	return 0;
}

enum header_line { HEADER_TAKEN, HEADER_ENDED };

/* HEADER_TAKEN, HEADER_ENDED when the line is not one of a header, or an error. */
static int take_header_line(const struct diff_reader *reader, struct header *header,
			    struct err *err)
{
	const char *text;

	if ((text = diff_line_after(reader, "--- "))) {
		header->has_minus = true;
		return take_path(reader, text, true, &header->minus, err);
	}
	if ((text = diff_line_after(reader, "+++ "))) {
		header->has_plus = true;
		return take_path(reader, text, true, &header->plus, err);
	}
	if ((text = diff_line_after(reader, "index ")))
		return read_index(reader, text, header, err);
	if ((text = diff_line_after(reader, "old mode ")))
		return read_mode(reader, text, &header->old_mode, err);
	if ((text = diff_line_after(reader, "new mode ")))
		return read_mode(reader, text, &header->new_mode, err);
	if ((text = diff_line_after(reader, "new file mode "))) {
		header->added = true;
		return read_mode(reader, text, &header->new_mode, err);
	}
	if ((text = diff_line_after(reader, "deleted file mode "))) {
		unsigned mode;

		/* A link may go; only coming is refused, so its mode is not looked at. */
		header->deleted = true;
		return read_mode(reader, text, &mode, NULL) == -EINVAL
			       ? diff_damaged(reader, "an unknown file mode", err)
			       : 0;
	}
	if ((text = diff_line_after(reader, "rename from ")))
		return take_path(reader, text, false, &header->from, err);
	if ((text = diff_line_after(reader, "rename to ")))
		return take_path(reader, text, false, &header->to, err);
	if ((text = diff_line_after(reader, "copy from "))) {
		header->copied = true;
		return take_path(reader, text, false, &header->from, err);
	}
	if ((text = diff_line_after(reader, "copy to ")))
		return take_path(reader, text, false, &header->to, err);
	if (diff_line_after(reader, "similarity index ") ||
	    diff_line_after(reader, "dissimilarity index "))
		return HEADER_TAKEN;
	if (diff_line_after(reader, "GIT binary patch") || diff_line_after(reader, "Binary files "))
		header->binary = true;
	return HEADER_ENDED;
}

static bool same(const char *left, const char *right)
{
	return left && right && strcmp(left, right) == 0;
}

/* Decides what the header lines mean; they must agree with each other. */
static int file_from_header(const struct diff_reader *reader, struct header *header,
			    struct diff_file *file, struct err *err)
{
	const char *name = header->plus ? header->plus : header->minus;

	if (header->has_minus != header->has_plus)
		return diff_damaged(reader, "a --- without its +++", err);
	if (header->has_minus && !header->minus && !header->plus)
		return diff_damaged(reader, "a file that is /dev/null on both sides", err);
	if (!name)
		name = header->name;
	if (header->name && name && strcmp(header->name, name) != 0)
		return diff_damaged(reader, "a file with two names", err);
	if (header->from || header->to) {
		if (!header->from || !header->to || header->added || header->deleted ||
		    (header->has_minus &&
		     (!same(header->minus, header->from) || !same(header->plus, header->to))))
			return diff_damaged(reader, "a rename that contradicts itself", err);
		file->kind = header->copied ? DIFF_COPY : DIFF_RENAME;
		file->old_path = TAKE(header->from);
		file->new_path = TAKE(header->to);
	} else if (!name) {
		return diff_damaged(reader, "a file without a name", err);
	} else if (header->added || (header->has_minus && !header->minus)) {
		if (header->deleted || header->minus)
			return diff_damaged(reader, "a new file that is there before", err);
		file->kind = DIFF_ADD;
		file->new_path = xstrdup(name);
	} else if (header->deleted || (header->has_plus && !header->plus)) {
		if (header->plus)
			return diff_damaged(reader, "a deleted file that is there after", err);
		file->kind = DIFF_DELETE;
		file->old_path = xstrdup(name);
	} else {
		if (header->has_minus && !same(header->minus, header->plus))
			return diff_damaged(reader, "a file with two names", err);
		file->kind = DIFF_MODIFY;
		file->old_path = xstrdup(name);
		file->new_path = xstrdup(name);
	}
	file->old_mode = header->old_mode;
	file->new_mode = header->new_mode;
	memcpy(file->old_id, header->old_id, sizeof(file->old_id));
	if (header->binary)
		return err_set(err, -EINVAL,
			       "has a binary change (%.200s); only text can be applied.",
			       name ? name : file->new_path);
	return 0;
}

static int check_paths(const struct diff_file *file, struct err *err)
{
	int rc = file->old_path ? diff_check_path(file->old_path, err) : 0;

	return rc < 0 || !file->new_path ? rc : diff_check_path(file->new_path, err);
}

int diff_read_header(struct diff_reader *reader, struct diff_file *file, bool *ret_needs_hunks,
		     struct err *err)
{
	CLEANUP(header_release) struct header header = { 0 };
	const char *text = diff_line_after(reader, "diff --git ");
	int rc = HEADER_TAKEN;

	if (text)
		header.name = read_git_names(reader, text);
	else
		diff_unread_line(reader);
	/* After "+++" come hunks: a second pair belongs to a file of its own. */
	while (rc == HEADER_TAKEN && !header.has_plus && diff_read_line(reader)) {
		rc = take_header_line(reader, &header, err);
		if (rc == HEADER_ENDED)
			diff_unread_line(reader);
	}
	if (rc < 0)
		return rc;
	*ret_needs_hunks = header.has_minus;
	rc = file_from_header(reader, &header, file, err);
	return rc < 0 ? rc : check_paths(file, err);
}

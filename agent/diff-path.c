// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths in patches: which are refused, and how git quotes them. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "agent/diff-internal.h"
#include "lib/alloc.h"

#define NAME_MAX_BYTES 255
#define DEPTH_MAX 32

/* ".git" as any file system would take it: other case, NTFS's short name, trailing dots. */
static bool is_git_folder(const char *name, size_t length)
{
	if (length >= 5 && !strncasecmp(name, "git~1", 5))
		return true;
	if (length < 4 || strncasecmp(name, ".git", 4))
		return false;
	for (size_t i = 4; i < length; i++) {
		if (name[i] != '.' && name[i] != ' ')
			return name[i] == ':';
	}
	return true;
}

static int refuse(const char *path, const char *why, struct err *err)
{
	return err_set(err, -EPERM, "is refused: %s \"%.200s\".", why, path);
}

int diff_check_path(const char *path, struct err *err)
{
	unsigned depth = 0;

	if (!*path)
		return err_set(err, -EPERM, "is refused: it names a file with an empty path.");
	if (*path == '/')
		return refuse(path, "an absolute path,", err);
	if (strlen(path) > DIFF_PATH_MAX_BYTES)
		return refuse(path, "the path is too long,", err);
	for (const char *at = path; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return err_set(err, -EPERM,
				       "is refused: a path has control characters in it.");
		if (*at == '\\')
			return refuse(path, "a backslash in the path", err);
	}
	for (const char *name = path;; depth++) {
		size_t length = strcspn(name, "/");

		if (!length || length > NAME_MAX_BYTES || depth == DEPTH_MAX)
			return refuse(path, "not a path of a source tree,", err);
		if (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')))
			return refuse(path, "\".\" or \"..\" in the path", err);
		if (is_git_folder(name, length))
			return refuse(path, "git's own folder in the path", err);
		if (!name[length])
			return 0;
		name += length + 1;
	}
}

static bool read_octal(const char *at, const char *end, char *ret_byte)
{
	unsigned value = 0;

	if (end - at < 3)
		return false;
	for (int i = 0; i < 3; i++) {
		if (at[i] < '0' || at[i] > '7')
			return false;
		value = 8 * value + (unsigned)(at[i] - '0');
	}
	*ret_byte = (char)value;
	return value && value < 256;
}

char *diff_unquote(const char *text, const char *end, const char **ret_after)
{
	static const char letters[] = "abtnvfr\"\\", bytes[] = "\a\b\t\n\v\f\r\"\\";
	char *path = xmalloc((size_t)(end - text));
	size_t length = 0;

	for (const char *at = text + 1; at < end; at++) {
		const char *letter;

		if (*at == '"') {
			path[length] = '\0';
			*ret_after = at + 1;
			return path;
		}
		if (*at != '\\') {
			path[length++] = *at;
			continue;
		}
		if (++at == end)
			break;
		letter = *at ? strchr(letters, *at) : NULL;
		if (letter) {
			path[length++] = bytes[letter - letters];
		} else if (read_octal(at, end, &path[length])) {
			length++;
			at += 2;
		} else {
			break;
		}
	}
	free(path);
	return NULL;
}

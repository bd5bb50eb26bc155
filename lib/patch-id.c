// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/patch-id.h"

#include <stdbool.h>
#include <string.h>

#include "lib/hunk.h"

/* Lines outside of hunks that say what becomes of a file. To add one: a row. Sorted. */
static const char *const kept[] = {
	"+++ ",	       "--- ",		 "copy from ", "copy to ",  "deleted file mode ",
	"diff --git ", "new file mode ", "new mode ",  "old mode ", "rename from ",
	"rename to ",
};

static bool is_kept(const char *line, size_t length)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		size_t prefix = strlen(kept[i]);

		if (length >= prefix && !memcmp(line, kept[i], prefix))
			return true;
	}
	return false;
}

void patch_id(const char *diff, size_t bytes, char ret_id[SHA256_HEX_BYTES])
{
	const char *end = diff + bytes;
	struct hunk hunk = { 0 };
	struct sha256 hash;

	sha256_begin(&hash);
	for (const char *line = diff; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t length = (size_t)((newline ? newline + 1 : end) - line);

		if (hunk_is_open(&hunk)) {
			hunk_take(&hunk, line);
			sha256_add(&hash, line, length);
		} else if (hunk_begin(&hunk, line, length)) {
			sha256_add(&hash, "@@\n", 3);
		} else if (*line == '\\' || is_kept(line, length)) {
			sha256_add(&hash, line, length);
		}
		line += length;
	}
	sha256_end(&hash, ret_id);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/locate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

struct image_line {
	const char *data;
	uint32_t length;
	bool patched; /* written by an earlier hunk */
};

struct image {
	struct image_line *lines;
	size_t count, capacity;
	uint64_t *budget;
};

static void image_release(struct image *image)
{
	free(image->lines);
}

static bool spend(struct image *image, uint64_t cost)
{
	if (*image->budget < cost) {
		*image->budget = 0;
		return false;
	}
	*image->budget -= cost;
	return true;
}

static int image_fill(struct image *image, const char *data, size_t bytes)
{
	const char *end = data + bytes;

	if (!spend(image, bytes))
		return -EDQUOT;
	while (data < end) {
		const char *newline = memchr(data, '\n', (size_t)(end - data));
		const char *after = newline ? newline + 1 : end;

		ARRAY_GROW(image->lines, image->count, image->capacity);
		image->lines[image->count++] =
			(struct image_line){ .data = data, .length = (uint32_t)(after - data) };
		data = after;
	}
	return 0;
}

/* The hunk's own sides, as arrays of lines. */
struct sides {
	const struct diff_line **old, **new;
	size_t old_count, new_count;
};

static void sides_release(struct sides *sides)
{
	free(sides->old);
	free(sides->new);
}

static void sides_fill(struct sides *sides, const struct diff_file *file,
		       const struct diff_hunk *hunk)
{
	sides->old = xcalloc(hunk->count, sizeof(*sides->old));
	sides->new = xcalloc(hunk->count, sizeof(*sides->new));
	for (size_t i = 0; i < hunk->count; i++) {
		const struct diff_line *line = &file->lines[hunk->first_line + i];

		if (line->kind != '+')
			sides->old[sides->old_count++] = line;
		if (line->kind != '-')
			sides->new[sides->new_count++] = line;
	}
}

/* 1 when the old side is at this line, 0 when not, -EDQUOT. */
static int matches(struct image *image, const struct sides *sides, size_t at)
{
	if (!spend(image, 1))
		return -EDQUOT;
	for (size_t i = 0; i < sides->old_count; i++) {
		const struct image_line *line = &image->lines[at + i];
		const struct diff_line *want = sides->old[i];

		if (!spend(image, 1 + (line->length == want->length ? line->length : 0)))
			return -EDQUOT;
		if (line->patched || line->length != want->length ||
		    memcmp(line->data, want->data, want->length) != 0)
			return 0;
	}
	return 1;
}

/*
 * Line by line away from where the hunk says, one down, one up. A hunk that says it is at the top
 * must be at the top, and one without context after its last change must be at the end: else a
 * short hunk would match anywhere.
 */
static int find(struct image *image, const struct sides *sides, const struct diff_hunk *hunk,
		size_t *ret_at)
{
	size_t wanted = hunk->new_start ? hunk->new_start - 1 : 0;
	size_t last;
	int rc;

	if (sides->old_count > image->count)
		return -ESTALE;
	last = image->count - sides->old_count;
	if (hunk->old_start <= 1) {
		if (!hunk->ends_in_context && last != 0)
			return -ESTALE;
		wanted = last = 0;
	} else if (!hunk->ends_in_context) {
		*ret_at = last;
		rc = matches(image, sides, last);
		return rc == 1 ? 0 : rc < 0 ? rc : -ESTALE;
	}
	if (wanted > last)
		wanted = last;
	for (size_t distance = 0; distance <= wanted || distance <= last - wanted; distance++) {
		/* Down first: git apply's order, so that ties fall the same way. */
		for (int up = 0; up < (distance ? 2 : 1); up++) {
			if (up ? distance > wanted : distance > last - wanted)
				continue;
			*ret_at = up ? wanted - distance : wanted + distance;
			rc = matches(image, sides, *ret_at);
			if (rc)
				return rc < 0 ? rc : 0;
		}
	}
	return -ESTALE;
}

static int replace(struct image *image, const struct sides *sides, size_t at)
{
	size_t tail = image->count - at - sides->old_count;
	size_t count = at + sides->new_count + tail;

	if (!spend(image, tail + sides->new_count))
		return -EDQUOT;
	if (count > image->capacity) {
		image->capacity = count + count / 2;
		image->lines = xreallocarray(image->lines, image->capacity, sizeof(*image->lines));
	}
	if (tail)
		memmove(&image->lines[at + sides->new_count], &image->lines[at + sides->old_count],
			tail * sizeof(*image->lines));
	for (size_t i = 0; i < sides->new_count; i++)
		image->lines[at + i] = (struct image_line){
			.data = sides->new[i]->data,
			.length = (uint32_t)sides->new[i]->length,
			.patched = true,
		};
	image->count = count;
	return 0;
}

int locate_apply(const char *before, size_t bytes, const struct diff_file *file, uint64_t *budget,
		 struct buf *ret_after, struct locate_failure *ret_failure)
{
	CLEANUP(image_release) struct image image = { .budget = budget };
	size_t at = 0;
	int rc;

	if (bytes > UINT32_MAX)
		return -EFBIG;
	rc = image_fill(&image, before, bytes);
	for (size_t i = 0; !rc && i < file->hunks_count; i++) {
		CLEANUP(sides_release) struct sides sides = { 0 };
		const struct diff_hunk *hunk = &file->hunks[i];

		sides_fill(&sides, file, hunk);
		rc = find(&image, &sides, hunk, &at);
		if (!rc)
			rc = replace(&image, &sides, at);
		if (rc == -ESTALE)
			*ret_failure = (struct locate_failure){
				.hunk = i + 1, .line = hunk->new_start ? hunk->new_start : 1
			};
	}
	for (size_t i = 0; !rc && i < image.count; i++)
		rc = buf_append(ret_after, image.lines[i].data, image.lines[i].length);
	return rc;
}

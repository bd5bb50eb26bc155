// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/path-file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* Bodies, and the records around them. */
#define FILE_MAX_BYTES                                                                             \
	(EXIT_PATH_BODIES_MAX_BYTES + sizeof(struct exit_path_header) +                            \
	 EXIT_PATH_KEYS_MAX * (sizeof(struct exit_path_key) +                                      \
			       EXIT_PATH_PATHS_MAX * sizeof(struct exit_path_record)))

struct cursor {
	const char *at, *end;
};

/* The next count items, or NULL when the file has fewer. All parts of the format are multiples of
 * eight bytes, so they stay aligned. */
static const void *take(struct cursor *cursor, uint64_t count, size_t bytes)
{
	const char *here = cursor->at;

	if (count > (uint64_t)(cursor->end - here) / bytes)
		return NULL;
	cursor->at += count * bytes;
	return here;
}

static bool stores_make_sense(const struct path_file_path *path)
{
	uint32_t before = 1;

	for (uint64_t i = 0; i < path->totals.stores; i++) {
		const struct exit_path_store *store = &path->stores[i];

		if (store->index < before || store->index > path->totals.length || !store->bytes ||
		    store->bytes > 64 || store->address > UINT64_MAX - store->bytes)
			return false;
		before = store->index;
	}
	return true;
}

static bool read_path(struct cursor *cursor, struct path_file_path *ret_path)
{
	const struct exit_path_record *record = take(cursor, 1, sizeof(*record));

	if (!record || record->length > EXIT_PATH_INSTRUCTIONS_MAX ||
	    (record->pcs && record->pcs != record->length) || (!record->pcs && record->stores))
		return false;
	ret_path->totals = *record;
	ret_path->pcs = take(cursor, record->pcs, sizeof(*ret_path->pcs));
	ret_path->stores = take(cursor, record->stores, sizeof(*ret_path->stores));
	return ret_path->pcs && ret_path->stores && stores_make_sense(ret_path);
}

static bool read_key(struct cursor *cursor, struct path_file_key *ret_key)
{
	const struct exit_path_key *totals = take(cursor, 1, sizeof(*totals));
	uint64_t exits;

	if (!totals || totals->paths > EXIT_PATH_PATHS_MAX || totals->exits > UINT32_MAX ||
	    totals->warm_up > UINT32_MAX || totals->paths_overflow > UINT32_MAX ||
	    totals->too_long > UINT32_MAX)
		return false;
	ret_key->totals = *totals;
	ret_key->paths = xcalloc(totals->paths + 1, sizeof(*ret_key->paths));
	exits = totals->warm_up + totals->paths_overflow + totals->too_long;
	for (uint64_t i = 0; i < totals->paths; i++) {
		struct path_file_path *path = &ret_key->paths[i];

		if (!read_path(cursor, path) || path->totals.count > UINT32_MAX)
			return false;
		exits += path->totals.count;
	}
	return exits == totals->exits;
}

static bool parse(struct path_file *file)
{
	struct cursor cursor = { file->content.data, file->content.data + file->content.length };
	const struct exit_path_header *header = take(&cursor, 1, sizeof(*header));

	if (!header || header->magic != EXIT_PATH_MAGIC || header->keys > EXIT_PATH_KEYS_MAX)
		return false;
	file->totals = *header;
	file->keys = xcalloc(header->keys + 1, sizeof(*file->keys));
	for (file->count = 0; file->count < header->keys; file->count++)
		if (!read_key(&cursor, &file->keys[file->count]))
			return false;
	return cursor.at == cursor.end;
}

int path_file_read(const char *path, struct path_file *ret_file, struct err *err)
{
	CLEANUP(path_file_release) struct path_file file = { .content = BUF_INIT(FILE_MAX_BYTES) };
	int rc = file_read(path, &file.content, err);

	if (rc < 0)
		return rc;
	if (!parse(&file))
		return err_set(err, -EINVAL,
			       "%s is not a complete record of exit paths; was the emulator ended "
			       "before it could write it?",
			       path);
	*ret_file = file;
	file = (struct path_file){ .content = BUF_INIT(0) };
	return 0;
}

void path_file_release(struct path_file *file)
{
	/* The key that parsing stopped at has paths too. */
	for (size_t i = 0; file->keys && i < file->totals.keys; i++)
		free(file->keys[i].paths);
	free(file->keys);
	buf_release(&file->content);
	file->keys = NULL;
	file->count = 0;
}

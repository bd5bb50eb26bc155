// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/path-table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct path {
	struct exit_path_record record;
	uint64_t *pcs; /* NULL when the body is not kept */
	struct exit_path_store *stores;
	bool dropped; /* there was no room for the body */
};

struct path_key {
	struct exit_path_key totals;
	struct path *paths;
	size_t last; /* the path that the last exit took: most exits take it again */
};

static void *allocate(size_t count, size_t bytes)
{
	void *memory = calloc(count, bytes);

	if (!memory)
		abort();
	return memory;
}

void path_table_init(struct path_table *table, uint64_t warm_up)
{
	*table = (struct path_table){
		.totals = { .magic = EXIT_PATH_MAGIC, .warm_up = warm_up },
		.keys = allocate(EXIT_PATH_KEYS_MAX, sizeof(struct path_key)),
		.pcs = allocate(EXIT_PATH_INSTRUCTIONS_MAX, sizeof(uint64_t)),
		.stores = allocate(EXIT_PATH_STORES_MAX, sizeof(struct exit_path_store)),
	};
}

void path_table_release(struct path_table *table)
{
	for (size_t i = 0; i < table->totals.keys; i++) {
		struct path_key *key = &table->keys[i];

		for (size_t k = 0; k < key->totals.paths; k++) {
			free(key->paths[k].pcs);
			free(key->paths[k].stores);
		}
		free(key->paths);
	}
	free(table->keys);
	free(table->pcs);
	free(table->stores);
	memset(table, 0, sizeof(*table));
}

static struct path_key *find_key(struct path_table *table, uint64_t guest_pc)
{
	struct path_key *key;

	for (size_t i = 0; i < table->totals.keys; i++)
		if (table->keys[i].totals.guest_pc == guest_pc)
			return &table->keys[i];
	if (table->totals.keys == EXIT_PATH_KEYS_MAX)
		return NULL;
	key = &table->keys[table->totals.keys++];
	key->totals.guest_pc = guest_pc;
	key->paths = allocate(EXIT_PATH_PATHS_MAX, sizeof(struct path));
	return key;
}

static bool is_current(const struct path_table *table, const struct path *path)
{
	return path->record.hash == table->hash && path->record.length == table->length;
}

static struct path *find_path(struct path_table *table, struct path_key *key)
{
	if (key->totals.paths && is_current(table, &key->paths[key->last]))
		return &key->paths[key->last];
	for (key->last = 0; key->last < key->totals.paths; key->last++)
		if (is_current(table, &key->paths[key->last]))
			return &key->paths[key->last];
	if (key->totals.paths == EXIT_PATH_PATHS_MAX) {
		key->last = 0;
		return NULL;
	}
	key->totals.paths++;
	key->paths[key->last].record =
		(struct exit_path_record){ .hash = table->hash, .length = table->length };
	return &key->paths[key->last];
}

static void keep_body(struct path_table *table, struct path *path)
{
	uint64_t bytes = table->length * sizeof(uint64_t) +
			 table->stores_count * sizeof(struct exit_path_store);

	if (bytes > EXIT_PATH_BODIES_MAX_BYTES - table->bodies_bytes) {
		path->dropped = true;
		table->totals.bodies_overflow++;
		return;
	}
	table->bodies_bytes += bytes;
	path->pcs = allocate(table->length + 1, sizeof(uint64_t));
	path->stores = allocate(table->stores_count + 1, sizeof(struct exit_path_store));
	memcpy(path->pcs, table->pcs, table->length * sizeof(uint64_t));
	memcpy(path->stores, table->stores, table->stores_count * sizeof(struct exit_path_store));
	path->record.stores = table->stores_count;
}

void path_end(struct path_table *table, uint64_t guest_pc)
{
	struct path_key *key = find_key(table, guest_pc);
	struct path *path;

	table->totals.exits++;
	if (!key) {
		table->totals.keys_overflow++;
		return;
	}
	key->totals.exits++;
	if (key->totals.warm_up < table->totals.warm_up) {
		key->totals.warm_up++;
		return;
	}
	if (table->too_long) {
		key->totals.too_long++;
		return;
	}
	path = find_path(table, key);
	if (!path) {
		key->totals.paths_overflow++;
		return;
	}
	path->record.count++;
	/* A path seen once is most often an interrupt in the middle: only the first of a key, and
	 * what comes again, is worth the memory. */
	if (!path->pcs && !path->dropped && (path->record.count > 1 || key->totals.paths == 1))
		keep_body(table, path);
}

static int by_count(const void *a, const void *b)
{
	const struct path *left = a, *right = b;

	return left->record.count < right->record.count	  ? 1
	       : left->record.count > right->record.count ? -1
							  : 0;
}

static int put(FILE *file, const void *data, size_t bytes, size_t count)
{
	return !count || fwrite(data, bytes, count, file) == count ? 0 : -EIO;
}

static int write_key(struct path_key *key, FILE *file)
{
	int rc = put(file, &key->totals, sizeof(key->totals), 1);

	qsort(key->paths, key->totals.paths, sizeof(*key->paths), by_count);
	key->last = 0;
	for (size_t i = 0; i < key->totals.paths && !rc; i++) {
		const struct path *path = &key->paths[i];
		struct exit_path_record record = path->record;
		bool body = path->pcs && i < EXIT_PATH_WRITTEN_MAX;

		record.pcs = body ? record.length : 0;
		record.stores = body ? record.stores : 0;
		rc = put(file, &record, sizeof(record), 1);
		if (!rc)
			rc = put(file, path->pcs, sizeof(uint64_t), record.pcs);
		if (!rc)
			rc = put(file, path->stores, sizeof(struct exit_path_store), record.stores);
	}
	return rc;
}

int path_table_write(struct path_table *table, FILE *file)
{
	int rc = put(file, &table->totals, sizeof(table->totals), 1);

	for (size_t i = 0; i < table->totals.keys && !rc; i++)
		rc = write_key(&table->keys[i], file);
	return rc;
}

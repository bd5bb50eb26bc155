// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A version against the one before it, patch by patch, as `git range-diff` pairs them: first by
 * what they change, then by their subjects. Unlike range-diff it does not pair patches that have
 * neither in common; those are new and dropped.
 */
#include <string.h>

#include "lib/alloc.h"
#include "server/series.h"

struct old_patch {
	int64_t number;
	char *subject, *id; /* id NULL: it was stored before ids were */
	bool taken;
};

struct old_patches {
	struct old_patch *items;
	size_t count, capacity;
};

static void old_release(struct old_patches *old)
{
	for (size_t i = 0; i < old->count; i++) {
		free(old->items[i].subject);
		free(old->items[i].id);
	}
	free(old->items);
}

static void read_old(struct db_conn *conn, int64_t series, struct old_patches *old)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_PATCH_IDS, db_int(series));

	while (rows_next(&rows)) {
		ARRAY_GROW(old->items, old->count, old->capacity);
		old->items[old->count++] = (struct old_patch){ .number = rows_int(&rows, 0),
							       .subject = rows_copy(&rows, 1),
							       .id = rows_copy(&rows, 2) };
	}
}

static struct old_patch *find_id(struct old_patches *old, const char *id)
{
	for (size_t i = 0; i < old->count; i++) {
		struct old_patch *one = &old->items[i];

		if (!one->taken && one->id && id && !strcmp(one->id, id))
			return one;
	}
	return NULL;
}

static struct old_patch *find_subject(struct old_patches *old, const char *subject)
{
	for (size_t i = 0; i < old->count; i++)
		if (!old->items[i].taken && !strcmp(old->items[i].subject, subject))
			return &old->items[i];
	return NULL;
}

static void pair(struct patch *patch, struct old_patch *with, const char *change)
{
	if (!with)
		return;
	with->taken = true;
	patch->was = with->number;
	patch->change = change;
}

static void pair_all(const struct old_patches *now, struct old_patches *old, struct series *series)
{
	for (size_t i = 0; i < series->patches_count && i < now->count; i++)
		pair(&series->patches[i], find_id(old, now->items[i].id), "unchanged");
	for (size_t i = 0; i < series->patches_count; i++) {
		struct patch *patch = &series->patches[i];

		if (!patch->change)
			pair(patch, find_subject(old, patch->subject), "changed");
		if (!patch->change)
			patch->change = "new";
	}
}

static void name_previous(struct db_conn *conn, struct series *series)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_SERIES_FIND, db_int(series->previous));

	if (!rows_next(&rows))
		return;
	series->previous_name = rows_copy(&rows, 1);
	series->previous_version = rows_int(&rows, 2);
}

void series_compare(struct db_conn *conn, struct series *series)
{
	CLEANUP(old_release) struct old_patches now = { 0 };
	CLEANUP(old_release) struct old_patches old = { 0 };

	if (!series->previous)
		return;
	name_previous(conn, series);
	read_old(conn, series->id, &now);
	read_old(conn, series->previous, &old);
	pair_all(&now, &old, series);
	for (size_t i = 0; i < old.count; i++) {
		if (old.items[i].taken)
			continue;
		ARRAY_GROW(series->dropped, series->dropped_count, series->dropped_capacity);
		series->dropped[series->dropped_count++] =
			(struct patch_dropped){ old.items[i].number, TAKE(old.items[i].subject) };
	}
}

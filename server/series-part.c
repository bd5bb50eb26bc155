// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/series-part.h"

#include <string.h>

#include "lib/alloc.h"
#include "lib/mbox-write.h"

void series_parts_release(struct series_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		series_draft_release(&parts->all[i].draft);
	free(parts->all);
	*parts = (struct series_parts){ 0 };
}

/* A name that does not fit loses its end, never the part's number. */
static void name_part(const char *whole, const struct series_part *part, char *ret_name)
{
	char suffix[24];

	snprintf(suffix, sizeof(suffix), part->without ? "-without-%zu" : "-%zu", part->number);
	snprintf(ret_name, SERIES_NAME_MAX + 1, "%.*s%s", (int)(SERIES_NAME_MAX - strlen(suffix)),
		 whole, suffix);
}

static int make(struct artifact_store *store, const struct series_whole *whole,
		const struct mbox *mbox, struct series_part *part, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(2 * MBOX_MAX_BYTES);
	CLEANUP(free_ptr) size_t *which = xcalloc(mbox->count, sizeof(*which));
	char name[SERIES_NAME_MAX + 1];
	size_t count = 0;
	int rc;

	for (size_t i = 0; i < mbox->count; i++)
		if (part->without ? i + 1 != part->number : i < part->number)
			which[count++] = i;
	mbox_write(mbox, which, count, &text);
	name_part(whole->name, part, name);
	part->bytes = text.length;
	rc = series_parse(text.data, text.length, name, whole->sender_flag, &part->draft, err);
	if (rc < 0)
		return rc;
	part->draft.part_of = whole->id;
	return artifact_put(store, text.data, text.length, part->sha256, err);
}

int series_parts_make(struct artifact_store *store, const struct series_whole *whole,
		      const struct mbox *mbox, bool without, struct series_parts *ret_parts,
		      struct err *err)
{
	CLEANUP(series_parts_release) struct series_parts parts = { 0 };
	int rc = 0;

	for (size_t number = 1; !rc && number < mbox->count; number++)
		for (int left_out = 0; !rc && left_out <= without; left_out++) {
			ARRAY_GROW(parts.all, parts.count, parts.capacity);
			parts.all[parts.count] =
				(struct series_part){ .without = left_out, .number = number };
			rc = make(store, whole, mbox, &parts.all[parts.count++], err);
		}
	if (rc < 0)
		return rc;
	*ret_parts = parts;
	parts = (struct series_parts){ 0 };
	return 0;
}

void series_parts_add(struct db_conn *conn, struct series_parts *parts, bool anew, int64_t now_ms)
{
	for (size_t i = 0; i < parts->count; i++) {
		struct series_part *part = &parts->all[i];

		if (anew)
			part->series = series_add_version(conn, &part->draft, part->sha256,
							  part->bytes, now_ms);
		else
			series_add(conn, &part->draft, part->sha256, part->bytes, now_ms,
				   &part->series);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The beginnings of a branch, each as an mbox of its own: one commit, two … all but the last. */
#include "lib/alloc.h"
#include "lib/mbox-write.h"
#include "server/fetch.h"

static int make_part(struct artifact_store *store, const struct series_draft *whole, size_t patches,
		     struct fetch_parts *parts, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(2 * MBOX_MAX_BYTES);
	size_t which[FETCH_PARTS_MAX];
	int rc;

	for (size_t i = 0; i < patches; i++)
		which[i] = i;
	mbox_write(&whole->mbox, which, patches, &text);
	rc = series_parse(text.data, text.length, NULL, NULL, &parts->drafts[parts->count], err);
	if (rc < 0)
		return rc;
	rc = artifact_put(store, text.data, text.length, parts->sha256[parts->count], err);
	parts->bytes[parts->count++] = text.length;
	return rc;
}

int fetch_make_parts(struct artifact_store *store, const struct series_draft *whole,
		     struct fetch_parts *ret_parts, struct err *err)
{
	CLEANUP(fetch_parts_release) struct fetch_parts parts = { 0 };
	int rc = 0;

	parts.too_many = whole->mbox.count > FETCH_PARTS_MAX + 1;
	parts.drafts = xcalloc(FETCH_PARTS_MAX, sizeof(*parts.drafts));
	parts.sha256 = xcalloc(FETCH_PARTS_MAX, sizeof(*parts.sha256));
	parts.bytes = xcalloc(FETCH_PARTS_MAX, sizeof(*parts.bytes));
	for (size_t k = 1; !rc && !parts.too_many && k < whole->mbox.count; k++)
		rc = make_part(store, whole, k, &parts, err);
	if (rc < 0)
		return rc;
	*ret_parts = parts;
	parts = (struct fetch_parts){ 0 };
	return 0;
}

void fetch_parts_release(struct fetch_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		series_draft_release(&parts->drafts[i]);
	free(parts->drafts);
	free(parts->sha256);
	free(parts->bytes);
	*parts = (struct fetch_parts){ 0 };
}

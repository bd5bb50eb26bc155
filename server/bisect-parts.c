// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/bisect-parts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/mbox-write.h"

void bisect_drafts_release(struct bisect_drafts *drafts)
{
	for (size_t i = 0; i < drafts->count; i++)
		series_draft_release(&drafts->all[i].series);
	drafts->count = 0;
}

static int read_mbox(struct artifact_store *store, const char *sha256, struct mbox *ret_mbox,
		     struct err *err)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(2 * MBOX_MAX_BYTES);
	char chunk[16384];
	ssize_t got;
	int fd, rc = artifact_open(store, sha256, &fd, err);

	if (rc < 0)
		return rc;
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		buf_append(&bytes, chunk, (size_t)got);
	close(fd);
	if (got < 0)
		return err_set(err, -EIO, "The series' mbox cannot be read: %m");
	return mbox_parse(bytes.data, bytes.length, ret_mbox, err);
}

/* A name that does not fit loses its end, never the part's number. */
static void name_part(const struct series *series, const struct bisect_draft *draft, char *ret_name)
{
	char suffix[24];

	snprintf(suffix, sizeof(suffix), draft->without ? "-without-%zu" : "-%zu", draft->number);
	snprintf(ret_name, SERIES_NAME_MAX + 1, "%.*s%s", (int)(SERIES_NAME_MAX - strlen(suffix)),
		 series->name, suffix);
}

static int make(struct artifact_store *store, const struct series *series, const struct mbox *mbox,
		struct bisect_draft *draft, struct err *err)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(2 * MBOX_MAX_BYTES);
	size_t which[STAT_BISECT_PATCHES_MAX], count = 0;
	char name[SERIES_NAME_MAX + 1];
	int rc;

	for (size_t i = 0; i < mbox->count; i++)
		if (draft->without ? i + 1 != draft->number : i < draft->number)
			which[count++] = i;
	mbox_write(mbox, which, count, &out);
	name_part(series, draft, name);
	draft->bytes = out.length;
	rc = series_parse(out.data, out.length, name, series->sender_flag, &draft->series, err);
	return rc ? rc : artifact_put(store, out.data, out.length, draft->sha256, err);
}

int bisect_drafts_make(struct artifact_store *store, const struct series *series,
		       struct bisect_drafts *ret_drafts, struct err *err)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };
	int rc = read_mbox(store, series->mbox_sha256, &mbox, err);

	for (size_t number = 1; !rc && number < mbox.count; number++)
		for (int without = 0; !rc && without <= 1; without++) {
			struct bisect_draft *draft = &ret_drafts->all[ret_drafts->count];

			*draft = (struct bisect_draft){ .without = without, .number = number };
			rc = make(store, series, &mbox, draft, err);
			ret_drafts->count += !rc;
		}
	return rc;
}

size_t bisect_drafts_add(struct db_conn *conn, const struct bisect_drafts *drafts, int64_t series,
			 int64_t now_ms, struct bisect_part *parts)
{
	for (size_t i = 0; i < drafts->count; i++) {
		const struct bisect_draft *draft = &drafts->all[i];

		parts[i] = (struct bisect_part){ draft->without, draft->number, 0 };
		/* A part that its author submitted, too, stays in the lists. */
		if (series_add(conn, &draft->series, draft->sha256, draft->bytes, now_ms,
			       &parts[i].series))
			db_run(conn, SQL_SERIES_SET_PART, db_int(parts[i].series), db_int(series));
	}
	return drafts->count;
}

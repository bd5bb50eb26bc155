// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/series.h"

#include <errno.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/patch-id.h"
#include "server/artifact.h"
#include "server/check.h"

void series_name_from(const char *text, char ret_name[SERIES_NAME_MAX + 1])
{
	size_t length = 0;

	for (const char *c = text; *c && length < SERIES_NAME_MAX; c++) {
		char lower = *c >= 'A' && *c <= 'Z' ? (char)(*c + 'a' - 'A') : *c;

		if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9'))
			ret_name[length++] = lower;
		else if (length && ret_name[length - 1] != '-')
			ret_name[length++] = '-';
	}
	while (length && ret_name[length - 1] == '-')
		length--;
	ret_name[length] = '\0';
	if (!length)
		snprintf(ret_name, SERIES_NAME_MAX + 1, "series");
	if (!strcmp(ret_name, "base"))
		snprintf(ret_name, SERIES_NAME_MAX + 1, "base-series");
}

bool series_name_is_free(const char *name)
{
	return check_name(name, SERIES_NAME_MAX) && strcmp(name, "base") != 0;
}

int series_parse(const char *data, size_t bytes, const char *name, const char *sender_flag,
		 struct series_draft *ret_draft, struct err *err)
{
	CLEANUP(series_draft_release) struct series_draft draft = { 0 };
	int rc;

	if (name && !series_name_is_free(name))
		return err_set(err, -EINVAL,
			       "A series' name is 1-%d of a-z, 0-9, '.', '_' and '-', starts with "
			       "a letter or digit, and is not \"base\".",
			       SERIES_NAME_MAX);
	if (sender_flag && !check_c_identifier(sender_flag, 64))
		return err_set(err, -EINVAL,
			       "sender_flag names a member of struct kvm_vcpu: 1-64 of letters, "
			       "digits and '_'.");
	rc = mbox_parse(data, bytes, &draft.mbox, err);
	if (rc < 0)
		return rc;
	if (!draft.mbox.count)
		return err_set(err, -EINVAL,
			       "There is no patch in the mbox. Send what git format-patch --stdout "
			       "prints.");
	if (name)
		snprintf(draft.name, sizeof(draft.name), "%s", name);
	else
		series_name_from(draft.mbox.patches[0].subject, draft.name);
	draft.sender_flag = sender_flag ? xstrdup(sender_flag) : NULL;
	*ret_draft = draft;
	draft = (struct series_draft){ 0 };
	return 0;
}

void series_draft_release(struct series_draft *draft)
{
	mbox_release(&draft->mbox);
	free(draft->sender_flag);
	free(draft->expects);
	*draft = (struct series_draft){ 0 };
}

static void add_patch(struct db_conn *conn, int64_t series, int64_t number,
		      const struct mbox_patch *patch)
{
	CLEANUP(free_ptr) char *author = NULL;
	char id[SHA256_HEX_BYTES];

	author = xasprintf("%s <%s>", patch->author_name, patch->author_email);
	db_run(conn, SQL_PATCH_ADD, db_int(series), db_int(number), db_text(patch->subject),
	       db_text(author), db_text(patch->date));
	patch_id(patch->diff, patch->diff_bytes, id);
	db_run(conn, SQL_PATCH_ADD_ID, db_int(series), db_int(number), db_text(id));
}

/* What tells a series from others by the same author: its cover letter, or its one patch. */
static const char *title(const struct mbox *mbox)
{
	if (mbox->cover_subject && *mbox->cover_subject)
		return mbox->cover_subject;
	return mbox->count == 1 ? mbox->patches[0].subject : NULL;
}

void series_fill(struct db_conn *conn, int64_t id, const struct series_draft *draft)
{
	const struct mbox *mbox = &draft->mbox;

	for (size_t i = 0; i < mbox->count; i++)
		add_patch(conn, id, (int64_t)i + 1, &mbox->patches[i]);
	for (size_t i = 0; i < mbox->messages.count; i++)
		db_run(conn, SQL_MESSAGE_ADD, db_text(mbox->messages.ids[i]), db_int(id),
		       db_int(1));
	for (size_t i = 0; i < mbox->references.count; i++)
		db_run(conn, SQL_MESSAGE_ADD, db_text(mbox->references.ids[i]), db_int(id),
		       db_int(0));
	db_run(conn, SQL_SERIES_SET_TITLE, db_int(id), db_text(title(mbox)),
	       db_text(mbox->patches[0].author_email), db_int(mbox->version));
	if (mbox->base_commit)
		db_run(conn, SQL_SERIES_SET_BASE, db_int(id), db_text(mbox->base_commit),
		       db_text(NULL));
	series_place(conn, id);
}

int64_t series_add_version(struct db_conn *conn, const struct series_draft *draft,
			   const char *mbox_sha256, uint64_t mbox_bytes, int64_t now_ms)
{
	int64_t id;

	artifact_register(conn, mbox_sha256, mbox_bytes, now_ms);
	db_run(conn, SQL_SERIES_ADD, db_text(draft->name), db_text(draft->sender_flag),
	       db_text(mbox_sha256), db_int(now_ms));
	id = db_last_id(conn);
	db_run(conn, SQL_SERIES_SET_EXPECTS, db_int(id), db_text(draft->expects));
	/* Before its place among others is found, where parts do not count. */
	if (draft->part_of)
		db_run(conn, SQL_SERIES_SET_PART, db_int(id), db_int(draft->part_of));
	series_fill(conn, id, draft);
	return id;
}

int series_add(struct db_conn *conn, const struct series_draft *draft, const char *mbox_sha256,
	       uint64_t mbox_bytes, int64_t now_ms, int64_t *ret_id)
{
	int64_t id = db_value(conn, 0, SQL_SERIES_FIND_EXPECTING, db_text(draft->name),
			      db_text(mbox_sha256), db_text(draft->sender_flag),
			      db_text(draft->expects));

	if (id) {
		*ret_id = id;
		return 0;
	}
	*ret_id = series_add_version(conn, draft, mbox_sha256, mbox_bytes, now_ms);
	return 1;
}

static void read_patches(struct db_conn *conn, struct series *series)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_SERIES_PATCHES, db_int(series->id));

	while (rows_next(&rows)) {
		ARRAY_GROW(series->patches, series->patches_count, series->patches_capacity);
		series->patches[series->patches_count++] = (struct patch){
			.number = rows_int(&rows, 0),
			.subject = rows_copy(&rows, 1),
			.author = rows_copy(&rows, 2),
			.date = rows_copy(&rows, 3),
		};
	}
}

static void read_more(struct db_conn *conn, struct series *series)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_SERIES_MORE, db_int(series->id));

	if (!rows_next(&rows))
		return;
	series->state = rows_copy(&rows, 0);
	series->reason = rows_copy(&rows, 1);
	series->thread = rows_int(&rows, 2);
	series->previous = rows_int(&rows, 3);
	series->part_of = rows_int(&rows, 4);
	series->posted_version = rows_int(&rows, 5);
	series->base_commit = rows_copy(&rows, 6);
}

static void read_git(struct db_conn *conn, struct series *series)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_FETCH_FIND, db_int(series->id));

	if (!rows_next(&rows))
		return;
	series->git = (struct series_git){
		.url = rows_copy(&rows, 0),
		.ref = rows_copy(&rows, 1),
		.base = rows_copy(&rows, 2),
		.repository = rows_copy(&rows, 3),
		.each_commit = rows_int(&rows, 4) != 0,
		.task = rows_int(&rows, 5),
		.head = rows_copy(&rows, 6),
	};
}

static void read_parts(struct db_conn *conn, struct series *series)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_SERIES_PARTS, db_int(series->id));

	while (rows_next(&rows)) {
		ARRAY_GROW(series->parts, series->parts_count, series->parts_capacity);
		series->parts[series->parts_count++] = rows_int(&rows, 0);
	}
}

int series_read(struct db_conn *conn, int64_t id, struct series *ret_series)
{
	struct series series = { .id = id };

	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_SERIES_FIND, db_int(id));

		if (!rows_next(&rows))
			return -ENOENT;
		series.name = rows_copy(&rows, 1);
		series.version = rows_int(&rows, 2);
		series.sender_flag = rows_copy(&rows, 3);
		series.mbox_sha256 = rows_copy(&rows, 4);
		series.mbox_bytes = rows_int(&rows, 5);
		series.created_ms = rows_int(&rows, 6);
	}
	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_SERIES_EXPECTS, db_int(id));

		if (rows_next(&rows))
			series.expects = rows_copy(&rows, 0);
	}
	read_more(conn, &series);
	read_git(conn, &series);
	read_patches(conn, &series);
	read_parts(conn, &series);
	series_compare(conn, &series);
	*ret_series = series;
	return 0;
}

void series_release(struct series *series)
{
	for (size_t i = 0; i < series->patches_count; i++) {
		free(series->patches[i].subject);
		free(series->patches[i].author);
		free(series->patches[i].date);
	}
	free(series->patches);
	free(series->name);
	free(series->sender_flag);
	free(series->expects);
	free(series->mbox_sha256);
	free(series->state);
	free(series->reason);
	free(series->base_commit);
	free(series->git.url);
	free(series->git.ref);
	free(series->git.base);
	free(series->git.repository);
	free(series->git.head);
	free(series->parts);
	free(series->previous_name);
	for (size_t i = 0; i < series->dropped_count; i++)
		free(series->dropped[i].subject);
	free(series->dropped);
	*series = (struct series){ 0 };
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/series.h"

#include <errno.h>
#include <string.h>

#include "lib/alloc.h"
#include "server/artifact.h"
#include "server/check.h"

/* "KVM: SVM: Set mode early" becomes "kvm-svm-set-mode-early". */
static void name_from_subject(const char *subject, char ret_name[SERIES_NAME_MAX + 1])
{
	size_t length = 0;

	for (const char *c = subject; *c && length < SERIES_NAME_MAX; c++) {
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

int series_parse(const char *data, size_t bytes, const char *name, const char *sender_flag,
		 struct series_draft *ret_draft, struct err *err)
{
	CLEANUP(series_draft_release) struct series_draft draft = { 0 };
	int rc;

	if (name && (!check_name(name, SERIES_NAME_MAX) || !strcmp(name, "base")))
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
		name_from_subject(draft.mbox.patches[0].subject, draft.name);
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

	author = xasprintf("%s <%s>", patch->author_name, patch->author_email);
	db_run(conn, SQL_PATCH_ADD, db_int(series), db_int(number), db_text(patch->subject),
	       db_text(author), db_text(patch->date));
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
	artifact_register(conn, mbox_sha256, mbox_bytes, now_ms);
	db_run(conn, SQL_SERIES_ADD, db_text(draft->name), db_text(draft->sender_flag),
	       db_text(mbox_sha256), db_int(now_ms));
	id = db_last_id(conn);
	db_run(conn, SQL_SERIES_SET_EXPECTS, db_int(id), db_text(draft->expects));
	for (size_t i = 0; i < draft->mbox.count; i++)
		add_patch(conn, id, (int64_t)i + 1, &draft->mbox.patches[i]);
	*ret_id = id;
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
	read_patches(conn, &series);
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
	*series = (struct series){ 0 };
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/json_answer.h"

static void write_git(struct json_writer *w, const struct series_git *git)
{
	if (!git->url) {
		json_write_null(w, "git");
		return;
	}
	json_write_object(w, "git");
	json_write_text(w, "url", git->url);
	json_write_text(w, "ref", git->ref);
	json_write_text(w, "base", git->base);
	json_write_text(w, "repository", git->repository);
	json_write_bool(w, "each_commit", git->each_commit);
	json_write_text(w, "head", git->head);
	json_write_int(w, "task", git->task);
	json_write_end(w, '}');
}

static void write_mbox(struct json_writer *w, const struct series *series)
{
	if (!series->mbox_sha256) {
		json_write_null(w, "mbox");
		return;
	}
	json_write_object(w, "mbox");
	json_write_text(w, "sha256", series->mbox_sha256);
	json_write_int(w, "bytes", series->mbox_bytes);
	json_write_end(w, '}');
}

static void write_patches(struct json_writer *w, const struct series *series)
{
	json_write_array(w, "patches");
	for (size_t i = 0; i < series->patches_count; i++) {
		const struct patch *patch = &series->patches[i];

		json_write_object(w, NULL);
		json_write_int(w, "number", patch->number);
		json_write_text(w, "subject", patch->subject);
		json_write_text(w, "author", patch->author);
		json_write_text(w, "date", patch->date);
		json_write_text(w, "change", patch->change);
		json_write_int_or_null(w, "was", patch->was);
		json_write_end(w, '}');
	}
	json_write_end(w, ']');
}

static void write_previous(struct json_writer *w, const struct series *series)
{
	if (!series->previous) {
		json_write_null(w, "previous");
		return;
	}
	json_write_object(w, "previous");
	json_write_int(w, "id", series->previous);
	json_write_text(w, "name", series->previous_name);
	json_write_int(w, "version", series->previous_version);
	json_write_array(w, "dropped");
	for (size_t i = 0; i < series->dropped_count; i++) {
		json_write_object(w, NULL);
		json_write_int(w, "number", series->dropped[i].number);
		json_write_text(w, "subject", series->dropped[i].subject);
		json_write_end(w, '}');
	}
	json_write_end(w, ']');
	json_write_end(w, '}');
}

void json_series(struct json_writer *w, const char *key, const struct series *series)
{
	json_write_object(w, key);
	json_write_int(w, "id", series->id);
	json_write_text(w, "name", series->name);
	json_write_int(w, "version", series->version);
	json_write_int_or_null(w, "posted_version", series->posted_version);
	json_write_text(w, "state", series->state);
	json_write_text(w, "reason", series->reason);
	json_write_text(w, "sender_flag", series->sender_flag);
	json_write_list(w, "expects", series->expects ? series->expects : "");
	write_mbox(w, series);
	write_git(w, &series->git);
	json_write_text(w, "base_commit", series->base_commit);
	json_write_int(w, "thread", series->thread);
	write_previous(w, series);
	write_patches(w, series);
	json_write_int_or_null(w, "part_of", series->part_of);
	json_write_array(w, "parts");
	for (size_t i = 0; i < series->parts_count; i++)
		json_write_int(w, NULL, series->parts[i]);
	json_write_end(w, ']');
	json_write_time(w, "created", series->created_ms);
	json_write_end(w, '}');
}

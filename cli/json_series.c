// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/json_read.h"
#include "cli/series.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void series_release(struct series *series)
{
	for (size_t i = 0; i < series->patch_count; i++) {
		free(series->patches[i].subject);
		free(series->patches[i].change);
	}
	for (size_t i = 0; i < series->dropped_count; i++)
		free(series->dropped[i]);
	free(series->patches);
	free(series->dropped);
	free(series->parts);
	free(series->state);
	free(series->reason);
	free(series->previous);
	free(series->name);
	free(series->sender_flag);
	free(series->version);
	free(series->expects);
	free(series->created);
	free(series->mbox);
	*series = (struct series){ 0 };
}

/* "2" or "v2": servers may count versions or take them from [PATCH v2]. */
static char *read_version(struct json_reader *reader, const json_t *root)
{
	if (json_is_integer(json_object_get(root, "version")))
		return xasprintf("v%lld", (long long)json_read_integer(reader, root, "version",
								       JSON_NEEDED, 0));
	return json_read_text(reader, root, "version", JSON_OPTIONAL);
}

static void read_patches(struct json_reader *reader, const json_t *patches, struct series *series)
{
	series->patches = xcalloc(json_array_size(patches) + 1, sizeof(*series->patches));
	for (size_t i = 0; i < json_array_size(patches); i++) {
		json_t *patch = json_read_element(reader, patches, i);

		series->patches[series->patch_count++] = (struct series_patch){
			json_read_text(reader, patch, "subject", JSON_NEEDED),
			json_read_text(reader, patch, "change", JSON_OPTIONAL),
		};
	}
}

static void read_parts(struct json_reader *reader, const json_t *root, struct series *series)
{
	const json_t *parts = json_read_array(reader, root, "parts", JSON_OPTIONAL);

	series->parts = xcalloc(json_array_size(parts) + 1, sizeof(*series->parts));
	for (size_t i = 0; i < json_array_size(parts); i++)
		series->parts[series->parts_count++] = json_integer_value(json_array_get(parts, i));
}

static void read_previous(struct json_reader *reader, const json_t *previous, struct series *series)
{
	const json_t *dropped = json_read_array(reader, previous, "dropped", JSON_OPTIONAL);
	CLEANUP(free_ptr) char *name = NULL;

	if (!previous)
		return;
	name = json_read_text(reader, previous, "name", JSON_NEEDED);
	series->previous = xasprintf(
		"%s v%lld", name ? name : "",
		(long long)json_read_integer(reader, previous, "version", JSON_NEEDED, 0));
	series->dropped = xcalloc(json_array_size(dropped) + 1, sizeof(*series->dropped));
	for (size_t i = 0; i < json_array_size(dropped); i++)
		series->dropped[series->dropped_count++] = json_read_text(
			reader, json_read_element(reader, dropped, i), "subject", JSON_NEEDED);
}

static void read_series(struct json_reader *reader, const json_t *root, struct series *series)
{
	const json_t *mbox = json_read_object(reader, root, "mbox", JSON_OPTIONAL);

	series->id = json_read_integer(reader, root, "id", JSON_NEEDED, 0);
	series->name = json_read_text(reader, root, "name", JSON_NEEDED);
	series->sender_flag = json_read_text(reader, root, "sender_flag", JSON_OPTIONAL);
	series->version = read_version(reader, root);
	series->state = json_read_text(reader, root, "state", JSON_OPTIONAL);
	series->reason = json_read_text(reader, root, "reason", JSON_OPTIONAL);
	series->expects = json_read_list(reader, root, "expects", JSON_OPTIONAL);
	series->created = json_read_text(reader, root, "created", JSON_OPTIONAL);
	series->mbox = json_read_text(reader, mbox, "sha256", JSON_OPTIONAL);
	series->mbox_bytes = json_read_integer(reader, mbox, "bytes", JSON_OPTIONAL, 0);
	read_patches(reader, json_read_array(reader, root, "patches", JSON_OPTIONAL), series);
	read_parts(reader, root, series);
	read_previous(reader, json_read_object(reader, root, "previous", JSON_OPTIONAL), series);
}

static void set_text(json_t *object, const char *key, const char *value)
{
	if (value)
		json_object_set_new(object, key, json_string(value));
}

char *series_branch_encode(const struct series_branch *branch)
{
	CLEANUP(json_release) json_t *root = json_object();
	json_t *git = json_object();

	set_text(git, "url", branch->url);
	set_text(git, "ref", branch->ref);
	set_text(git, "base", branch->base);
	set_text(git, "repository", branch->repository);
	json_object_set_new(root, "git", git);
	set_text(root, "name", branch->name);
	set_text(root, "sender_flag", branch->sender_flag);
	set_text(root, "expect", branch->expect);
	if (branch->each_commit)
		json_object_set_new(root, "each_commit", json_true());
	return json_dumps(root, JSON_COMPACT);
}

int series_decode(const char *data, size_t bytes, struct series *ret_series, struct err *err)
{
	struct json_reader reader = { .what = "series", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(series_release) struct series series = { 0 };

	if (reader.rc < 0)
		return reader.rc;
	read_series(&reader, root, &series);
	if (reader.rc < 0)
		return reader.rc;
	*ret_series = series;
	series = (struct series){ 0 };
	return 0;
}

void series_page_release(struct series_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		series_release(&page->series[i]);
	free(page->series);
	*page = (struct series_page){ 0 };
}

int series_page_decode(const char *data, size_t bytes, struct series_page *ret_page,
		       struct err *err)
{
	struct json_reader reader = { .what = "list of series", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(series_page_release) struct series_page page = { 0 };
	const json_t *list = json_read_array(&reader, root, "series", JSON_NEEDED);

	page.next = json_read_integer(&reader, root, "next", JSON_OPTIONAL, 0);
	page.series = xcalloc(json_array_size(list) + 1, sizeof(*page.series));
	for (size_t i = 0; i < json_array_size(list); i++)
		read_series(&reader, json_read_element(&reader, list, i),
			    &page.series[page.count++]);
	if (reader.rc < 0)
		return reader.rc;
	*ret_page = page;
	page = (struct series_page){ 0 };
	return 0;
}

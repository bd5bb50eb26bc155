// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/json_read.h"
#include "cli/series.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void series_release(struct series *series)
{
	for (size_t i = 0; i < series->patch_count; i++)
		free(series->subjects[i]);
	free(series->subjects);
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

static void read_series(struct json_reader *reader, const json_t *root, struct series *series)
{
	const json_t *patches = json_read_array(reader, root, "patches", JSON_OPTIONAL);
	const json_t *mbox = json_read_object(reader, root, "mbox", JSON_OPTIONAL);

	series->id = json_read_integer(reader, root, "id", JSON_NEEDED, 0);
	series->name = json_read_text(reader, root, "name", JSON_NEEDED);
	series->sender_flag = json_read_text(reader, root, "sender_flag", JSON_OPTIONAL);
	series->version = read_version(reader, root);
	series->expects = json_read_list(reader, root, "expects", JSON_OPTIONAL);
	series->created = json_read_text(reader, root, "created", JSON_OPTIONAL);
	series->mbox = json_read_text(reader, mbox, "sha256", JSON_OPTIONAL);
	series->mbox_bytes = json_read_integer(reader, mbox, "bytes", JSON_OPTIONAL, 0);
	series->patch_count = json_array_size(patches);
	series->subjects = xcalloc(series->patch_count + 1, sizeof(*series->subjects));
	for (size_t i = 0; i < series->patch_count; i++)
		series->subjects[i] = json_read_text(reader, json_read_element(reader, patches, i),
						     "subject", JSON_NEEDED);
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

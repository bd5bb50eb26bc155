// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/host.h"
#include "cli/json_read.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void host_page_release(struct host_page *page)
{
	for (size_t i = 0; i < page->count; i++) {
		free(page->hosts[i].agent);
		free(page->hosts[i].capabilities);
		free(page->hosts[i].last_seen);
		free(page->hosts[i].first_seen);
	}
	free(page->hosts);
	*page = (struct host_page){ 0 };
}

static void read_host(struct json_reader *reader, const json_t *object, struct host *host)
{
	host->id = json_read_integer(reader, object, "id", JSON_NEEDED, 0);
	host->agent = json_read_text(reader, object, "agent", JSON_NEEDED);
	host->capabilities = json_read_list(reader, object, "capabilities", JSON_OPTIONAL);
	host->first_seen = json_read_text(reader, object, "first_seen", JSON_OPTIONAL);
	host->last_seen = json_read_text(reader, object, "last_seen", JSON_OPTIONAL);
}

int host_page_decode(const char *data, size_t bytes, struct host_page *ret_page, struct err *err)
{
	struct json_reader reader = { .what = "list of hosts", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(host_page_release) struct host_page page = { 0 };
	const json_t *list = json_read_array(&reader, root, "hosts", JSON_NEEDED);

	if (reader.rc < 0)
		return reader.rc;
	page.next = json_read_integer(&reader, root, "next", JSON_OPTIONAL, 0);
	page.count = json_array_size(list);
	page.hosts = xcalloc(page.count + 1, sizeof(*page.hosts));
	for (size_t i = 0; i < page.count; i++)
		read_host(&reader, json_read_element(&reader, list, i), &page.hosts[i]);
	if (reader.rc < 0)
		return reader.rc;
	*ret_page = page;
	page = (struct host_page){ 0 };
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/page.h"

int page_begin(struct page *page, struct request *request, struct answer *answer, struct err *err)
{
	int64_t largest = page->limit_max ? page->limit_max : 1000;
	int64_t usual = page->limit_default ? page->limit_default : 100;
	int rc = request_query_int(request, "limit", 1, largest, usual, &page->limit, err);

	if (!rc)
		rc = request_query_int(request, "after", 0, INT64_MAX,
				       page->oldest_first ? 0 : INT64_MAX, &page->after, err);
	if (rc < 0)
		return rc;
	page->w.buf = &answer->body;
	json_write_object(&page->w, NULL);
	if (page->campaign)
		json_write_int(&page->w, "campaign", page->campaign);
	json_write_array(&page->w, page->key);
	return 0;
}

bool page_next(struct page *page, int64_t id)
{
	if (page->count == page->limit) {
		page->more = true;
		return false;
	}
	page->count++;
	page->last = id;
	return true;
}

void page_end(struct page *page)
{
	json_write_end(&page->w, ']');
	json_write_int_or_null(&page->w, "next", page->more ? page->last : 0);
	json_write_end(&page->w, '}');
}

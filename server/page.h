/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One page of a list, newest first: {"things": […], "next": ID or null}.
 *
 *	struct page page = { .key = "series" };
 *	rc = page_begin(&page, request, answer, err);		// reads limit and after
 *	rows = db_query(conn, SQL_…_LIST, db_int(page.after), db_int(page.limit + 1));
 *	while (rows_next(&rows) && page_next(&page, rows_int(&rows, 0)))
 *		... write one element to page.w ...
 *	page_end(&page);
 *
 * The query asks for one row more than the page has, which tells whether there is another page.
 */
#ifndef RUNWAY_SERVER_PAGE_H
#define RUNWAY_SERVER_PAGE_H

#include "server/request.h"

struct page {
	const char *key;
	int64_t campaign;		  /* shown when not 0 */
	bool oldest_first;		  /* after is 0, not the largest number, at first */
	int64_t limit_default, limit_max; /* 0: 100 and 1000 */
	struct json_writer w;
	int64_t after, limit;
	int64_t count, last; /* elements written, and the number of the newest of them */
	bool more;
};

int page_begin(struct page *page, struct request *request, struct answer *answer, struct err *err);
/* False when the page is full. */
bool page_next(struct page *page, int64_t id);
void page_end(struct page *page);

#endif

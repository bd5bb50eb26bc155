// SPDX-License-Identifier: GPL-2.0-or-later
/* The samples of a campaign, filtered, in pages, as JSON or CSV. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "server/check.h"
#include "server/handle.h"
#include "server/page.h"

/* What fits well below ANSWER_MAX_BYTES. */
#define CSV_LIMIT_MAX 200000

static void write_sample(struct json_writer *w, struct rows *rows)
{
	const char *kind = rows_text(rows, 8);

	json_write_object(w, NULL);
	json_write_int(w, "id", rows_int(rows, 0));
	json_write_int(w, "load", rows_int(rows, 1));
	json_write_int(w, "block", rows_int(rows, 2));
	json_write_text(w, "series", rows_text(rows, 3));
	json_write_text(w, "isa", rows_text(rows, 4));
	json_write_text(w, "lane", rows_text(rows, 5));
	json_write_text(w, "metric", rows_text(rows, 6));
	json_write_text(w, "kind", *kind ? kind : NULL);
	json_write_text(w, "workload", rows_text(rows, 7));
	json_write_int(w, "rep", rows_int(rows, 9));
	json_write_real(w, "value", rows_real(rows, 10));
	json_write_int(w, "n", rows_int(rows, 11));
	json_write_int(w, "total", rows_int(rows, 12));
	json_write_end(w, '}');
}

/* Labels have no quotes in them. A spreadsheet takes what starts with one of "=+-@" for a formula,
 * and a hostile guest could have named its workload so: an apostrophe makes it a text. */
static void put_text(struct buf *csv, const char *text)
{
	bool formula = *text && strchr("=+-@", *text);

	if (formula || strchr(text, ','))
		buf_printf(csv, "\"%s%s\",", formula ? "'" : "", text);
	else
		buf_printf(csv, "%s,", text);
}

static void put_sample(struct buf *csv, struct rows *rows)
{
	buf_printf(csv, "%lld,%lld,%lld,", (long long)rows_int(rows, 0),
		   (long long)rows_int(rows, 1), (long long)rows_int(rows, 2));
	for (int column = 3; column <= 8; column++)
		put_text(csv, rows_text(rows, column));
	buf_printf(csv, "%lld,%.17g,%lld,%lld\r\n", (long long)rows_int(rows, 9),
		   rows_real(rows, 10), (long long)rows_int(rows, 11),
		   (long long)rows_int(rows, 12));
}

struct filter {
	const char *metric, *series, *lane, *isa;
};

static struct rows find(struct db_conn *conn, const struct filter *filter, int64_t campaign,
			const struct page *page)
{
	return db_query(conn, SQL_SAMPLE_LIST, db_int(campaign), db_int(page->after),
			db_int(page->limit + 1), db_text(filter->metric), db_text(filter->series),
			db_text(filter->lane), db_text(filter->isa));
}

static void list_json(struct db_conn *conn, const struct filter *filter, int64_t campaign,
		      struct page *page)
{
	CLEANUP(rows_end) struct rows rows = find(conn, filter, campaign, page);

	while (rows_next(&rows) && page_next(page, rows_int(&rows, 0)))
		write_sample(&page->w, &rows);
	page_end(page);
}

/* The next page is in a header: there is no place for it in CSV. */
static void list_csv(struct db_conn *conn, const struct filter *filter, int64_t campaign,
		     struct page *page, struct answer *answer)
{
	CLEANUP(rows_end) struct rows rows = find(conn, filter, campaign, page);

	answer->type = "text/csv; charset=utf-8; header=present";
	buf_clear(&answer->body);
	buf_puts(&answer->body, "id,load,block,series,isa,lane,metric,workload,kind,rep,value,n,"
				"total\r\n");
	while (rows_next(&rows) && page_next(page, rows_int(&rows, 0)))
		put_sample(&answer->body, &rows);
	if (page->more)
		snprintf(answer->next, sizeof(answer->next), "%lld", (long long)page->last);
}

/* CSV when ?format= or else Accept asks for it: 1, 0, or -EINVAL. */
static int wants_csv(const struct request *request, struct err *err)
{
	const char *format = request_query(request, "format");
	const char *accept = request_header(request, "Accept");

	if (!format)
		return accept && !strncasecmp(accept, "text/csv", 8);
	if (!strcmp(format, "csv"))
		return 1;
	if (!strcmp(format, "json"))
		return 0;
	return err_set(err, -EINVAL, "\"format\" in the query must be json or csv.");
}

static int read_filter(const struct request *request, struct filter *ret_filter, struct err *err)
{
	struct filter filter = { .metric = request_query(request, "metric"),
				 .series = request_query(request, "series"),
				 .lane = request_query(request, "lane"),
				 .isa = request_query(request, "isa") };

	if (filter.lane && !check_listed("exact,smp", filter.lane))
		return err_set(err, -EINVAL, "\"lane\" in the query must be exact or smp.");
	if (filter.isa && !check_listed("svm,vmx", filter.isa))
		return err_set(err, -EINVAL, "\"isa\" in the query must be svm or vmx.");
	*ret_filter = filter;
	return 0;
}

static int list(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		struct err *err)
{
	int csv = wants_csv(request, err);
	int64_t campaign = request->numbers[0];
	struct page page = { .key = "samples",
			     .campaign = campaign,
			     .oldest_first = true,
			     .limit_default = csv ? CSV_LIMIT_MAX : 1000,
			     .limit_max = csv ? CSV_LIMIT_MAX : 10000 };
	struct filter filter;
	int rc = csv < 0 ? csv : 0;

	(void)data;
	if (!db_value(conn, 0, SQL_CAMPAIGN_FIND, db_int(campaign)))
		return err_set(err, -ENOENT, "There is no campaign with this number.");
	if (!rc)
		rc = read_filter(request, &filter, err);
	if (!rc)
		rc = page_begin(&page, request, answer, err);
	if (rc < 0)
		return rc;
	if (csv)
		list_csv(conn, &filter, campaign, &page, answer);
	else
		list_json(conn, &filter, campaign, &page);
	return 0;
}

/* 404: no such campaign; 422: a filter that can match nothing. */
void handle_sample_list(struct request *request, struct answer *answer)
{
	request_read(request, answer, list, NULL);
}

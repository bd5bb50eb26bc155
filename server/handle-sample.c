// SPDX-License-Identifier: GPL-2.0-or-later
/* The samples of a campaign, filtered, in pages, as JSON or CSV. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "lib/list.h"
#include "server/handle.h"
#include "server/page.h"

/* What fits well below ANSWER_MAX_BYTES. */
#define CSV_LIMIT_MAX 200000

/* load: a row of SQL_SAMPLE_LOADS; sample: one of SQL_SAMPLE_LIST. */
static void write_sample(struct json_writer *w, struct rows *load, struct rows *sample)
{
	const char *kind = rows_text(sample, 3);

	json_write_object(w, NULL);
	json_write_int(w, "id", rows_int(sample, 0));
	json_write_int(w, "load", rows_int(load, 0));
	json_write_int(w, "block", rows_int(load, 1));
	json_write_texts(w, "series", rows_text(load, 2), "isa", rows_text(load, 3), "lane",
			 rows_text(load, 4), "metric", rows_text(sample, 1), "kind",
			 *kind ? kind : NULL, "workload", rows_text(sample, 2), NULL);
	json_write_int(w, "rep", rows_int(sample, 4));
	json_write_real(w, "value", rows_real(sample, 5));
	json_write_int(w, "n", rows_int(sample, 6));
	json_write_int(w, "total", rows_int(sample, 7));
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

static void put_sample(struct buf *csv, struct rows *load, struct rows *sample)
{
	buf_printf(csv, "%lld,%lld,%lld,", (long long)rows_int(sample, 0),
		   (long long)rows_int(load, 0), (long long)rows_int(load, 1));
	for (int column = 2; column <= 4; column++)
		put_text(csv, rows_text(load, column));
	for (int column = 1; column <= 3; column++)
		put_text(csv, rows_text(sample, column));
	buf_printf(csv, "%lld,%.17g,%lld,%lld\r\n", (long long)rows_int(sample, 4),
		   rows_real(sample, 5), (long long)rows_int(sample, 6),
		   (long long)rows_int(sample, 7));
}

struct filter {
	const char *metric, *series, *lane, *isa;
};

/* Those of one load, to csv unless that is NULL. False when the page is full. */
static bool list_load(struct db_conn *conn, const struct filter *filter, struct rows *load,
		      struct page *page, struct buf *csv)
{
	CLEANUP(rows_end)
	struct rows samples =
		db_query(conn, SQL_SAMPLE_LIST, db_int(rows_int(load, 0)), db_int(page->after),
			 db_int(page->limit + 1 - page->count), db_text(filter->metric));

	while (rows_next(&samples)) {
		if (!page_next(page, rows_int(&samples, 0)))
			return false;
		if (csv)
			put_sample(csv, load, &samples);
		else
			write_sample(&page->w, load, &samples);
	}
	return true;
}

static void list_loads(struct db_conn *conn, const struct filter *filter, int64_t campaign,
		       struct page *page, struct buf *csv)
{
	CLEANUP(rows_end)
	struct rows loads =
		db_query(conn, SQL_SAMPLE_LOADS, db_int(campaign), db_int(page->after),
			 db_text(filter->series), db_text(filter->lane), db_text(filter->isa));

	while (rows_next(&loads) && list_load(conn, filter, &loads, page, csv))
		;
}

/* The next page is in a header: there is no place for it in CSV. */
static void list_csv(struct db_conn *conn, const struct filter *filter, int64_t campaign,
		     struct page *page, struct answer *answer)
{
	answer->type = "text/csv; charset=utf-8; header=present";
	buf_clear(&answer->body);
	buf_puts(&answer->body, "id,load,block,series,isa,lane,metric,workload,kind,rep,value,n,"
				"total\r\n");
	list_loads(conn, filter, campaign, page, &answer->body);
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

	if (filter.lane && !list_has("exact,posted,race,smp", filter.lane))
		return err_set(err, -EINVAL,
			       "\"lane\" in the query must be exact, posted, race or smp.");
	if (filter.isa && !list_has("svm,vmx", filter.isa))
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
	if (csv) {
		list_csv(conn, &filter, campaign, &page, answer);
		return 0;
	}
	list_loads(conn, &filter, campaign, &page, NULL);
	page_end(&page);
	return 0;
}

/* 404: no such campaign; 422: a filter that can match nothing. */
void handle_sample_list(struct request *request, struct answer *answer)
{
	request_read(request, answer, list, NULL);
}

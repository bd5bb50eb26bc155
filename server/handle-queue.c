// SPDX-License-Identifier: GPL-2.0-or-later
/* The queue, and what users do to campaigns that are in it. */
#include <errno.h>

#include "server/campaign.h"
#include "server/clock.h"
#include "server/handle.h"
#include "server/json_request.h"
#include "server/json_wishes.h"
#include "server/queue.h"

static void write_entry(struct json_writer *w, const struct queue_entry *entry)
{
	json_write_object(w, NULL);
	json_write_int(w, "task", entry->task);
	json_write_texts(w, "kind", entry->kind, "variant", entry->variant, "capability",
			 entry->capability, "isa", entry->isa, "lane", entry->lane, "state",
			 entry->leased ? "leased" : "pending", "phase", entry->phase, NULL);
	json_write_int_or_null(w, "campaign", entry->campaign);
	json_write_labels(w, "labels", entry->labels);
	json_write_int(w, "loads", entry->loads);
	json_write_int(w, "position", entry->position);
	json_write_real(w, "starts_s", entry->starts_s);
	json_write_real(w, "lasts_s", entry->lasts_s);
	json_write_time(w, "created", entry->created_ms);
	json_write_time(w, "started", entry->started_ms);
	json_write_end(w, '}');
}

static int list(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		struct err *err)
{
	CLEANUP(queue_release) struct queue queue = { 0 };
	struct json_writer w = { .buf = &answer->body };

	(void)request;
	(void)data;
	(void)err;
	queue_read(conn, clock_now_ms(), &queue);
	json_write_object(&w, NULL);
	json_write_array(&w, "queue");
	for (size_t i = 0; i < queue.count; i++)
		write_entry(&w, &queue.entries[i]);
	json_write_end(&w, ']');
	json_write_bool(&w, "more", queue.more);
	json_write_end(&w, '}');
	return 0;
}

void handle_queue_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, list, NULL);
}

static int cancel(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		  struct err *err)
{
	int64_t id = request->numbers[0];
	int rc = campaign_cancel(conn, id, request->token.name, clock_now_ms(), err);

	(void)data;
	return rc < 0 ? rc : campaign_encode(conn, id, answer, err);
}

/* 200 with the campaign; 404; 409: it has ended. */
void handle_cancel_post(struct request *request, struct answer *answer)
{
	request_write(request, answer, cancel, NULL);
}

static int retry(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		 struct err *err)
{
	int64_t id = 0;
	int rc = campaign_retry(conn, request->numbers[0], data, clock_now_ms(), &id, err);

	if (rc < 0)
		return rc;
	return campaign_created(conn, id, answer, err);
}

/* 201 with the new campaign; 404; 409: the old one has not ended. */
void handle_retry_post(struct request *request, struct answer *answer)
{
	struct campaign_retry want;
	struct err err = ERR_INIT;

	if (json_retry_request(&request->body, &want, &err) < 0)
		answer_error(answer, &err);
	else
		request_write(request, answer, retry, &want);
}

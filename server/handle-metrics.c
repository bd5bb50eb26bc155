// SPDX-License-Identifier: GPL-2.0-or-later
/* What a monitor asks for, in the text form of Prometheus (version 0.0.4). */
#include <inttypes.h>

#include "server/campaign.h"
#include "server/clock.h"
#include "server/handle.h"

static void head(struct buf *text, const char *name, const char *type, const char *help)
{
	buf_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(struct buf *text, const char *name, const char *type, const char *help,
		uint64_t value)
{
	head(text, name, type, help);
	buf_printf(text, "%s %" PRIu64 "\n", name, value);
}

/* Rows of labels and a count. What agents call their capabilities has no quote in it. */
static void by_label(struct buf *text, const char *name, const char *help, const char *label,
		     struct rows rows)
{
	head(text, name, "gauge", help);
	while (rows_next(&rows))
		buf_printf(text, "%s{%s=\"%s\"} %" PRId64 "\n", name, label, rows_text(&rows, 0),
			   rows_int(&rows, 1));
	rows_end(&rows);
}

static void write_http(struct buf *text, struct server *server)
{
	head(text, "runway_http_responses_total", "counter",
	     "Answers since the start, by the class of their status.");
	for (size_t class = 2; class <= 5; class ++)
		buf_printf(text, "runway_http_responses_total{class=\"%zuxx\"} %" PRIu64 "\n",
			   class, (uint64_t)server->answers[class]);
	one(text, "runway_http_requests_in_flight", "gauge", "Requests begun and not answered.",
	    server->in_flight);
	one(text, "runway_streams", "gauge", "Event streams that are open.",
	    streams_count(server->streams));
}

static int write_all(struct request *request, struct db_conn *conn, void *data,
		     struct answer *answer, struct err *err)
{
	struct server *server = request->server;
	struct buf *text = &answer->body;
	int64_t live_ms = clock_now_ms() - CAMPAIGN_AGENT_LIVE_MS;

	(void)data;
	(void)err;
	answer->type = "text/plain; version=0.0.4; charset=utf-8";
	one(text, "process_start_time_seconds", "gauge", "Seconds since 1970.",
	    (uint64_t)server->started_ms / 1000);
	write_http(text, server);
	one(text, "runway_agents", "gauge", "Agents that were seen in the last 90 seconds.",
	    (uint64_t)db_value(conn, 0, SQL_METRICS_AGENTS, db_int(live_ms)));
	by_label(text, "runway_campaigns", "Campaigns, by state.", "state",
		 db_query(conn, SQL_METRICS_CAMPAIGNS));
	by_label(text, "runway_tasks", "Tasks of builds and blocks, by state.", "state",
		 db_query(conn, SQL_METRICS_TASKS));
	by_label(text, "runway_queue", "Tasks that wait for an agent, by capability.", "capability",
		 db_query(conn, SQL_TASK_PENDING));
	one(text, "runway_series", "gauge", "Series that were submitted.",
	    (uint64_t)db_value(conn, 0, SQL_METRICS_SERIES));
	one(text, "runway_samples_total", "counter", "Samples that were recorded.",
	    (uint64_t)db_value(conn, 0, SQL_METRICS_SAMPLES));
	one(text, "runway_artifact_bytes", "gauge", "What all artifacts take.",
	    (uint64_t)db_value(conn, 0, SQL_ARTIFACT_TOTAL));
	one(text, "runway_artifact_quota_bytes", "gauge", "What they may take.",
	    server->config->artifact_quota_bytes);
	return 0;
}

void handle_metrics(struct request *request, struct answer *answer)
{
	request_read(request, answer, write_all, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handlers of route.c's table. server/openapi.json is the contract of each; statuses other
 * than those of the route's own checks stand above the handler. */
#ifndef RUNWAY_SERVER_HANDLE_H
#define RUNWAY_SERVER_HANDLE_H

#include "server/request.h"

/* handle-agent.c */
void handle_heartbeat_post(struct request *request, struct answer *answer);
void handle_lease_delete(struct request *request, struct answer *answer);
void handle_lease_post(struct request *request, struct answer *answer);
void handle_load_post(struct request *request, struct answer *answer);
void handle_log_post(struct request *request, struct answer *answer);
void handle_result_post(struct request *request, struct answer *answer);

/* handle-artifact.c */
void handle_artifact_get(struct request *request, struct answer *answer);
void handle_artifact_put(struct request *request, struct answer *answer);

/* handle-bisect.c */
void handle_bisect_post(struct request *request, struct answer *answer);
void handle_bisection_get(struct request *request, struct answer *answer);
/* handle-build.c */
void handle_build_get(struct request *request, struct answer *answer);
void handle_variant_list(struct request *request, struct answer *answer);

/* handle-campaign.c */
void handle_campaign_get(struct request *request, struct answer *answer);
void handle_campaign_list(struct request *request, struct answer *answer);
void handle_campaign_post(struct request *request, struct answer *answer);
void handle_diff_get(struct request *request, struct answer *answer);
void handle_race_map_get(struct request *request, struct answer *answer);
/* A campaign as the whole answer; -ENOENT. */
int campaign_encode(struct db_conn *conn, int64_t id, struct answer *answer, struct err *err);
/* The same as the answer to what made it: 201 with Location. */
int campaign_created(struct db_conn *conn, int64_t id, struct answer *answer, struct err *err);

/* handle-docs.c */
void handle_contract(struct request *request, struct answer *answer);
void handle_docs(struct request *request, struct answer *answer);
void handle_docs_script(struct request *request, struct answer *answer);
void handle_docs_style(struct request *request, struct answer *answer);

/* handle-fetched.c */
void handle_fetched_post(struct request *request, struct answer *answer);

/* handle-latency.c */
void handle_latency_get(struct request *request, struct answer *answer);

/* handle-machine.c */
void handle_fingerprint_list(struct request *request, struct answer *answer);
void handle_front(struct request *request, struct answer *answer);
void handle_health(struct request *request, struct answer *answer);
void handle_host_list(struct request *request, struct answer *answer);
void handle_log_get(struct request *request, struct answer *answer);
void handle_task_get(struct request *request, struct answer *answer);

/* handle-metrics.c */
void handle_metrics(struct request *request, struct answer *answer);

/* handle-noise.c */
void handle_noise_get(struct request *request, struct answer *answer);

/* handle-ranking.c */
void handle_mechanism_get(struct request *request, struct answer *answer);
void handle_ranking_get(struct request *request, struct answer *answer);
void handle_statistics_get(struct request *request, struct answer *answer);
/* handle-queue.c */
void handle_cancel_post(struct request *request, struct answer *answer);
void handle_queue_get(struct request *request, struct answer *answer);
void handle_retry_post(struct request *request, struct answer *answer);

/* handle-sample.c */
void handle_sample_list(struct request *request, struct answer *answer);

/* handle-series.c */
void handle_series_cancel(struct request *request, struct answer *answer);
void handle_series_get(struct request *request, struct answer *answer);
void handle_series_list(struct request *request, struct answer *answer);
void handle_series_post(struct request *request, struct answer *answer);

/* handle-stream.c */
void handle_event_stream(struct request *request, struct answer *answer);
/* Whether ?follow= or else Accept asks for a log that goes on; then it is the answer. */
bool stream_wanted(const struct request *request);
void stream_log(struct request *request, struct answer *answer);

/* handle-token.c */
void handle_token_delete(struct request *request, struct answer *answer);
void handle_token_list(struct request *request, struct answer *answer);
void handle_token_post(struct request *request, struct answer *answer);
void handle_token_rotate(struct request *request, struct answer *answer);

#endif

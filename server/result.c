// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/result.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/alloc.h"
#include "server/artifact.h"
#include "server/plan.h"

void build_result_release(struct build_result *result)
{
	free(result->sentence);
	free(result->artifacts);
	*result = (struct build_result){ 0 };
}

void load_result_release(struct load_result *result)
{
	for (size_t i = 0; i < result->gates_count; i++)
		free(result->gates[i].detail);
	for (size_t i = 0; i < result->dropped_count; i++)
		free(result->dropped[i].why);
	free(result->sentence);
	free(result->hung);
	free(result->fingerprint);
	free(result->samples);
	free(result->gates);
	free(result->dropped);
	for (size_t i = 0; i < result->races_count; i++)
		free(result->races[i].ranges);
	free(result->races);
	for (size_t i = 0; i < result->latencies_count; i++)
		free(result->latencies[i].buckets);
	free(result->latencies);
	free(result->functions);
	*result = (struct load_result){ 0 };
}

int64_t result_fingerprint(struct db_conn *conn, const char *json)
{
	char sha256[SHA256_HEX_BYTES];

	if (!json)
		return 0;
	sha256_bytes(json, strlen(json), sha256);
	db_run(conn, SQL_FINGERPRINT_ADD, db_text(sha256), db_text(json));
	return db_value(conn, 0, SQL_FINGERPRINT_FIND, db_text(sha256));
}

static int need_artifact(struct db_conn *conn, const char *sha256, const char *what,
			 struct err *err)
{
	if (artifact_known(conn, sha256, NULL))
		return 0;
	return err_set(err, -EINVAL,
		       "%s has the SHA-256 %s, which was not uploaded. PUT "
		       "/api/v1/artifacts/%s first.",
		       what, sha256, sha256);
}

/* Whether the newest build of that key has exactly these files. */
static bool same_files(struct db_conn *conn, int64_t build, const struct build_result *result)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_BUILD_ARTIFACTS, db_int(build));
	size_t found = 0, matching = 0;

	while (rows_next(&rows)) {
		found++;
		for (size_t i = 0; i < result->artifacts_count; i++)
			matching += !strcmp(result->artifacts[i].name, rows_text(&rows, 0)) &&
				    !strcmp(result->artifacts[i].sha256, rows_text(&rows, 1));
	}
	return found == matching && found == result->artifacts_count;
}

static int64_t known_build(struct db_conn *conn, const struct build_result *result)
{
	int64_t build = 0;

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_BUILD_FIND, db_text(result->key));

		if (rows_next(&rows) && !strcmp(rows_text(&rows, 2), result->tree) &&
		    !strcmp(rows_text(&rows, 4), result->code_sha256))
			build = rows_int(&rows, 0);
	}
	return build && same_files(conn, build, result) ? build : 0;
}

static int64_t store_build(struct db_conn *conn, const struct build_result *result, int64_t now_ms)
{
	int64_t build = known_build(conn, result);

	if (build)
		return build;
	db_run(conn, SQL_BUILD_ADD, db_text(result->key), db_text(result->tree),
	       db_text(result->base_tree), db_text(result->code_sha256),
	       db_int(result->duration_ms), db_int(result->warnings), db_int(now_ms));
	build = db_last_id(conn);
	for (size_t i = 0; i < result->artifacts_count; i++)
		db_run(conn, SQL_BUILD_ARTIFACT_ADD, db_int(build),
		       db_text(result->artifacts[i].name), db_text(result->artifacts[i].sha256),
		       db_int(result->artifacts[i].bytes));
	return build;
}

int result_record_build(struct db_conn *conn, const struct lease *lease,
			const struct build_result *result, int64_t now_ms, struct err *err)
{
	CLEANUP(task_release) struct task task = { 0 };
	int64_t build;
	int rc = task_read(conn, lease->task, &task);

	if (rc < 0)
		return err_set(err, rc, "The lease's task is gone.");
	for (size_t i = 0; i < result->artifacts_count; i++) {
		rc = need_artifact(conn, result->artifacts[i].sha256, result->artifacts[i].name,
				   err);
		if (rc < 0)
			return rc;
	}
	db_run(conn, SQL_TASK_FINISH, db_int(task.id), db_text(result->built ? "done" : "failed"),
	       db_int(now_ms));
	lease_end(conn, lease, "finished");
	if (result->built) {
		build = store_build(conn, result, now_ms);
		db_run(conn, SQL_VARIANT_SET_BUILD, db_int(task.variant), db_int(build),
		       db_int(result->reused));
		if (task.base) {
			db_run(conn, SQL_CAMPAIGN_SET_BASE_TREE, db_int(task.campaign),
			       db_text(result->tree));
			db_run(conn, SQL_BASE_SET_COMMIT, db_int(task.campaign),
			       db_text(*result->base_commit ? result->base_commit : NULL));
		}
	} else {
		plan_variant_failed(conn, task.campaign, task.variant, task.base, result->sentence,
				    now_ms);
	}
	plan_built(conn, task.campaign, now_ms);
	return 0;
}

static void store_races(struct db_conn *conn, int64_t load, const struct load_result *result)
{
	for (size_t i = 0; i < result->races_count; i++) {
		const struct race_map *map = &result->races[i];
		int64_t id;

		db_run(conn, SQL_RACE_MAP_ADD, db_int(load), db_text(map->workload),
		       db_text(map->kind), db_text(map->sender), db_int(map->first),
		       db_int(map->last), db_int(map->rounds), db_int(map->cycle),
		       db_int(map->tried));
		id = db_last_id(conn);
		for (size_t k = 0; k < map->ranges_count; k++)
			db_run(conn, SQL_RACE_RANGE_ADD, db_int(id), db_int(map->ranges[k].first),
			       db_int(map->ranges[k].last), db_text(map->ranges[k].state));
	}
}

/* A workload and target that come twice are two halves of one histogram. */
static void store_latencies(struct db_conn *conn, int64_t load, const struct load_result *result)
{
	for (size_t i = 0; i < result->latencies_count; i++) {
		const struct latency_result *latency = &result->latencies[i];
		int64_t id;

		db_run(conn, SQL_LATENCY_ADD, db_int(load), db_text(latency->workload),
		       db_text(latency->target), db_text(latency->clock));
		id = db_value(conn, 0, SQL_LATENCY_FIND, db_int(load), db_text(latency->workload),
			      db_text(latency->target));
		for (size_t k = 0; k < latency->buckets_count; k++)
			db_run(conn, SQL_LATENCY_BUCKET_ADD, db_int(id),
			       db_int(latency->buckets[k].index),
			       db_int(latency->buckets[k].count));
	}
}

static void store_details(struct db_conn *conn, int64_t load, const struct load_result *result)
{
	for (size_t i = 0; i < result->samples_count; i++) {
		const struct sample *sample = &result->samples[i];

		db_run(conn, SQL_SAMPLE_ADD, db_int(load), db_text(sample->metric->name),
		       db_text(sample->workload), db_text(sample->kind), db_int(sample->rep),
		       db_real(sample->value), db_int(sample->n), db_int(sample->total));
	}
	if (result->samples_count)
		db_run(conn, SQL_SAMPLE_SET_LAST, db_int(load), db_int(db_last_id(conn)));
	for (size_t i = 0; i < result->gates_count; i++)
		db_run(conn, SQL_VERDICT_ADD, db_int(load), db_text(result->gates[i].gate),
		       db_text(result->gates[i].workload), db_int(result->gates[i].passed),
		       db_text(result->gates[i].detail));
	for (size_t i = 0; i < result->dropped_count; i++)
		db_run(conn, SQL_DROPPED_ADD, db_int(load), db_text(result->dropped[i].workload),
		       db_int(result->dropped[i].rep), db_text(result->dropped[i].why));
	for (size_t i = 0; i < result->functions_count; i++) {
		const struct function_cost *cost = &result->functions[i];

		db_run(conn, SQL_FUNCTION_ADD, db_int(load), db_text(cost->kind),
		       db_text(cost->part), db_text(cost->module), db_text(cost->function),
		       db_int(cost->instructions));
	}
}

static bool find_load(struct db_conn *conn, int64_t task, int64_t id, struct plan_load *ret_load)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_LOAD_FIND, db_int(id), db_int(task));

	if (!rows_next(&rows))
		return false;
	*ret_load = (struct plan_load){
		.id = id,
		.task = task,
		.done = !strcmp(rows_text(&rows, 0), "done"),
		.variant = rows_int(&rows, 1),
		.host_failures = rows_int(&rows, 2),
		.base = rows_int(&rows, 3) == 0,
		.campaign = rows_int(&rows, 4),
	};
	return true;
}

int result_record_load(struct db_conn *conn, const struct lease *lease, int64_t id,
		       const struct load_result *result, int64_t now_ms, bool *ret_recorded,
		       struct err *err)
{
	int64_t fingerprint;
	struct plan_load load;

	if (!find_load(conn, lease->task, id, &load))
		return err_set(err, -ENOENT,
			       "There is no load %" PRId64 " in this lease's task. Use the numbers "
			       "that came with the lease.",
			       id);
	if (load.done) {
		*ret_recorded = false;
		return 0;
	}
	if (result->console[0]) {
		int rc = need_artifact(conn, result->console, "The console", err);

		if (rc < 0)
			return rc;
	}
	if (result->hung_console[0]) {
		int rc = need_artifact(conn, result->hung_console, "The console before", err);

		if (rc < 0)
			return rc;
	}
	*ret_recorded = true;
	if (!strcmp(result->status, "host-failed")) {
		db_run(conn, SQL_LOAD_HOST_FAILED, db_int(id), db_text(result->sentence),
		       db_int(lease->host));
		load.host_failures++;
		plan_load_host_failed(conn, &load, result->sentence, now_ms);
		return 0;
	}
	fingerprint = result_fingerprint(conn, result->fingerprint);
	db_run(conn, SQL_LOAD_FINISH, db_int(id), db_text(result->status),
	       db_text(result->sentence), db_text(result->console[0] ? result->console : NULL),
	       db_int(result->duration_ms), db_int_or_null(fingerprint), db_int(lease->host),
	       db_int(now_ms));
	if (result->hung)
		db_run(conn, SQL_LOAD_SET_HUNG, db_int(id), db_text(result->hung),
		       db_text(result->hung_console[0] ? result->hung_console : NULL));
	store_details(conn, id, result);
	store_races(conn, id, result);
	store_latencies(conn, id, result);
	plan_load_done(conn, &load, result->status, result->sentence, now_ms);
	return 0;
}

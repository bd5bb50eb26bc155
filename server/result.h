/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What agents send back, and how it is stored. Each result counts once: the state of the task or
 * load in the database is the truth, whatever is sent again or late.
 *
 *	rc = result_record_load(conn, &task, load_id, &result, now_ms, &recorded, err);
 *	rc = result_record_build(conn, &task, &result, now_ms, err);
 *
 * -ENOENT: no such load in this task; -EINVAL: it refers to an artifact that was never uploaded.
 */
#ifndef RUNWAY_SERVER_RESULT_H
#define RUNWAY_SERVER_RESULT_H

#include "lib/metric.h"
#include "lib/sha256.h"
#include "server/db.h"
#include "server/lease.h"

#define RESULT_WORD_MAX 64
#define RESULT_FUNCTION_MAX 128
#define RESULT_ARTIFACTS_MAX 64
#define RESULT_SAMPLES_MAX 100000
#define RESULT_GATES_MAX 20000
#define RESULT_DROPPED_MAX 20000
#define RESULT_FUNCTIONS_MAX 200000
#define RESULT_RACE_MAPS_MAX 64
#define RESULT_RACE_RANGES_MAX 1024
#define RESULT_LATENCIES_MAX 64
#define RESULT_LATENCY_COUNT_MAX (1 << 30) /* of a histogram */
#define RESULT_RACE_OFFSET_MAX (1 << 24)

struct build_artifact {
	char name[RESULT_WORD_MAX + 1], sha256[SHA256_HEX_BYTES];
	int64_t bytes;
};

struct build_result {
	bool built, reused;
	char *sentence;
	char tree[65], base_tree[65], key[65], code_sha256[65];
	char base_commit[65]; /* "" when the agent does not say */
	int64_t duration_ms, warnings;
	struct build_artifact *artifacts;
	size_t artifacts_count;
};

struct sample {
	const struct metric *metric;
	char workload[RESULT_WORD_MAX + 1], kind[RESULT_WORD_MAX + 1];
	int64_t rep, n, total;
	double value;
};

struct gate_outcome {
	char gate[RESULT_WORD_MAX + 1], workload[RESULT_WORD_MAX + 1];
	bool passed;
	char *detail;
};

struct dropped_rep {
	char workload[RESULT_WORD_MAX + 1];
	int64_t rep;
	char *why;
};

struct function_cost {
	char kind[RESULT_WORD_MAX + 1], part[RESULT_WORD_MAX + 1], module[RESULT_WORD_MAX + 1];
	char function[RESULT_FUNCTION_MAX + 1];
	int64_t instructions;
};

/* Offsets that had the same state; both ends belong to it. */
struct race_range {
	int64_t first, last;
	char state[16];
};

/* Its ranges are in order, without gaps, from the first offset to the last. */
struct race_map {
	char workload[RESULT_WORD_MAX + 1], kind[RESULT_WORD_MAX + 1], sender[RESULT_WORD_MAX + 1];
	int64_t first, last, tried, rounds, cycle; /* tried: so many of the offsets */
	struct race_range *ranges;
	size_t ranges_count;
};

struct latency_bucket {
	int64_t index, count;
};

/* Buckets of lib/histogram.h, rising. */
struct latency_result {
	char workload[RESULT_WORD_MAX + 1], target[RESULT_WORD_MAX + 1], clock[16];
	struct latency_bucket *buckets;
	size_t buckets_count;
};

struct load_result {
	char status[16];
	char *sentence;
	int64_t duration_ms;
	char console[SHA256_HEX_BYTES]; /* "" without one */
	char *hung;			/* how it hung the first time; NULL: it did not */
	char hung_console[SHA256_HEX_BYTES];
	char *fingerprint;		/* JSON text, keys sorted; NULL without one */
	struct sample *samples;
	struct gate_outcome *gates;
	struct dropped_rep *dropped;
	struct function_cost *functions;
	struct race_map *races;
	struct latency_result *latencies;
	size_t samples_count, gates_count, dropped_count, functions_count, races_count;
	size_t latencies_count;
};

void build_result_release(struct build_result *result);
void load_result_release(struct load_result *result);

int result_record_build(struct db_conn *conn, const struct lease *lease,
			const struct build_result *result, int64_t now_ms, struct err *err);
int result_record_load(struct db_conn *conn, const struct lease *lease, int64_t load,
		       const struct load_result *result, int64_t now_ms, bool *ret_recorded,
		       struct err *err);

/* The row of these key-sorted JSON bytes, made when new; 0 for NULL. */
int64_t result_fingerprint(struct db_conn *conn, const char *json);

#endif

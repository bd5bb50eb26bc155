// SPDX-License-Identifier: GPL-2.0-or-later
/* What agents send back: results of builds and of loads. */
#include <errno.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/histogram.h"
#include "lib/list.h"
#include "server/check.h"
#include "server/json_decode.h"
#include "server/json_request.h"

#define SENTENCE_MAX_BYTES 4096
#define FINGERPRINT_MAX_BYTES (64 << 10)
/* Sums of a hundred thousand of them still fit. */
#define COUNT_MAX (1ll << 40)
#define DURATION_MAX_MS (7ll * 24 * 3600 * 1000)

/* Decodes each object of an array into the next element; where names it in sentences. */
static size_t read_each(struct decode *whole, const char *key, size_t max_count,
			size_t element_bytes, void (*read_one)(struct decode *d, void *element),
			void **ret_elements)
{
	json_t *array = decode_array(whole, key, false, max_count), *item;
	char where[64];
	void *elements;
	size_t i;

	if (!array || !json_array_size(array))
		return 0;
	elements = xcalloc(json_array_size(array), element_bytes);
	*ret_elements = elements;
	json_array_foreach (array, i, item) {
		struct decode d = { .object = item, .where = where, .err = whole->err };

		snprintf(where, sizeof(where), "%s[%zu]", key, i);
		if (!json_is_object(item))
			decode_fail(&d, "it must be an object.");
		read_one(&d, (char *)elements + i * element_bytes);
		if (d.rc < 0) {
			whole->rc = d.rc;
			return i + 1; /* what it holds is released with the rest */
		}
	}
	return json_array_size(array);
}

static void read_artifact(struct decode *d, void *element)
{
	struct build_artifact *artifact = element;
	const char *name = decode_text(d, "name", true, RESULT_WORD_MAX);

	if (!d->rc && (!check_repository(name)))
		decode_fail(d, "\"name\" must be a file's name: letters, digits, '.', '_', '-'.");
	snprintf(artifact->name, sizeof(artifact->name), "%s", name);
	decode_hex(d, "sha256", true, 64, 64, artifact->sha256);
	artifact->bytes = decode_int(d, "bytes", 0, COUNT_MAX, DECODE_REQUIRED);
}

static void check_twice(struct decode *d, const struct build_result *result)
{
	for (size_t i = 0; i < result->artifacts_count; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(result->artifacts[i].name, result->artifacts[k].name))
				decode_fail(d, "the artifact %s is there twice.",
					    result->artifacts[i].name);
}

static void read_built(struct decode *d, struct build_result *result)
{
	decode_hex(d, "tree", true, 40, 64, result->tree);
	decode_hex(d, "base_tree", true, 40, 64, result->base_tree);
	decode_hex(d, "base_commit", false, 40, 64, result->base_commit);
	decode_hex(d, "key", true, 64, 64, result->key);
	decode_hex(d, "code_sha256", true, 64, 64, result->code_sha256);
	result->reused = decode_bool(d, "reused", false);
	result->artifacts_count =
		read_each(d, "artifacts", RESULT_ARTIFACTS_MAX, sizeof(*result->artifacts),
			  read_artifact, (void **)&result->artifacts);
	if (!d->rc && !result->artifacts_count)
		decode_fail(d, "\"artifacts\" is empty: a build has files.");
	check_twice(d, result);
}

int json_build_result(const struct buf *body, struct build_result *ret_result, struct err *err)
{
	CLEANUP(build_result_release) struct build_result result = { 0 };
	CLEANUP(json_free) json_t *root = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the build's result", .err = err, .rc = rc };
	const char *status;

	if (rc < 0)
		return rc;
	status = decode_text(&d, "status", true, 16);
	result.built = !strcmp(status, "built");
	if (!d.rc && !result.built && strcmp(status, "failed") != 0)
		decode_fail(&d, "\"status\" must be \"built\" or \"failed\".");
	result.sentence = decode_sentence(&d, "sentence", !result.built, SENTENCE_MAX_BYTES);
	if (!d.rc && !result.built && !*result.sentence)
		decode_fail(&d, "a failed build needs a \"sentence\" that says why.");
	result.duration_ms = decode_int(&d, "duration_ms", 0, DURATION_MAX_MS, 0);
	result.warnings = decode_int(&d, "warnings", 0, COUNT_MAX, 0);
	if (result.built)
		read_built(&d, &result);
	if (d.rc < 0)
		return d.rc;
	*ret_result = result;
	result = (struct build_result){ 0 };
	return 0;
}

static void read_sample(struct decode *d, void *element)
{
	struct sample *sample = element;
	const char *metric = decode_text(d, "metric", true, RESULT_WORD_MAX);

	sample->metric = metric_find(metric);
	if (!d->rc && !sample->metric)
		decode_fail(d, "this server knows no metric \"%s\". Update it, or the agent.",
			    metric);
	decode_label(d, "workload", true, sample->workload, sizeof(sample->workload));
	decode_label(d, "kind", false, sample->kind, sizeof(sample->kind));
	sample->rep = decode_count(d, "rep", COUNT_MAX, 0);
	sample->value = decode_real(d, "value");
	sample->n = decode_count(d, "n", COUNT_MAX, 1);
	sample->total = decode_count(d, "total", COUNT_MAX, sample->n);
}

static void read_gate(struct decode *d, void *element)
{
	struct gate_outcome *gate = element;

	decode_label(d, "gate", true, gate->gate, sizeof(gate->gate));
	decode_label(d, "workload", true, gate->workload, sizeof(gate->workload));
	if (!d->rc && !json_is_boolean(json_object_get(d->object, "passed")))
		decode_fail(d, "\"passed\" must be true or false.");
	gate->passed = decode_bool(d, "passed", false);
	gate->detail = decode_sentence(d, "detail", false, SENTENCE_MAX_BYTES);
}

static void read_dropped(struct decode *d, void *element)
{
	struct dropped_rep *dropped = element;

	decode_label(d, "workload", true, dropped->workload, sizeof(dropped->workload));
	dropped->rep = decode_count(d, "rep", COUNT_MAX, 0);
	dropped->why = decode_sentence(d, "why", false, SENTENCE_MAX_BYTES);
}

static void read_function(struct decode *d, void *element)
{
	struct function_cost *cost = element;

	decode_label(d, "kind", true, cost->kind, sizeof(cost->kind));
	decode_label(d, "part", true, cost->part, sizeof(cost->part));
	decode_label(d, "module", true, cost->module, sizeof(cost->module));
	decode_label(d, "function", true, cost->function, sizeof(cost->function));
	cost->instructions = decode_count(d, "instructions", COUNT_MAX, DECODE_REQUIRED);
}

static bool race_range(json_t *triple, int64_t next, struct race_range *ret)
{
	static const char known[] = "quiet,needed,spurious,lost,lost-ipi";
	const char *state = json_string_value(json_array_get(triple, 2));

	ret->first = json_integer_value(json_array_get(triple, 0));
	ret->last = json_integer_value(json_array_get(triple, 1));
	if (!state || !list_has(known, state) || ret->first != next || ret->last < ret->first)
		return false;
	snprintf(ret->state, sizeof(ret->state), "%s", state);
	return true;
}

static void read_race(struct decode *d, void *element)
{
	struct race_map *map = element;
	json_t *ranges = decode_array(d, "ranges", true, RESULT_RACE_RANGES_MAX);
	int64_t width, next;

	decode_label(d, "workload", true, map->workload, sizeof(map->workload));
	decode_label(d, "kind", true, map->kind, sizeof(map->kind));
	decode_label(d, "sender", true, map->sender, sizeof(map->sender));
	map->first = decode_int(d, "from", -RESULT_RACE_OFFSET_MAX, RESULT_RACE_OFFSET_MAX,
				DECODE_REQUIRED);
	map->last = decode_int(d, "to", -RESULT_RACE_OFFSET_MAX, RESULT_RACE_OFFSET_MAX,
			       DECODE_REQUIRED);
	width = map->last - map->first + 1;
	map->tried = decode_count(d, "tried", width, width);
	map->rounds = decode_count(d, "rounds", COUNT_MAX, 0);
	map->cycle = decode_count(d, "cycle", COUNT_MAX, 0);
	if (d->rc < 0)
		return;
	map->ranges = xcalloc(json_array_size(ranges) + 1, sizeof(*map->ranges));
	for (next = map->first; map->ranges_count < json_array_size(ranges);) {
		struct race_range *range = &map->ranges[map->ranges_count];

		if (!race_range(json_array_get(ranges, map->ranges_count++), next, range))
			break;
		next = range->last + 1;
	}
	if (map->ranges_count != json_array_size(ranges) || next != map->last + 1)
		decode_fail(d, "\"ranges\" must lead from \"from\" to \"to\" without a gap, each "
			       "with a state.");
}

static bool latency_bucket(json_t *pair, int64_t least, struct latency_bucket *ret)
{
	ret->index = json_integer_value(json_array_get(pair, 0));
	ret->count = json_integer_value(json_array_get(pair, 1));
	return json_array_size(pair) == 2 && json_is_integer(json_array_get(pair, 0)) &&
	       ret->index >= least && ret->index < HISTOGRAM_BUCKETS && ret->count > 0;
}

static void read_latency(struct decode *d, void *element)
{
	struct latency_result *latency = element;
	json_t *buckets = decode_array(d, "buckets", true, HISTOGRAM_BUCKETS), *pair;
	int64_t least = 0, left = RESULT_LATENCY_COUNT_MAX;
	size_t i;

	decode_label(d, "workload", true, latency->workload, sizeof(latency->workload));
	decode_label(d, "target", true, latency->target, sizeof(latency->target));
	decode_word(d, "clock", true, latency->clock, sizeof(latency->clock));
	decode_int(d, "bits", HISTOGRAM_BITS, HISTOGRAM_BITS, DECODE_REQUIRED);
	if (!d->rc && !list_has("emulated,instructions,tsc", latency->clock))
		decode_fail(d, "\"clock\" must be emulated, instructions or tsc.");
	if (d->rc < 0)
		return;
	latency->buckets = xcalloc(json_array_size(buckets) + 1, sizeof(*latency->buckets));
	json_array_foreach (buckets, i, pair) {
		if (!latency_bucket(pair, least, &latency->buckets[i]) ||
		    latency->buckets[i].count > left) {
			decode_fail(d, "\"buckets\" must be pairs of a bucket, rising, and how "
				       "many were in it.");
			return;
		}
		least = latency->buckets[i].index + 1;
		left -= latency->buckets[i].count;
		latency->buckets_count++;
	}
}

static void read_console(struct decode *whole, char ret_sha256[SHA256_HEX_BYTES])
{
	json_t *console = decode_object(whole, "console", false);
	struct decode d = { .object = console, .where = "\"console\"", .err = whole->err };

	if (!console)
		return;
	decode_hex(&d, "sha256", true, 64, 64, ret_sha256);
	whole->rc = d.rc;
}

static void read_hung(struct decode *whole, struct load_result *result)
{
	struct decode d = { .where = "\"hung\"", .err = whole->err };

	d.object = decode_object(whole, "hung", false);
	if (!d.object)
		return;
	result->hung = decode_sentence(&d, "sentence", true, SENTENCE_MAX_BYTES);
	read_console(&d, result->hung_console);
	whole->rc = d.rc;
}

int json_load_result(const struct buf *body, struct load_result *ret_result, struct err *err)
{
	static const char known[] = "ok,panic,hang,load-failed,guest-failed,host-failed";
	CLEANUP(load_result_release) struct load_result result = { .status = "" };
	CLEANUP(json_free) json_t *root = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the load's result", .err = err, .rc = rc };

	if (rc < 0)
		return rc;
	decode_word(&d, "status", true, result.status, sizeof(result.status));
	if (!d.rc && !list_has(known, result.status))
		decode_fail(&d, "\"status\" must be one of %s.", known);
	result.sentence = decode_sentence(&d, "sentence", false, SENTENCE_MAX_BYTES);
	result.duration_ms = decode_int(&d, "duration_ms", 0, DURATION_MAX_MS, 0);
	result.fingerprint = decode_raw(&d, "fingerprint", FINGERPRINT_MAX_BYTES);
	read_console(&d, result.console);
	read_hung(&d, &result);
	result.samples_count = read_each(&d, "samples", RESULT_SAMPLES_MAX, sizeof(struct sample),
					 read_sample, (void **)&result.samples);
	result.gates_count = read_each(&d, "gates", RESULT_GATES_MAX, sizeof(struct gate_outcome),
				       read_gate, (void **)&result.gates);
	result.dropped_count =
		read_each(&d, "dropped", RESULT_DROPPED_MAX, sizeof(struct dropped_rep),
			  read_dropped, (void **)&result.dropped);
	result.functions_count =
		read_each(&d, "functions", RESULT_FUNCTIONS_MAX, sizeof(struct function_cost),
			  read_function, (void **)&result.functions);
	result.races_count = read_each(&d, "race_maps", RESULT_RACE_MAPS_MAX,
				       sizeof(struct race_map), read_race, (void **)&result.races);
	result.latencies_count =
		read_each(&d, "latencies", RESULT_LATENCIES_MAX, sizeof(struct latency_result),
			  read_latency, (void **)&result.latencies);
	if (d.rc < 0)
		return d.rc;
	*ret_result = result;
	result = (struct load_result){ 0 };
	return 0;
}

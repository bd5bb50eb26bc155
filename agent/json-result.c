// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json-result.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/json-latency.h"
#include "agent/json-race.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void drop(json_t **json)
{
	json_decref(*json);
}

static char *dump(json_t *json)
{
	char *encoded = json_dumps(json, JSON_COMPACT);

	if (!encoded)
		abort(); /* only out of memory: all texts went through text() */
	return encoded;
}

/* Hosts may print any byte; what is not UTF-8 is sent with '?' in its place. */
static json_t *text(const char *value)
{
	json_t *string = json_string(value);

	if (!string) {
		CLEANUP(free_ptr) char *ascii = xstrdup(value);

		for (char *c = ascii; *c; c++)
			if ((unsigned char)*c >= 0x80)
				*c = '?';
		string = json_string(ascii);
	}
	return string;
}

static void set_text(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, text(value));
}

static void set_integer(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

char *json_lease_request_encode(const struct config *config, unsigned wait_s)
{
	CLEANUP(drop) json_t *root = json_object();
	json_t *capabilities = json_array(), *labels = json_object();

	for (size_t i = 0; i < config->capabilities_count; i++)
		json_array_append_new(capabilities, text(config->capabilities[i]));
	set_text(root, "agent", config->name);
	json_object_set_new(root, "capabilities", capabilities);
	set_integer(root, "wait_s", wait_s);
	for (size_t i = 0; i < config->labels_count; i++) {
		const char *equals = strchr(config->labels[i], '=');
		CLEANUP(free_ptr)
		char *key = xstrndup(config->labels[i], (size_t)(equals - config->labels[i]));

		set_text(labels, key, equals + 1);
	}
	json_object_set_new(root, "labels", labels);
	return dump(root);
}

char *json_heartbeat_encode(const char *phase, int64_t load)
{
	CLEANUP(drop) json_t *root = json_object();

	set_text(root, "phase", phase);
	json_object_set_new(root, "load", load ? json_integer(load) : json_null());
	return dump(root);
}

static json_t *artifact_list(const struct artifacts *artifacts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < artifacts->count; i++) {
		json_t *item = json_object();

		set_text(item, "name", artifacts->items[i].name);
		set_text(item, "sha256", artifacts->items[i].sha256);
		set_integer(item, "bytes", artifacts->items[i].bytes);
		json_array_append_new(list, item);
	}
	return list;
}

char *json_build_result_encode(const struct build_result *result)
{
	CLEANUP(drop) json_t *root = json_object();

	set_text(root, "status", result->built ? "built" : "failed");
	if (result->sentence[0])
		set_text(root, "sentence", result->sentence);
	if (result->tree[0])
		set_text(root, "tree", result->tree);
	if (result->base_tree[0])
		set_text(root, "base_tree", result->base_tree);
	if (result->base_commit[0])
		set_text(root, "base_commit", result->base_commit);
	if (result->built) {
		set_text(root, "key", result->key);
		set_text(root, "code_sha256", result->code_sha256);
		json_object_set_new(root, "reused", json_boolean(result->reused));
		set_integer(root, "warnings", result->warnings);
		json_object_set_new(root, "artifacts", artifact_list(&result->artifacts));
	}
	set_integer(root, "duration_ms", result->duration_ms);
	return dump(root);
}

char *json_fetch_failure_encode(const char *sentence)
{
	CLEANUP(drop) json_t *root = json_object();

	set_text(root, "status", "failed");
	set_text(root, "sentence", sentence);
	return dump(root);
}

static json_t *sample_list(const struct load_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->samples_count; i++) {
		const struct sample *sample = &result->samples[i];
		json_t *item = json_object();

		set_text(item, "metric", sample->metric);
		set_text(item, "workload", sample->workload);
		if (sample->kind[0])
			set_text(item, "kind", sample->kind);
		set_integer(item, "rep", sample->rep);
		json_object_set_new(item, "value", json_real(sample->value));
		set_integer(item, "n", sample->n);
		set_integer(item, "total", sample->total);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *gate_list(const struct load_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->gates_count; i++) {
		const struct gate *gate = &result->gates[i];
		json_t *item = json_object();

		set_text(item, "gate", gate->gate);
		set_text(item, "workload", gate->workload);
		json_object_set_new(item, "passed", json_boolean(gate->passed));
		set_text(item, "detail", gate->detail);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *dropped_list(const struct load_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->dropped_count; i++) {
		json_t *item = json_object();

		set_text(item, "workload", result->dropped[i].workload);
		set_integer(item, "rep", result->dropped[i].rep);
		set_text(item, "why", result->dropped[i].why);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *function_list(const struct load_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->functions_count; i++) {
		const struct exact_function *function = &result->functions[i];
		json_t *item = json_object();

		set_text(item, "kind", function->kind);
		set_text(item, "part", function->part);
		set_text(item, "module", function->module);
		set_text(item, "function", function->function);
		set_integer(item, "instructions", function->instructions);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *race_list(const struct load_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->races_count; i++)
		json_array_append_new(list, json_race_encode(&result->races[i]));
	return list;
}

static json_t *latency_list(const struct load_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->latencies_count; i++)
		json_array_append_new(list, json_latency_encode(&result->latencies[i],
								result->latency_clock));
	return list;
}

static json_t *console_object(const struct artifact *artifact)
{
	json_t *console = json_object();

	set_text(console, "sha256", artifact->sha256);
	set_integer(console, "bytes", artifact->bytes);
	return console;
}

static json_t *hung_object(const struct load_result *result)
{
	json_t *hung = json_object();

	set_text(hung, "sentence", result->hung);
	if (result->hung_console.sha256[0])
		json_object_set_new(hung, "console", console_object(&result->hung_console));
	return hung;
}

char *json_load_result_encode(const struct load_result *result)
{
	CLEANUP(drop) json_t *root = json_object();
	json_t *fingerprint = json_object();

	for (size_t i = 0; i < result->fingerprint_count; i++)
		json_object_set_new_nocheck(fingerprint, result->fingerprint[i].key,
					    text(result->fingerprint[i].value));
	set_text(root, "status", load_status_name(result->status));
	set_text(root, "sentence", result->sentence);
	set_integer(root, "duration_ms", result->duration_ms);
	if (result->console.sha256[0])
		json_object_set_new(root, "console", console_object(&result->console));
	if (result->hung[0])
		json_object_set_new(root, "hung", hung_object(result));
	if (result->sender_flag[0])
		set_text(root, "sender_flag", result->sender_flag);
	json_object_set_new(root, "fingerprint", fingerprint);
	json_object_set_new(root, "samples", sample_list(result));
	json_object_set_new(root, "gates", gate_list(result));
	json_object_set_new(root, "dropped", dropped_list(result));
	json_object_set_new(root, "functions", function_list(result));
	json_object_set_new(root, "race_maps", race_list(result));
	json_object_set_new(root, "latencies", latency_list(result));
	return dump(root);
}

static bool decode_artifact(json_t *item, struct artifact *ret_artifact)
{
	const char *name = json_string_value(json_object_get(item, "name"));
	const char *hash = json_string_value(json_object_get(item, "sha256"));

	if (!name || strlen(name) >= sizeof(ret_artifact->name) || !hash || !sha256_is_hex(hash))
		return false;
	memset(ret_artifact, 0, sizeof(*ret_artifact));
	snprintf(ret_artifact->name, sizeof(ret_artifact->name), "%s", name);
	snprintf(ret_artifact->sha256, sizeof(ret_artifact->sha256), "%s", hash);
	ret_artifact->bytes = (size_t)json_integer_value(json_object_get(item, "bytes"));
	return true;
}

int json_build_decode(const char *body, size_t bytes, struct build_result *ret_result,
		      struct err *err)
{
	CLEANUP(drop) json_t *root = json_loadb(body, bytes, JSON_REJECT_DUPLICATES, NULL);
	const char *code = json_string_value(json_object_get(root, "code_sha256"));
	json_t *list = json_object_get(root, "artifacts");
	struct artifacts artifacts = { .items = xcalloc(json_array_size(list),
							sizeof(*artifacts.items)) };
	bool good = code && sha256_is_hex(code) && json_array_size(list) > 0;

	for (size_t i = 0; good && i < json_array_size(list); i++)
		good = decode_artifact(json_array_get(list, i),
				       &artifacts.items[artifacts.count++]);
	if (!good) {
		free(artifacts.items);
		return err_set(err, -EPROTO,
			       "The server described a build that this agent does not understand.");
	}
	snprintf(ret_result->code_sha256, sizeof(ret_result->code_sha256), "%s", code);
	ret_result->artifacts = artifacts;
	return 0;
}

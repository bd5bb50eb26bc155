// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <string.h>

#include "cli/json_read.h"
#include "cli/ranking.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void read_metric(struct json_reader *reader, const json_t *object,
			struct ranking_metric *metric)
{
	metric->name = json_read_text(reader, object, "name", JSON_NEEDED);
	metric->lane = json_read_text(reader, object, "lane", JSON_NEEDED);
	metric->unit = json_read_text(reader, object, "unit", JSON_NEEDED);
	metric->workload = json_read_text(reader, object, "workload", JSON_OPTIONAL);
	metric->kind = json_read_text(reader, object, "kind", JSON_OPTIONAL);
	metric->isa = json_read_text(reader, object, "isa", JSON_OPTIONAL);
	metric->value = json_read_number(reader, object, "value", JSON_OPTIONAL, NAN);
	metric->base = json_read_number(reader, object, "base", JSON_OPTIONAL, NAN);
	metric->spread = json_read_number(reader, object, "spread", JSON_OPTIONAL, NAN);
	metric->n = json_read_integer(reader, object, "n", JSON_OPTIONAL, 0);
	metric->total = json_read_integer(reader, object, "total", JSON_OPTIONAL, 0);
	metric->dropped = json_read_integer(reader, object, "dropped", JSON_OPTIONAL, 0);
}

static void read_gate(struct json_reader *reader, const json_t *object, struct ranking_gate *gate)
{
	gate->gate = json_read_text(reader, object, "gate", JSON_NEEDED);
	gate->workload = json_read_text(reader, object, "workload", JSON_OPTIONAL);
	gate->detail = json_read_text(reader, object, "detail", JSON_OPTIONAL);
	gate->passed = json_read_bool(reader, object, "passed", JSON_NEEDED, false);
	gate->runs = json_read_integer(reader, object, "runs", JSON_OPTIONAL, 0);
	gate->failed = json_read_integer(reader, object, "failed", JSON_OPTIONAL, 0);
}

/* Whether an element of the base's lists is of that ISA; one that names none is of every. */
static bool is_of_isa(const json_t *object, const char *isa)
{
	const char *named = json_string_value(json_object_get(object, "isa"));

	return !named || !isa || !strcmp(named, isa);
}

static void read_lists(struct json_reader *reader, const json_t *object,
		       struct ranking_result *result)
{
	const json_t *metrics = json_read_array(reader, object, "metrics", JSON_OPTIONAL);
	const json_t *gates = json_read_array(reader, object, "gates", JSON_OPTIONAL);

	result->metrics = xcalloc(json_array_size(metrics) + 1, sizeof(*result->metrics));
	for (size_t i = 0; i < json_array_size(metrics); i++) {
		const json_t *element = json_read_element(reader, metrics, i);

		if (is_of_isa(element, result->isa))
			read_metric(reader, element, &result->metrics[result->metric_count++]);
	}
	result->gates = xcalloc(json_array_size(gates) + 1, sizeof(*result->gates));
	for (size_t i = 0; i < json_array_size(gates); i++) {
		const json_t *element = json_read_element(reader, gates, i);

		if (is_of_isa(element, result->isa))
			read_gate(reader, element, &result->gates[result->gate_count++]);
	}
	result->gates_run =
		json_read_bool(reader, object, "gates_run", JSON_OPTIONAL, result->gate_count > 0);
}

/* What an earlier campaign measured of the same tree. */
static char *read_same_tree(struct json_reader *reader, const json_t *result)
{
	const json_t *same = json_read_object(reader, result, "same_tree", JSON_OPTIONAL);
	CLEANUP(free_ptr) char *series = NULL;

	if (!same)
		return NULL;
	series = json_read_text(reader, same, "series", JSON_NEEDED);
	return xasprintf("%s v%lld of campaign %lld", series ? series : "",
			 (long long)json_read_integer(reader, same, "version", JSON_NEEDED, 0),
			 (long long)json_read_integer(reader, same, "campaign", JSON_NEEDED, 0));
}

static void read_result(struct json_reader *reader, const json_t *object,
			struct ranking_result *result)
{
	const json_t *across = json_read_object(reader, object, "across_isa", JSON_OPTIONAL);

	if (across) {
		result->agreement = json_read_text(reader, across, "agreement", JSON_NEEDED);
		result->across = json_read_text(reader, across, "sentence", JSON_NEEDED);
	}
	result->overall = json_read_integer(reader, object, "overall", JSON_OPTIONAL, 0);
	result->series = json_read_text(reader, object, "series", JSON_NEEDED);
	result->isa = json_read_text(reader, object, "isa", JSON_NEEDED);
	result->status = json_read_text(reader, object, "status", JSON_NEEDED);
	result->reason = json_read_text(reader, object, "reason", JSON_OPTIONAL);
	result->sender_flag = json_read_text(reader, object, "sender_flag", JSON_OPTIONAL);
	result->note = json_read_text(reader, object, "note", JSON_OPTIONAL);
	result->same_tree = read_same_tree(reader, object);
	result->place = json_read_integer(reader, object, "place", JSON_OPTIONAL, 0);
	result->place_last = json_read_integer(reader, object, "place_last", JSON_OPTIONAL, 0);
	read_lists(reader, object, result);
}

/* The base on one ISA; place is a { isa, place, … } of base.isa, NULL when there is one ISA. */
static void read_base(struct json_reader *reader, const json_t *base, const json_t *place,
		      struct ranking_result *result)
{
	const json_t *from = place ? place : base;
	char *status;

	result->series = xstrdup("base");
	result->isa = place ? json_read_text(reader, place, "isa", JSON_NEEDED) : NULL;
	status = json_read_text(reader, from, "status", JSON_OPTIONAL);
	result->status = status ? status : xstrdup("base");
	result->reason = json_read_text(reader, from, "reason", JSON_OPTIONAL);
	result->place = json_read_integer(reader, from, "place", JSON_OPTIONAL, 0);
	result->place_last = json_read_integer(reader, from, "place_last", JSON_OPTIONAL, 0);
	result->overall = json_read_integer(reader, base, "place", JSON_OPTIONAL, 0);
	read_lists(reader, base, result);
	/* Of the whole base it says whether gates ran on every ISA. */
	if (place)
		result->gates_run = json_read_bool(reader, place, "gates_run", JSON_OPTIONAL,
						   result->gate_count > 0);
}

static void read_bases(struct json_reader *reader, const json_t *base, struct ranking *ranking)
{
	const json_t *places = json_read_array(reader, base, "isa", JSON_OPTIONAL);

	ranking->base_count = places ? json_array_size(places) : 1;
	ranking->bases = xcalloc(ranking->base_count + 1, sizeof(*ranking->bases));
	for (size_t i = 0; i < ranking->base_count; i++)
		read_base(reader, base, places ? json_read_element(reader, places, i) : NULL,
			  &ranking->bases[i]);
}

int ranking_decode(const char *data, size_t bytes, struct ranking *ret_ranking, struct err *err)
{
	struct json_reader reader = { .what = "ranking", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(ranking_release) struct ranking ranking = { 0 };
	const json_t *base = json_read_object(&reader, root, "base", JSON_NEEDED);
	const json_t *results = json_read_array(&reader, root, "results", JSON_NEEDED);

	if (reader.rc < 0)
		return reader.rc;
	ranking.campaign = json_read_integer(&reader, root, "campaign", JSON_NEEDED, 0);
	ranking.state = json_read_text(&reader, root, "state", JSON_NEEDED);
	ranking.repository = json_read_text(&reader, base, "repository", JSON_OPTIONAL);
	ranking.rev = json_read_text(&reader, base, "rev", JSON_OPTIONAL);
	ranking.tree = json_read_text(&reader, base, "tree", JSON_OPTIONAL);
	ranking.base_note = json_read_text(&reader, base, "note", JSON_OPTIONAL);
	read_bases(&reader, base, &ranking);
	ranking.result_count = json_array_size(results);
	ranking.results = xcalloc(ranking.result_count + 1, sizeof(*ranking.results));
	for (size_t i = 0; i < ranking.result_count; i++)
		read_result(&reader, json_read_element(&reader, results, i), &ranking.results[i]);
	if (reader.rc < 0)
		return reader.rc;
	*ret_ranking = ranking;
	ranking = (struct ranking){ 0 };
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "cli/bisection.h"
#include "cli/json_read.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void read_point(struct json_reader *reader, const json_t *object,
		       struct bisection_point *point)
{
	point->series = json_read_text(reader, object, "series", JSON_OPTIONAL);
	point->state = json_read_text(reader, object, "state", JSON_OPTIONAL);
	point->answer = json_read_text(reader, object, "answer", JSON_NEEDED);
	point->trouble = json_read_text(reader, object, "trouble", JSON_OPTIONAL);
	point->blocks = json_read_integer(reader, object, "blocks", JSON_NEEDED, 0);
	point->base = json_read_number(reader, object, "base", JSON_OPTIONAL, NAN);
	point->value = json_read_number(reader, object, "value", JSON_OPTIONAL, NAN);
	point->whole = json_read_number(reader, object, "whole", JSON_OPTIONAL, NAN);
	point->effect = json_read_number(reader, object, "effect", JSON_OPTIONAL, NAN);
	point->low = json_read_number(reader, object, "low", JSON_OPTIONAL, NAN);
	point->high = json_read_number(reader, object, "high", JSON_OPTIONAL, NAN);
}

static void read_question(struct json_reader *reader, const json_t *root,
			  struct bisection *bisection)
{
	bisection->campaign = json_read_integer(reader, root, "campaign", JSON_NEEDED, 0);
	bisection->source = json_read_integer(reader, root, "source", JSON_NEEDED, 0);
	bisection->state = json_read_text(reader, root, "state", JSON_NEEDED);
	bisection->reason = json_read_text(reader, root, "reason", JSON_OPTIONAL);
	bisection->series = json_read_text(reader, root, "series", JSON_NEEDED);
	bisection->patches = json_read_integer(reader, root, "patches", JSON_NEEDED, 0);
	bisection->isa = json_read_text(reader, root, "isa", JSON_NEEDED);
	bisection->lane = json_read_text(reader, root, "lane", JSON_NEEDED);
	bisection->metric = json_read_text(reader, root, "metric", JSON_NEEDED);
	bisection->workload = json_read_text(reader, root, "workload", JSON_NEEDED);
	bisection->kind = json_read_text(reader, root, "kind", JSON_OPTIONAL);
	bisection->direction = json_read_text(reader, root, "direction", JSON_NEEDED);
	bisection->confidence = json_read_number(reader, root, "confidence", JSON_NEEDED, 0);
	bisection->blocks = json_read_integer(reader, root, "blocks", JSON_NEEDED, 0);
	bisection->blocks_most = json_read_integer(reader, root, "blocks_most", JSON_OPTIONAL, 0);
}

static void read_answer(struct json_reader *reader, const json_t *root, struct bisection *bisection)
{
	const json_t *posterior = json_read_array(reader, root, "posterior", JSON_NEEDED);
	const json_t *points = json_read_array(reader, root, "points", JSON_NEEDED);
	const json_t *without = json_read_object(reader, root, "without", JSON_OPTIONAL);
	const json_t *culprit = json_read_object(reader, root, "culprit", JSON_OPTIONAL);

	bisection->outcome = json_read_text(reader, root, "outcome", JSON_NEEDED);
	bisection->sentence = json_read_text(reader, root, "sentence", JSON_NEEDED);
	if (culprit)
		bisection->culprit = json_read_text(reader, culprit, "subject", JSON_NEEDED);
	bisection->posterior =
		xcalloc(json_array_size(posterior) + 1, sizeof(*bisection->posterior));
	for (size_t i = 0; i < json_array_size(posterior); i++)
		bisection->posterior[bisection->posterior_count++] =
			json_number_value(json_array_get(posterior, i));
	bisection->points = xcalloc(json_array_size(points) + 2, sizeof(*bisection->points));
	for (size_t i = 0; i < json_array_size(points); i++)
		read_point(reader, json_read_element(reader, points, i),
			   &bisection->points[bisection->point_count++]);
	if (without)
		read_point(reader, without, &bisection->points[bisection->point_count++]);
}

int bisection_decode(const char *data, size_t bytes, struct bisection *ret_bisection,
		     struct err *err)
{
	struct json_reader reader = { .what = "bisection", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(bisection_release) struct bisection bisection = { 0 };

	if (!root)
		return reader.rc;
	read_question(&reader, root, &bisection);
	read_answer(&reader, root, &bisection);
	if (reader.rc < 0)
		return reader.rc;
	*ret_bisection = bisection;
	bisection = (struct bisection){ 0 };
	return 0;
}

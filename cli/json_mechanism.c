// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/json_read.h"
#include "cli/mechanism.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void read_expectation(struct json_reader *reader, const json_t *object,
			     struct expectation *expectation)
{
	const json_t *function = json_read_object(reader, object, "function", JSON_OPTIONAL);
	const json_t *reason = json_read_object(reader, object, "exit_reason", JSON_OPTIONAL);

	expectation->series = json_read_text(reader, object, "series", JSON_NEEDED);
	expectation->isa = json_read_text(reader, object, "isa", JSON_NEEDED);
	expectation->metric = json_read_text(reader, object, "metric", JSON_NEEDED);
	expectation->expected = json_read_text(reader, object, "expected", JSON_NEEDED);
	expectation->outcome = json_read_text(reader, object, "outcome", JSON_NEEDED);
	expectation->sentence = json_read_text(reader, object, "sentence", JSON_NEEDED);
	if (function) {
		expectation->function = json_read_text(reader, function, "function", JSON_NEEDED);
		expectation->difference =
			json_read_integer(reader, function, "difference", JSON_NEEDED, 0);
	}
	if (reason) {
		expectation->reason = json_read_text(reader, reason, "reason", JSON_NEEDED);
		expectation->reason_variant =
			json_read_number(reader, reason, "variant", JSON_NEEDED, 0);
		expectation->reason_base = json_read_number(reader, reason, "base", JSON_NEEDED, 0);
	}
}

int mechanism_decode(const char *data, size_t bytes, struct mechanism *ret_mechanism,
		     struct err *err)
{
	struct json_reader reader = { .what = "list of expectations", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(mechanism_release) struct mechanism mechanism = { 0 };
	const json_t *array = json_read_array(&reader, root, "expectations", JSON_NEEDED);

	if (reader.rc < 0)
		return reader.rc;
	mechanism.expectations =
		xcalloc(json_array_size(array) + 1, sizeof(*mechanism.expectations));
	for (size_t i = 0; i < json_array_size(array); i++)
		read_expectation(&reader, json_read_element(&reader, array, i),
				 &mechanism.expectations[mechanism.count++]);
	if (reader.rc < 0)
		return reader.rc;
	*ret_mechanism = mechanism;
	mechanism = (struct mechanism){ 0 };
	return 0;
}

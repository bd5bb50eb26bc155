// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/json_wishes.h"

#include <stdlib.h>
#include <string.h>

#include "lib/list.h"
#include "lib/workload-name.h"
#include "server/check.h"

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void decode_labels(struct decode *d, const char *key, char *ret_labels, size_t bytes)
{
	CLEANUP(buf_release) struct buf list = BUF_INIT(bytes - 1);
	json_t *object = decode_object(d, key, false), *value;
	const char *names[LABELS_MAX], *name;
	size_t count = 0;

	if (!object)
		return;
	if (json_object_size(object) > LABELS_MAX) {
		decode_fail(d, "\"%s\" may have %d labels.", key, LABELS_MAX);
		return;
	}
	json_object_foreach (object, name, value)
		names[count++] = name;
	qsort(names, count, sizeof(*names), compare);
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_object_get(object, names[i]));

		if (!check_label(names[i]) || !text || !check_label(text) ||
		    buf_printf(&list, "%s%s=%s", i ? "," : "", names[i], text) < 0) {
			decode_fail(d,
				    "\"%s\" must be an object of texts; names and texts are 1-%d "
				    "letters, digits, '.', '_' and '-'.",
				    key, LABEL_MAX);
			return;
		}
	}
	snprintf(ret_labels, bytes, "%s", list.data);
}

void json_write_labels(struct json_writer *w, const char *key, const char *labels)
{
	json_write_object(w, key);
	while (labels && *labels) {
		size_t name = strcspn(labels, "="), length = strcspn(labels, ",");
		char pair[2 * LABEL_MAX + 2];

		if (name >= length || length >= sizeof(pair))
			break;
		snprintf(pair, sizeof(pair), "%.*s", (int)length, labels);
		pair[name] = '\0';
		json_write_text(w, pair, pair + name + 1);
		labels += length + (labels[length] == ',');
	}
	json_write_end(w, '}');
}

static void read_hosts(struct decode *whole, struct campaign_request *request)
{
	json_t *hosts = decode_object(whole, "hosts", false);
	struct decode d = { .object = hosts, .where = "\"hosts\"", .err = whole->err };

	if (!hosts)
		return;
	decode_only(&d, (const char *const[]){ "labels", NULL });
	decode_labels(&d, "labels", request->host_labels, sizeof(request->host_labels));
	whole->rc = d.rc;
}

/* A lane that would run nothing is more likely a mistake than a wish. */
static void check_lanes(struct decode *d, const struct campaign_request *request)
{
	static const char *const lanes[] = { "exact", "posted", "race", "smp" };

	for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++) {
		CLEANUP(buf_release) struct buf names = BUF_INIT(CAMPAIGN_WORKLOADS_BYTES);

		if (!list_has(request->lanes, lanes[i]))
			continue;
		workload_names_in(request->workloads, lanes[i], &names);
		if (!names.length)
			decode_fail(d,
				    "\"workloads\" has none that run on the lane %s. Leave the "
				    "lane out.",
				    lanes[i]);
	}
}

static void read_workloads(struct decode *d, struct campaign_request *request)
{
	CLEANUP(buf_release) struct buf list = BUF_INIT(CAMPAIGN_WORKLOADS_BYTES - 1);
	CLEANUP(buf_release) struct buf all = BUF_INIT(CAMPAIGN_WORKLOADS_BYTES);
	json_t *array = decode_array(d, "workloads", false, workload_names_count), *item;
	size_t i;

	if (!array)
		return;
	workload_names_in(NULL, NULL, &all);
	json_array_foreach (array, i, item) {
		const char *name = json_is_string(item) ? json_string_value(item) : "";

		if (!workload_name_find(name)) {
			decode_fail(d, "there is no workload \"%.40s\". There are: %s.", name,
				    all.data);
			return;
		}
		if (list_has(list.data, name))
			decode_fail(d, "\"workloads\" names %s twice.", name);
		buf_printf(&list, "%s%s", i ? "," : "", name);
	}
	if (!list.length)
		decode_fail(d, "\"workloads\" must not be empty. Left out, all are run.");
	snprintf(request->workloads, sizeof(request->workloads), "%s", list.data);
	if (!d->rc)
		check_lanes(d, request);
}

void decode_wishes(struct decode *d, struct campaign_request *request)
{
	request->priority =
		decode_int(d, "priority", -CAMPAIGN_PRIORITY_MAX, CAMPAIGN_PRIORITY_MAX, 0);
	read_hosts(d, request);
	read_workloads(d, request);
}

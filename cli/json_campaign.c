// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cli/campaign.h"
#include "cli/json_read.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void read_load(struct json_reader *reader, const json_t *object, struct campaign_load *load)
{
	load->id = json_read_integer(reader, object, "id", JSON_NEEDED, 0);
	load->task = json_read_integer(reader, object, "task", JSON_OPTIONAL, 0);
	load->lane = json_read_text(reader, object, "lane", JSON_NEEDED);
	load->isa = json_read_text(reader, object, "isa", JSON_OPTIONAL);
	load->state = json_read_text(reader, object, "state", JSON_NEEDED);
	load->status = json_read_text(reader, object, "status", JSON_OPTIONAL);
	load->sentence = json_read_text(reader, object, "sentence", JSON_OPTIONAL);
	load->dropped = json_read_integer(reader, object, "dropped", JSON_OPTIONAL, 0);
	load->control = json_read_bool(reader, object, "control", JSON_OPTIONAL, false);
}

static void read_variant(struct json_reader *reader, const json_t *object,
			 struct campaign_variant *variant)
{
	const json_t *loads = json_read_array(reader, object, "loads", JSON_OPTIONAL);
	const json_t *build = json_read_object(reader, object, "build", JSON_OPTIONAL);

	variant->role = json_read_text(reader, object, "role", JSON_NEEDED);
	variant->series = json_read_text(reader, object, "series", JSON_NEEDED);
	variant->state = json_read_text(reader, object, "state", JSON_NEEDED);
	variant->phase = json_read_text(reader, object, "phase", JSON_OPTIONAL);
	variant->reason = json_read_text(reader, object, "reason", JSON_OPTIONAL);
	variant->note = json_read_text(reader, object, "note", JSON_OPTIONAL);
	variant->elapsed_s = json_read_number(reader, object, "elapsed_s", JSON_OPTIONAL, 0);
	variant->series_id = json_read_integer(reader, object, "series_id", JSON_OPTIONAL, 0);
	variant->version = json_read_integer(reader, object, "version", JSON_OPTIONAL, 0);
	variant->build_key = json_read_text(reader, build, "key", JSON_OPTIONAL);
	variant->build_id = json_read_integer(reader, build, "id", JSON_OPTIONAL, 0);
	variant->build_task = json_read_integer(reader, build, "task", JSON_OPTIONAL, 0);
	variant->build_reused = json_read_bool(reader, build, "reused", JSON_OPTIONAL, false);
	variant->load_count = json_array_size(loads);
	variant->loads = xcalloc(variant->load_count + 1, sizeof(*variant->loads));
	for (size_t i = 0; i < variant->load_count; i++)
		read_load(reader, json_read_element(reader, loads, i), &variant->loads[i]);
}

static void read_campaign(struct json_reader *reader, const json_t *root, struct campaign *campaign)
{
	const json_t *base = json_read_object(reader, root, "base", JSON_OPTIONAL);
	const json_t *variants = json_read_array(reader, root, "variants", JSON_OPTIONAL);
	const json_t *loads = json_read_object(reader, root, "loads", JSON_OPTIONAL);

	campaign->id = json_read_integer(reader, root, "id", JSON_NEEDED, 0);
	campaign->state = json_read_text(reader, root, "state", JSON_NEEDED);
	campaign->reason = json_read_text(reader, root, "reason", JSON_OPTIONAL);
	campaign->waiting = json_read_text(reader, root, "waiting", JSON_OPTIONAL);
	campaign->created = json_read_text(reader, root, "created", JSON_OPTIONAL);
	campaign->elapsed_s = json_read_number(reader, root, "elapsed_s", JSON_OPTIONAL, 0);
	campaign->estimate_s = json_read_number(reader, root, "estimate_s", JSON_OPTIONAL, -1);
	campaign->repository = json_read_text(reader, base, "repository", JSON_OPTIONAL);
	campaign->rev = json_read_text(reader, base, "rev", JSON_OPTIONAL);
	campaign->tree = json_read_text(reader, base, "tree", JSON_OPTIONAL);
	campaign->base_commit = json_read_text(reader, base, "commit", JSON_OPTIONAL);
	campaign->preferred = json_read_text(reader, base, "preferred", JSON_OPTIONAL);
	campaign->base_note = json_read_text(reader, base, "note", JSON_OPTIONAL);
	campaign->finished = json_read_text(reader, root, "finished", JSON_OPTIONAL);
	campaign->isa = json_read_list(reader, root, "isa", JSON_OPTIONAL);
	campaign->lanes = json_read_list(reader, root, "lanes", JSON_OPTIONAL);
	campaign->seed = json_read_integer(reader, root, "seed", JSON_OPTIONAL, 0);
	campaign->loads_exact = json_read_integer(reader, loads, "exact", JSON_OPTIONAL, 0);
	campaign->loads_race = json_read_integer(reader, loads, "race", JSON_OPTIONAL, 0);
	campaign->loads_smp = json_read_integer(reader, loads, "smp", JSON_OPTIONAL, 0);
	campaign->measure_identical =
		json_read_bool(reader, root, "measure_identical", JSON_OPTIONAL, false);
	campaign->variant_count = json_array_size(variants);
	campaign->variants = xcalloc(campaign->variant_count + 1, sizeof(*campaign->variants));
	for (size_t i = 0; i < campaign->variant_count; i++)
		read_variant(reader, json_read_element(reader, variants, i),
			     &campaign->variants[i]);
}

int campaign_decode(const char *data, size_t bytes, struct campaign *ret_campaign, struct err *err)
{
	struct json_reader reader = { .what = "campaign", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	struct campaign campaign = { 0 };

	if (!root)
		return reader.rc;
	read_campaign(&reader, root, &campaign);
	if (reader.rc < 0) {
		campaign_release(&campaign);
		return reader.rc;
	}
	*ret_campaign = campaign;
	return 0;
}

int campaign_page_decode(const char *data, size_t bytes, struct campaign_page *ret_page,
			 struct err *err)
{
	struct json_reader reader = { .what = "list of campaigns", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(campaign_page_release) struct campaign_page page = { 0 };
	const json_t *list = json_read_array(&reader, root, "campaigns", JSON_NEEDED);

	if (reader.rc < 0)
		return reader.rc;
	page.next = json_read_integer(&reader, root, "next", JSON_OPTIONAL, 0);
	page.count = json_array_size(list);
	page.campaigns = xcalloc(page.count + 1, sizeof(*page.campaigns));
	for (size_t i = 0; i < page.count; i++)
		read_campaign(&reader, json_read_element(&reader, list, i), &page.campaigns[i]);
	if (reader.rc < 0)
		return reader.rc;
	*ret_page = page;
	page = (struct campaign_page){ 0 };
	return 0;
}

static json_t *labels_of(const struct campaign_request *request)
{
	json_t *labels = json_object();

	for (size_t i = 0; i < request->labels_count; i++) {
		const char *value = strchr(request->labels[i], '=') + 1;
		CLEANUP(free_ptr)
		char *name = xstrndup(request->labels[i], (size_t)(value - 1 - request->labels[i]));

		json_object_set_new(labels, name, json_string(value));
	}
	return labels;
}

char *campaign_request_encode(const struct campaign_request *request)
{
	CLEANUP(json_release) json_t *root = json_object();
	json_t *base = json_object(), *series = json_array(), *loads = json_object();

	if (request->repository)
		json_object_set_new(base, "repository", json_string(request->repository));
	if (request->rev)
		json_object_set_new(base, "rev", json_string(request->rev));
	if (json_object_size(base))
		json_object_set(root, "base", base);
	json_decref(base);
	for (size_t i = 0; i < request->series_count; i++)
		json_array_append_new(series, json_integer(request->series[i]));
	if (request->thread)
		json_object_set_new(root, "thread", json_string(request->thread));
	else
		json_object_set(root, "series", series);
	json_decref(series);
	if (request->isa)
		json_object_set_new(root, "isa", json_list_of(request->isa));
	if (request->lanes)
		json_object_set_new(root, "lanes", json_list_of(request->lanes));
	if (request->loads_exact)
		json_object_set_new(loads, "exact", json_integer(request->loads_exact));
	if (request->loads_race)
		json_object_set_new(loads, "race", json_integer(request->loads_race));
	if (request->loads_smp)
		json_object_set_new(loads, "smp", json_integer(request->loads_smp));
	if (request->loads_smp_most)
		json_object_set_new(loads, "smp_most", json_integer(request->loads_smp_most));
	if (json_object_size(loads))
		json_object_set(root, "loads", loads);
	json_decref(loads);
	if (request->workloads)
		json_object_set_new(root, "workloads", json_list_of(request->workloads));
	if (request->labels_count)
		json_object_set_new(root, "hosts", json_pack("{s:o}", "labels", labels_of(request)));
	if (request->priority)
		json_object_set_new(root, "priority", json_integer(request->priority));
	if (request->has_seed)
		json_object_set_new(root, "seed", json_integer(request->seed));
	if (request->null_control || request->no_null_control)
		json_object_set_new(root, "null_control", json_boolean(request->null_control));
	if (request->measure_identical)
		json_object_set_new(root, "measure_identical", json_true());
	return json_dumps(root, JSON_COMPACT);
}

char *campaign_retry_encode(bool draw_seed, int64_t seed)
{
	CLEANUP(json_release) json_t *root = json_object();

	if (draw_seed)
		json_object_set_new(root, "draw_seed", json_true());
	else if (seed >= 0)
		json_object_set_new(root, "seed", json_integer(seed));
	return json_dumps(root, JSON_COMPACT);
}

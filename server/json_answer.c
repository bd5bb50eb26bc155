// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/json_answer.h"

#include "server/json_wishes.h"

/* Some of each lane, or null for all of it. */
static void write_workloads(struct json_writer *w, const char *workloads)
{
	if (*workloads)
		json_write_list(w, "workloads", workloads);
	else
		json_write_null(w, "workloads");
}

static void write_load(struct json_writer *w, const struct load *load)
{
	json_write_object(w, NULL);
	json_write_int(w, "id", load->id);
	json_write_texts(w, "lane", load->lane, "isa", load->isa, "state", load->state, "status",
			 load->status, "sentence", load->sentence, "console", load->console, NULL);
	json_write_int(w, "block", load->block);
	json_write_bool(w, "control", load->control);
	json_write_int(w, "task", load->task);
	json_write_int(w, "dropped", load->dropped);
	json_write_int_or_null(w, "duration_ms", load->duration_ms);
	if (load->hung) {
		json_write_object(w, "hung");
		json_write_texts(w, "sentence", load->hung, "console", load->hung_console, NULL);
		json_write_end(w, '}');
	} else {
		json_write_null(w, "hung");
	}
	json_write_end(w, '}');
}

static void write_build(struct json_writer *w, const struct variant *variant)
{
	/* Before there is a build, its task is still to be told: for its log. */
	json_write_object(w, "build");
	json_write_int_or_null(w, "id", variant->build);
	json_write_text(w, "key", variant->build_key);
	json_write_text(w, "code_sha256", variant->code_sha256);
	json_write_bool(w, "reused", variant->build_reused);
	json_write_int_or_null(w, "task", variant->build_task);
	json_write_int_or_null(w, "duration_ms", variant->build_duration_ms);
	json_write_end(w, '}');
}

void json_same_tree(struct json_writer *w, const struct variant *variant)
{
	const struct same_tree *same = &variant->same_tree;

	json_write_text(w, "note", variant->note);
	if (!same->campaign) {
		json_write_null(w, "same_tree");
		return;
	}
	json_write_object(w, "same_tree");
	json_write_int(w, "campaign", same->campaign);
	json_write_int(w, "series_id", same->series_id);
	json_write_text(w, "series", same->series);
	json_write_int(w, "version", same->version);
	json_write_end(w, '}');
}

static void write_variant(struct json_writer *w, const struct variant *variant, int64_t now_ms)
{
	int64_t until = variant->finished_ms ? variant->finished_ms : now_ms;

	json_write_object(w, NULL);
	json_write_int(w, "id", variant->id);
	json_write_text(w, "role", variant->position ? "series" : "base");
	json_write_text(w, "series", variant->series);
	json_write_int_or_null(w, "series_id", variant->series_id);
	json_write_int_or_null(w, "version", variant->version);
	json_write_text(w, "sender_flag", variant->sender_flag);
	json_write_text(w, "state", variant->state);
	json_write_text(w, "phase", variant->phase);
	json_write_text(w, "reason", variant->reason);
	json_same_tree(w, variant);
	json_write_real(w, "elapsed_s",
			variant->started_ms ? (double)(until - variant->started_ms) / 1000 : 0);
	write_build(w, variant);
	json_write_array(w, "loads");
	for (size_t i = 0; i < variant->loads_count; i++)
		write_load(w, &variant->loads[i]);
	json_write_end(w, ']');
	json_write_end(w, '}');
}

static void write_wishes(struct json_writer *w, const struct campaign *campaign)
{
	json_write_int(w, "priority", campaign->priority);
	json_write_object(w, "hosts");
	json_write_labels(w, "labels", campaign->host_labels);
	json_write_end(w, '}');
	write_workloads(w, campaign->workloads);
}

static void write_loads_wanted(struct json_writer *w, const struct campaign *campaign)
{
	json_write_object(w, "loads");
	json_write_int(w, "exact", campaign->loads_exact);
	json_write_int(w, "race", campaign->loads_race);
	json_write_int(w, "smp", campaign->loads_smp);
	json_write_int(w, "smp_most", campaign->smp_most);
	json_write_end(w, '}');
	json_write_bool(w, "null_control", campaign->null_control);
}

static void write_base(struct json_writer *w, const struct campaign *campaign)
{
	json_write_text(w, "repository", campaign->repository);
	json_write_text(w, "rev", campaign->rev);
	json_write_text(w, "tree", campaign->base_tree);
	json_write_text(w, "commit", campaign->base_commit);
	json_write_text(w, "preferred", campaign->preferred_commit);
	json_write_text(w, "note", campaign->base_note);
}

void json_campaign(struct json_writer *w, const char *key, const struct campaign *campaign,
		   const struct campaign_outlook *outlook, int64_t now_ms)
{
	int64_t until = campaign->finished_ms ? campaign->finished_ms : now_ms;

	json_write_object(w, key);
	json_write_int(w, "id", campaign->id);
	json_write_text(w, "state", campaign->state);
	json_write_text(w, "reason", campaign->reason);
	json_write_time(w, "created", campaign->created_ms);
	json_write_time(w, "finished", campaign->finished_ms);
	json_write_time(w, "cancelled", campaign->cancelled_ms);
	json_write_int_or_null(w, "retry_of", campaign->retry_of);
	json_write_real(w, "elapsed_s", (double)(until - campaign->created_ms) / 1000);
	if (outlook) {
		json_write_real(w, "estimate_s", outlook->estimate_s);
		json_write_text(w, "waiting", outlook->waiting);
	}
	json_write_int(w, "seed", campaign->seed);
	json_write_list(w, "isa", campaign->isa);
	json_write_list(w, "lanes", campaign->lanes);
	write_loads_wanted(w, campaign);
	write_wishes(w, campaign);
	json_write_bool(w, "measure_identical", campaign->measure_identical);
	json_write_object(w, "base");
	write_base(w, campaign);
	json_write_end(w, '}');
	if (outlook) {
		json_write_array(w, "variants");
		for (size_t i = 0; i < campaign->variants_count; i++)
			write_variant(w, &campaign->variants[i], now_ms);
		json_write_end(w, ']');
	}
	json_write_end(w, '}');
}

static void write_artifacts(struct json_writer *w, const char *key,
			    const struct task_artifact *artifacts, size_t count)
{
	json_write_object(w, key);
	for (size_t i = 0; i < count; i++)
		json_write_text(w, artifacts[i].name, artifacts[i].sha256);
	json_write_end(w, '}');
}

static void write_task_load(struct json_writer *w, const struct task_load *load)
{
	json_write_object(w, NULL);
	json_write_int(w, "id", load->id);
	json_write_text(w, "role", load->base ? "base" : "series");
	json_write_text(w, "series", load->series);
	json_write_text(w, "sender_flag", load->sender_flag);
	write_artifacts(w, "base_artifacts", load->base_artifacts, load->base_artifacts_count);
	write_artifacts(w, "artifacts", load->artifacts, load->artifacts_count);
	json_write_end(w, '}');
}

static void write_block(struct json_writer *w, const struct task *task)
{
	json_write_text(w, "lane", task->lane);
	json_write_text(w, "isa", task->isa);
	write_workloads(w, task->workloads);
	json_write_array(w, "loads");
	for (size_t i = 0; i < task->loads_count; i++)
		write_task_load(w, &task->loads[i]);
	json_write_end(w, ']');
}

static void write_build_task(struct json_writer *w, const struct task *task)
{
	json_write_text(w, "config", "emulated");
	json_write_bool(w, "posted", task->posted);
	json_write_object(w, "base");
	json_write_text(w, "repository", task->repository);
	json_write_text(w, "rev", task->rev);
	json_write_text(w, "preferred", task->preferred);
	json_write_end(w, '}');
	json_write_object(w, "variant");
	json_write_int(w, "id", task->variant);
	json_write_text(w, "role", task->base ? "base" : "series");
	json_write_text(w, "series", task->series);
	json_write_text(w, "mbox", task->mbox);
	json_write_text(w, "sender_flag", task->sender_flag);
	json_write_end(w, '}');
}

static void write_fetch_task(struct json_writer *w, const struct task *task)
{
	json_write_object(w, "series");
	json_write_int(w, "id", task->series_id);
	json_write_text(w, "name", task->series);
	json_write_end(w, '}');
	json_write_object(w, "git");
	json_write_text(w, "url", task->url);
	json_write_text(w, "ref", task->ref);
	json_write_text(w, "base", task->from);
	json_write_text(w, "repository", task->repository);
	json_write_end(w, '}');
	json_write_object(w, "most");
	json_write_int_or_null(w, "bytes", task->most_bytes);
	json_write_int_or_null(w, "seconds", task->most_s);
	json_write_end(w, '}');
}

void json_lease(struct json_writer *w, const struct lease *lease, const struct task *task,
		double expires_s)
{
	json_write_object(w, NULL);
	json_write_text(w, "lease", lease->name);
	json_write_real(w, "expires_s", expires_s);
	json_write_object(w, "task");
	json_write_int(w, "id", task->id);
	json_write_text(w, "kind", task->block ? "block" : task->fetch ? "fetch" : "build");
	json_write_int_or_null(w, "campaign", task->campaign);
	json_write_int(w, "attempt", task->attempt);
	if (task->block)
		write_block(w, task);
	else if (task->fetch)
		write_fetch_task(w, task);
	else
		write_build_task(w, task);
	json_write_end(w, '}');
	json_write_end(w, '}');
}

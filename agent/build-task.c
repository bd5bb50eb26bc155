// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/json-result.h"
#include "agent/kbuild.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/mbox.h"
#include "lib/proc.h"

struct build_task {
	struct agent *agent;
	const struct task *task;
	struct lease *lease;
	struct source *source;
	struct source_variant base, variant;
	struct build_result result;
};

static void release(struct build_task *build)
{
	free(build->result.artifacts.items);
}

/* A failure that is the series', not this machine's: the submitter reads the sentence. */
static int refuse(struct build_task *build, const struct err *why)
{
	build->result.built = false;
	snprintf(build->result.sentence, sizeof(build->result.sentence), "%.*s",
		 (int)sizeof(build->result.sentence) - 1, why->text);
	return 0;
}

static bool is_submitters(int code)
{
	return code == -EINVAL || code == -ESTALE || code == -EPERM || code == -EFBIG;
}

static int open_source(struct build_task *build, struct err *err)
{
	struct agent *agent = build->agent;
	const char *name = build->task->build.repository;

	for (size_t i = 0; i < agent->config->repositories_count; i++) {
		const struct repository *repository = &agent->config->repositories[i];
		CLEANUP(free_ptr)
		char *folder = xasprintf("%s/source/%s", agent->config->state, name);
		int rc = 0;

		if (strcmp(repository->name, name))
			continue;
		if (!agent->sources[i])
			rc = source_open(repository->path, folder, &agent->sources[i], err);
		build->source = agent->sources[i];
		return rc;
	}
	return err_set(
		err, -EINVAL,
		"This agent has no repository \"%s\": start it with --repository %s=PATH, or name "
		"another one in the campaign.",
		name, name);
}

/* What the series were made on, when nobody named another base and the repository has it. */
static int find_base(struct build_task *build, struct err *err)
{
	const char *preferred = build->task->build.preferred;

	if (*preferred && !source_base(build->source, preferred, &build->base, NULL))
		return 0;
	return source_base(build->source, build->task->build.rev, &build->base, err);
}

static int apply_series(struct build_task *build, struct err *err)
{
	CLEANUP(buf_release) struct buf mbox = BUF_INIT(MBOX_MAX_BYTES);
	CLEANUP(free_ptr) char *path = NULL;
	int rc;

	if (!build->task->build.mbox[0]) {
		build->variant = build->base;
		return 0;
	}
	rc = artifact_cache_fetch(&build->agent->cache, build->agent->client,
				  build->task->build.mbox, &path, err);
	if (!rc)
		rc = file_read(path, &mbox, err);
	if (rc < 0)
		return rc == -EFBIG ? rc : -EIO;
	return source_apply(build->source, &build->base, mbox.data, mbox.length, &build->variant,
			    err);
}

/* Whether the server has a build of this key, from us or another agent. */
static bool find_known_build(struct build_task *build)
{
	CLEANUP(free_ptr) char *path = xasprintf("/builds?key=%s", build->result.key);
	CLEANUP(client_reply_release) struct client_reply reply = CLIENT_REPLY_INIT;
	struct client_request request = { .method = "GET", .path = path };

	if (client_deliver(build->agent->client, &request, &reply, NULL) < 0 || reply.status != 200)
		return false;
	return !json_build_decode(reply.body.data, reply.body.length, &build->result, NULL);
}

/* One with the module for the lane posted has all that one without it has. */
static bool find_larger_build(struct build_task *build, const struct kbuild *kbuild)
{
	struct kbuild larger = *kbuild;
	char key[SHA256_HEX_BYTES];

	memcpy(key, build->result.key, sizeof(key));
	larger.posted = true;
	if (!kbuild->posted && !kbuild_key(&larger, &build->variant, build->result.key, NULL) &&
	    find_known_build(build))
		return true;
	memcpy(build->result.key, key, sizeof(key));
	return false;
}

static int keep_artifacts(struct build_task *build, const char *folder, struct err *err)
{
	struct artifacts *artifacts = &build->result.artifacts;
	bool posted = build->task->build.posted;
	size_t count = 0;
	int rc = 0;

	while (kbuild_artifacts[count])
		count++;
	artifacts->items = xcalloc(count + posted, sizeof(*artifacts->items));
	lease_phase(build->lease, "upload");
	for (; !rc && artifacts->count < count + posted; artifacts->count++) {
		const char *name = artifacts->count < count ? kbuild_artifacts[artifacts->count]
							    : KBUILD_POSTED_ARTIFACT;
		CLEANUP(free_ptr) char *file = xasprintf("%s/%s", folder, name);

		rc = artifact_cache_add(&build->agent->cache, build->agent->client, file, name,
					&artifacts->items[artifacts->count], err);
	}
	return rc;
}

static int compile(struct build_task *build, const struct kbuild *kbuild, struct err *err)
{
	struct kbuild_watch watch = { .phase = lease_phase,
				      .output = lease_log,
				      .cancelled = lease_cancelled,
				      .data = build->lease };
	struct kbuild_result *made = xcalloc(1, sizeof(*made));
	CLEANUP(free_ptr) struct kbuild_result *owned = made;
	int rc = kbuild_run(kbuild, &build->base, &build->variant, &watch, made, err);

	if (rc < 0)
		return rc;
	build->result.built = made->built;
	build->result.warnings = made->warnings;
	build->result.duration_ms = made->duration_ms;
	memcpy(build->result.sentence, made->sentence, sizeof(made->sentence));
	memcpy(build->result.code_sha256, made->code_sha256, sizeof(made->code_sha256));
	return made->built ? keep_artifacts(build, made->folder, err) : 0;
}

static int make_result(struct build_task *build, struct err *err)
{
	CLEANUP(free_ptr) char *folder = xasprintf("%s/build", build->agent->config->state);
	struct kbuild kbuild = { .folder = folder,
				 .ccache = build->agent->config->ccache,
				 .resources = build->agent->config->resources,
				 .jobs = build->agent->config->jobs,
				 .posted = build->task->build.posted };
	int rc;

	lease_phase(build->lease, "source");
	rc = open_source(build, err);
	if (!rc)
		rc = find_base(build, err);
	if (rc < 0)
		return rc == -EINVAL || rc == -ENOENT ? refuse(build, err) : rc;
	rc = apply_series(build, err);
	if (rc < 0)
		return is_submitters(rc) ? refuse(build, err) : rc;
	snprintf(build->result.tree, sizeof(build->result.tree), "%s", build->variant.tree);
	snprintf(build->result.base_commit, sizeof(build->result.base_commit), "%s",
		 build->base.commit);
	snprintf(build->result.base_tree, sizeof(build->result.base_tree), "%s", build->base.tree);
	kbuild.source = build->source;
	rc = kbuild_key(&kbuild, &build->variant, build->result.key, err);
	if (rc < 0)
		return rc;
	if (find_known_build(build) || find_larger_build(build, &kbuild)) {
		build->result.built = build->result.reused = true;
		return 0;
	}
	return compile(build, &kbuild, err);
}

int build_task_run(struct agent *agent, const struct task *task, struct lease *lease,
		   struct err *err)
{
	CLEANUP(release) struct build_task build = { .agent = agent, .task = task, .lease = lease };
	CLEANUP(free_ptr) char *path = xasprintf("/leases/%s/result", task->lease);
	uint64_t began = clock_ms();
	int rc = make_result(&build, err);

	if (rc < 0)
		return rc;
	if (!build.result.duration_ms)
		build.result.duration_ms = clock_ms() - began;
	log_info("task %lld: build of %s: %s%s", (long long)task->id, task->build.series,
		 build.result.reused  ? "known"
		 : build.result.built ? "built"
				      : "failed: ",
		 build.result.built ? "" : build.result.sentence);
	CLEANUP(free_ptr) char *body = json_build_result_encode(&build.result);
	return agent_deliver(agent, path, task->lease, body, err);
}

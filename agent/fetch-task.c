// SPDX-License-Identifier: GPL-2.0-or-later
/* A leased fetch, and what came of it, sent to the server. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/fetch-run.h"
#include "agent/json-result.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/mbox.h"

struct fetch_task {
	struct agent *agent;
	const struct task_fetch *want;
	struct lease *lease;
	char *folder;		   /* of this fetch, ours */
	char repository[PATH_MAX]; /* the base's, real path */
	struct buf mbox;
	char base_commit[65], base_tree[65], head[65];
};

static void release(struct fetch_task *fetch)
{
	if (fetch->folder)
		file_remove_tree(fetch->folder, NULL);
	free(fetch->folder);
	buf_release(&fetch->mbox);
}

static int check(struct fetch_task *fetch, struct err *err)
{
	const struct git_config *git = &fetch->agent->config->git;
	const char *path = agent_repository(fetch->agent, fetch->want->repository);
	int rc = git_url_check(fetch->want->url, err);

	if (rc < 0)
		return rc;
	if (!git_url_allowed(fetch->want->url, git->prefixes, git->prefixes_count))
		return err_set(
			err, -EINVAL,
			"The agent %s does not fetch from there: start it with --allow-git, or "
			"send an mbox.",
			fetch->agent->config->name);
	if (!path)
		return err_set(err, -EINVAL, "The agent %s has no repository \"%s\".",
			       fetch->agent->config->name, fetch->want->repository);
	if (!realpath(path, fetch->repository))
		return err_sys(err, -errno, "Cannot open the base repository %s", path);
	return 0;
}

/* The folder was written by a process that read what anybody sent. */
static int read_beneath(const char *folder, const char *name, struct buf *buf, struct err *err)
{
	CLEANUP(close_fd) int fd = file_open_beneath(folder, name, err);
	char path[64];

	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return file_read(path, buf, err);
}

static int read_found(struct fetch_task *fetch, struct err *err)
{
	CLEANUP(buf_release) struct buf facts = BUF_INIT(512);
	int rc = read_beneath(fetch->folder, "mbox", &fetch->mbox, err);

	if (!rc)
		rc = read_beneath(fetch->folder, "facts", &facts, err);
	if (!rc && sscanf(facts.data, "%64[0-9a-f] %64[0-9a-f] %64[0-9a-f]", fetch->base_commit,
			  fetch->base_tree, fetch->head) != 3)
		rc = err_set(err, -EINVAL, "The fetch left nothing that can be read.");
	return rc;
}

static int fetch_into(struct fetch_task *fetch, struct err *err)
{
	struct fetch_run run = { .git = &fetch->agent->config->git,
				 .want = fetch->want,
				 .repository = fetch->repository,
				 .lease = fetch->lease };
	int rc = check(fetch, err);

	if (rc < 0)
		return rc;
	fetch->folder = xasprintf("%s/fetch", fetch->agent->config->state);
	rc = file_remove_tree(fetch->folder, err);
	if (!rc)
		rc = file_make_folder(fetch->folder, 0700, err);
	if (rc < 0)
		return rc;
	run.folder = fetch->folder;
	rc = fetch_run(&run, err);
	return rc ?: read_found(fetch, err);
}

static int deliver_failure(struct fetch_task *fetch, const struct task *task, const struct err *why,
			   struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("/leases/%s/result", task->lease);
	CLEANUP(free_ptr) char *key = xasprintf("%s-failed", task->lease);
	CLEANUP(free_ptr) char *body = json_fetch_failure_encode(why->text);

	log_info("task %lld: fetch of %s: failed: %s", (long long)task->id, fetch->want->series,
		 why->text);
	return agent_deliver(fetch->agent, path, key, body, err);
}

/* The mbox; what the server does not take is a failure of the series, with the server's sentence.
 */
static int deliver(struct fetch_task *fetch, const struct task *task, struct err *err)
{
	CLEANUP(free_ptr)
	char *path = xasprintf("/leases/%s/series?base_commit=%s&base_tree=%s&head=%s", task->lease,
			       fetch->base_commit, fetch->base_tree, fetch->head);
	CLEANUP(client_reply_release) struct client_reply reply = CLIENT_REPLY_INIT;
	struct client_request request = { .method = "POST",
					  .path = path,
					  .content_type = "application/mbox",
					  .body = fetch->mbox.data,
					  .bytes = fetch->mbox.length,
					  .idempotency_key = task->lease };
	struct err why = ERR_INIT;
	int rc = client_deliver(fetch->agent->client, &request, &reply, err);

	if (rc < 0)
		return rc;
	rc = client_expect_success(&reply, "Delivering a series", &why);
	if (rc < 0 && (reply.status == 422 || reply.status == 413))
		return deliver_failure(fetch, task, &why, err);
	if (rc < 0)
		return err_set(err, rc, "%s", why.text);
	log_info("task %lld: fetch of %s: done", (long long)task->id, fetch->want->series);
	return 0;
}

int fetch_task_run(struct agent *agent, const struct task *task, struct lease *lease,
		   struct err *err)
{
	CLEANUP(release)
	struct fetch_task fetch = { .agent = agent,
				    .want = &task->fetch,
				    .lease = lease,
				    .mbox = BUF_INIT(MBOX_MAX_BYTES) };
	struct err why = ERR_INIT;
	int rc;

	lease_phase(lease, "fetch");
	rc = fetch_into(&fetch, &why);
	if (rc == -ECANCELED)
		return err_set(err, rc, "%s", why.text);
	if (rc < 0)
		return deliver_failure(&fetch, task, &why, err);
	return deliver(&fetch, task, err);
}

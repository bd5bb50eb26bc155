// SPDX-License-Identifier: GPL-2.0-or-later
/* runway-agent: leases work from a server, builds and measures it, sends what came out. */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/fetch.h"
#include "agent/host-driver.h"
#include "agent/json-result.h"
#include "agent/options.h"
#include "agent/sandbox.h"
#include "agent/try-load.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

#define POLL_SECONDS 25
#define RETRY_SECONDS 2
#define CACHE_MAX_BYTES (4ull << 30)

static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
	(void)number;
	signalled = 1;
}

static bool stopping(void)
{
	return signalled;
}

static bool stopping_request(void *data)
{
	(void)data;
	return signalled;
}

static void give_back(struct agent *agent, const struct task *task)
{
	CLEANUP(free_ptr) char *path = xasprintf("/leases/%s", task->lease);
	CLEANUP(client_reply_release) struct client_reply reply = CLIENT_REPLY_INIT;
	struct client_request request = { .method = "DELETE", .path = path, .limit_s = 5 };

	client_set_cancel(agent->client, NULL, NULL);
	client_send(agent->client, &request, &reply, NULL);
	client_set_cancel(agent->client, stopping_request, NULL);
}

/* Held over a task: a build beside a measurement would disturb it. */
static int lock_machine(const struct config *config, struct lease *lease, struct err *err)
{
	CLEANUP(close_fd) int fd = open(config->machine_lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_sys(err, -errno, "Cannot open the machine lock %s",
			       config->machine_lock);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, -errno, "Cannot lock %s", config->machine_lock);
		if (lease_cancelled(lease))
			return err_set(err, -ECANCELED, "The task was cancelled.");
		lease_phase(lease, "machine busy");
		usleep(500000);
	}
	return TAKE_FD(fd);
}

static int run_kind(struct agent *agent, const struct task *task, struct lease *lease,
		    struct err *err)
{
	switch (task->kind) {
	case TASK_BUILD:
		return build_task_run(agent, task, lease, err);
	case TASK_FETCH:
		return fetch_task_run(agent, task, lease, err);
	default:
		return block_task_run(agent, task, lease, err);
	}
}

static void run_task(struct agent *agent, const struct task *task)
{
	CLEANUP(lease_end) struct lease *lease = lease_begin(agent->config, task);
	struct err err = ERR_INIT;
	CLEANUP(close_fd) int lock = lock_machine(agent->config, lease, &err);
	int rc = lock < 0 ? lock : 0;

	if (!rc)
		rc = run_kind(agent, task, lease, &err);
	if (!rc)
		return;
	if (lease_lost(lease) || rc == -ESTALE) {
		log_warning("task %lld: the lease was lost; another agent does it",
			    (long long)task->id);
		return;
	}
	if (rc != -ECANCELED) {
		log_error("task %lld: %s", (long long)task->id, err.text);
		lease_log(lease, err.text, strlen(err.text));
		sleep(RETRY_SECONDS);
	}
	lease_end(&lease);
	give_back(agent, task);
}

/* One long poll and what it brought. */
static void work_once(struct agent *agent)
{
	CLEANUP(free_ptr) char *body = json_lease_request_encode(agent->config, POLL_SECONDS);
	CLEANUP(client_reply_release) struct client_reply reply = CLIENT_REPLY_INIT;
	CLEANUP(task_release) struct task task = { 0 };
	struct client_request request = { .method = "POST",
					  .path = "/leases",
					  .body = body,
					  .bytes = strlen(body),
					  .limit_s = POLL_SECONDS + 15 };
	struct err err = ERR_INIT;
	int rc = client_send(agent->client, &request, &reply, &err);

	if (rc == -ECANCELED || (!rc && reply.status == 204))
		return;
	if (!rc)
		rc = client_expect_success(&reply, "Asking for work", &err);
	if (!rc)
		rc = json_task_decode(reply.body.data, reply.body.length, &task, &err);
	if (rc < 0) {
		log_warning("%s", err.text);
		sleep(RETRY_SECONDS);
		return;
	}
	run_task(agent, &task);
	if (artifact_cache_trim(&agent->cache, &err) < 0)
		log_warning("%s", err.text);
}

static bool has_capability(const struct config *config, const char *prefix)
{
	for (size_t i = 0; i < config->capabilities_count; i++)
		if (!strncmp(config->capabilities[i], prefix, strlen(prefix)))
			return true;
	return false;
}

/* Better to refuse to start than to fail every task. */
static int probe(const struct config *config, struct err *err)
{
	int rc = has_capability(config, "build") ? sandbox_probe(err) : 0;

	if (!rc && has_capability(config, "bench-vmx") && !host_driver_find("exact", "vmx"))
		rc = err_set(err, -ENOTSUP, "This agent has no host driver for vmx.");
	if (!rc && has_capability(config, "bench-svm"))
		rc = emulated_svm_driver.probe(err);
	if (!rc && has_capability(config, "bench-vmx"))
		rc = bochs_vmx_driver.probe(err);
	if (!rc && has_capability(config, "bench-vmx-posted"))
		rc = bochs3_vmx_driver.probe(err);
	return rc;
}

static void serve(struct agent *agent)
{
	log_info("%s works for %s", agent->config->name, agent->config->server);
	while (!signalled)
		work_once(agent);
	log_info("stopped");
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	char host_name[65] = "agent";
	struct config config = {
		.name = host_name,
		.stopping = stopping,
		.git = { .most_bytes = 512 << 20, .most_objects = 200000, .most_s = 300 },
		.jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN)
	};
	struct agent agent = { .config = &config };
	struct err err = ERR_INIT;

	if (argc > 1 && !strcmp(argv[1], "try-load"))
		return try_load(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "fetch"))
		return fetch_main(argc - 1, argv + 1);
	gethostname(host_name, sizeof(host_name) - 1);
	if (options_parse(argc, argv, &config, &err) < 0 || probe(&config, &err) < 0) {
		fprintf(stderr, "runway-agent: %s\n", err.text);
		return 2;
	}
	if (config.probe_only) {
		options_release(&config);
		return 0;
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	git_libgit2_init();
	CLEANUP(free_ptr) char *cache = xasprintf("%s/artifacts", config.state);
	CLEANUP(free_ptr) char *lock = xasprintf("%s/machine.lock", config.state);
	if (!config.machine_lock)
		config.machine_lock = lock;
	agent.cache = (struct artifact_cache){ cache, CACHE_MAX_BYTES };
	agent.client = client_open(config.server, config.token);
	client_set_cancel(agent.client, stopping_request, NULL);
	agent.sources = xcalloc(config.repositories_count, sizeof(*agent.sources));
	serve(&agent);
	for (size_t i = 0; i < config.repositories_count; i++)
		source_close(&agent.sources[i]);
	free(agent.sources);
	client_close(&agent.client);
	options_release(&config);
	git_libgit2_shutdown();
	curl_global_cleanup();
	return 0;
}

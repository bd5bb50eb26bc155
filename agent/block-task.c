// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/exact.h"
#include "agent/host-driver.h"
#include "agent/json-result.h"
#include "agent/load.h"
#include "agent/report.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

#define LOAD_LIMIT_MS (120ull * 1000)
#define LOAD_SILENCE_MS (40ull * 1000)

/* A block on its way: its loads are taken in their order by one worker, or by a few side by side.
 */
struct block {
	struct agent *agent;
	const struct task *task;
	struct lease *lease;
	const struct host_driver *driver;
	pthread_mutex_t
		server;	      /* the agent's client and its artifacts are one worker's at a time */
	pthread_mutex_t lock; /* what is below */
	size_t next;
	unsigned workers;
	int rc; /* of the first load that could not be run */
	struct err err;
};

/* One load being measured. */
struct load_run {
	struct block *block;
	struct agent *agent;
	const struct task *task;
	const struct task_load *load;
	struct lease *lease;
	const struct host_driver *driver;
	char *scratch;	 /* emptied before and after */
	char *artifacts; /* below scratch: the build's files */
};

static void unlock(pthread_mutex_t **lock)
{
	pthread_mutex_unlock(*lock);
}

/* Held until the end of the scope that has it. */
static pthread_mutex_t *locked(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	return lock;
}

#define WITH_SERVER(block)                                                                         \
	CLEANUP(unlock) __attribute__((unused)) pthread_mutex_t *held = locked(&(block)->server)

static int place_artifacts(const struct load_run *run, struct err *err)
{
	WITH_SERVER(run->block);

	return artifact_cache_place(&run->agent->cache, run->agent->client, &run->load->artifacts,
				    run->artifacts, err);
}

static int fetch_base_kick(const struct load_run *run, char **ret_path, struct err *err)
{
	const struct artifact *kick = artifacts_find(&run->load->base_artifacts, "runway-kick.ko");
	WITH_SERVER(run->block);

	if (run->load->is_base || !kick)
		return 0;
	return artifact_cache_fetch(&run->agent->cache, run->agent->client, kick->sha256, ret_path,
				    err);
}

static char *bench_arguments(const struct task *task)
{
	const char *lane = !strcmp(task->lane, "exact")	   ? "exact"
			   : !strcmp(task->lane, "posted") ? "posted"
			   : !strcmp(task->lane, "race")   ? "race"
							   : "smp";

	return task->workloads[0] ? xasprintf("--lane %s --only %s", lane, task->workloads)
				  : xasprintf("--lane %s", lane);
}

/* The driver between bring-up and tear-down; < 0 is this machine's fault. */
static int run_host(const struct load_run *run, struct load_outcome *outcome, struct err *err)
{
	const char *resources = run->agent->config->resources;
	CLEANUP(free_ptr) char *bench = xasprintf("%s/build/bin/runway-bench", resources);
	CLEANUP(free_ptr) char *plugin = xasprintf("%s/build/lib/exit-path.so", resources);
	CLEANUP(free_ptr) char *bochs_stdio = xasprintf("%s/build/lib/bochs-stdio.so", resources);
	CLEANUP(free_ptr) char *init = xasprintf("%s/workloads/host-init", resources);
	CLEANUP(free_ptr) char *arguments = bench_arguments(run->task);
	CLEANUP(free_ptr) char *host_folder = xasprintf("%s/host", run->scratch);
	struct load_spec spec = {
		.lane = run->task->lane,
		.isa = run->task->isa,
		.artifacts = run->artifacts,
		.scratch = host_folder,
		.bench = bench,
		.bench_arguments = arguments,
		.host_init = init,
		.plugin = plugin,
		.bochs_stdio = bochs_stdio,
		.limit_ms = LOAD_LIMIT_MS,
		.silence_ms = LOAD_SILENCE_MS,
		.cancelled = lease_cancelled,
		.data = run->lease,
	};
	struct host *host = NULL;
	int rc = file_make_folder(host_folder, 0700, err);

	if (run->driver->limits)
		run->driver->limits(spec.lane, &spec.limit_ms, &spec.silence_ms);
	if (!rc)
		rc = run->driver->bring_up(&spec, &host, err);
	if (!rc)
		rc = run->driver->run_bench(host, outcome, err);
	if (!rc)
		run->driver->read_console(host, &outcome->console);
	run->driver->tear_down(host);
	return rc;
}

static int derive_exact_lane(const struct load_run *run, const struct load_outcome *outcome,
			     struct load_result *result, struct err *err)
{
	CLEANUP(exact_release) struct exact_result exact = { 0 };
	CLEANUP(free_ptr) char *base_kick = NULL;
	struct exact_input input = { .paths = outcome->paths,
				     .lines = outcome->lines.data,
				     .artifacts = run->artifacts,
				     .sender_flag = run->load->sender_flag[0]
							    ? run->load->sender_flag
							    : NULL };
	int rc = fetch_base_kick(run, &base_kick, err);

	input.base_kick = base_kick;
	if (!rc)
		rc = exact_derive(&input, &exact, err);
	if (!rc)
		derive_exact(&exact, result);
	return rc;
}

static int derive(const struct load_run *run, const struct load_outcome *outcome,
		  struct load_result *result, struct err *err)
{
	CLEANUP(report_release) struct report report = { 0 };
	CLEANUP(buf_release) struct buf facts = BUF_INIT(65536);
	struct err why = ERR_INIT;
	int rc = run->driver->fingerprint(&facts, err);

	if (rc < 0)
		return rc;
	json_report_decode(outcome->lines.data, outcome->lines.length, &report);
	derive_fingerprint(facts.data, &report, result);
	result->gates = report.gates;
	result->gates_count = report.gates_count;
	report.gates = NULL;
	report.gates_count = 0;
	if (outcome->status != LOAD_OK)
		return 0;
	if (!strcmp(run->task->lane, "race"))
		derive_race(&report, result);
	else if (!strcmp(run->task->lane, "posted"))
		derive_posted(&report, result);
	else if (strcmp(run->task->lane, "exact"))
		derive_sampled(&report, outcome, result);
	derive_latencies(&report, run->task->lane, result);
	if (strcmp(run->task->lane, "exact"))
		return 0;
	/* What the host printed does not add up to a measurement: the variant's doing, and said so.
	 */
	if (derive_exact_lane(run, outcome, result, &why) < 0) {
		result->status = LOAD_GUEST_FAILED;
		snprintf(result->sentence, sizeof(result->sentence), "%.*s",
			 (int)sizeof(result->sentence) - 1, why.text);
	}
	return 0;
}

static int keep_console(const struct load_run *run, const struct load_outcome *outcome,
			struct load_result *result, struct err *err)
{
	CLEANUP(free_ptr) char *file = xasprintf("%s/console.log", run->scratch);
	int rc;

	if (!outcome->console.length)
		return 0;
	rc = file_write(file, outcome->console.data, outcome->console.length, 0600, err);
	if (rc < 0)
		return rc;
	WITH_SERVER(run->block);

	return artifact_cache_add(&run->agent->cache, run->agent->client, file, "console.log",
				  &result->console, err);
}

static int measure(const struct load_run *run, struct load_result *result, struct err *err)
{
	CLEANUP(load_outcome_release)
	struct load_outcome outcome = { .lines = BUF_INIT(LINES_MAX_BYTES),
					.console = BUF_INIT(CONSOLE_MAX_BYTES) };
	struct err why = ERR_INIT;
	int rc = file_remove_tree(run->scratch, err);

	if (!rc)
		rc = place_artifacts(run, err);
	if (rc < 0)
		return rc;
	rc = run_host(run, &outcome, &why);
	if (lease_cancelled(run->lease))
		return err_set(err, -ECANCELED, "The load was cancelled.");
	if (rc < 0) {
		result->status = LOAD_HOST_FAILED;
		snprintf(result->sentence, sizeof(result->sentence), "%.*s",
			 (int)sizeof(result->sentence) - 1, why.text);
		return 0;
	}
	result->status = outcome.status;
	result->silent = outcome.silent;
	result->duration_ms = outcome.duration_ms;
	memcpy(result->sentence, outcome.sentence, sizeof(result->sentence));
	rc = derive(run, &outcome, result, err);
	return rc < 0 ? rc : keep_console(run, &outcome, result, err);
}

static void log_load(struct lease *lease, const struct task_load *load,
		     const struct load_result *result)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(2048);

	buf_printf(&line, "load %lld of %s: %s, %zu samples, %zu dropped, %llu ms%s%s\n",
		   (long long)load->id, load->series, load_status_name(result->status),
		   result->samples_count, result->dropped_count,
		   (unsigned long long)result->duration_ms, result->sentence[0] ? ": " : "",
		   result->sentence);
	lease_log(lease, line.data, line.length);
	log_info("%.*s", (int)line.length - 1, line.data);
}

/* What the run that hung had found out stays true. */
static void add_gates(struct load_result *result, struct load_result *hung)
{
	size_t count = result->gates_count + hung->gates_count;

	if (!hung->gates_count)
		return;
	result->gates = xreallocarray(result->gates, count, sizeof(*result->gates));
	memcpy(result->gates + result->gates_count, hung->gates,
	       hung->gates_count * sizeof(*hung->gates));
	result->gates_count = count;
}

/*
 * That a host stands still is told by the clock alone, and an emulator can be late, or lose an
 * interrupt, for reasons of its own: such a load is measured once more, and what comes of that is its
 * result. That it hung stays in it.
 */
static int measure_surely(const struct load_run *run, struct load_result *result, struct err *err)
{
	CLEANUP(load_result_release) struct load_result hung = { 0 };
	int rc = measure(run, result, err);

	if (rc < 0 || !result->silent)
		return rc;
	log_load(run->block->lease, run->load, result);
	hung = *result;
	*result = (struct load_result){ 0 };
	rc = measure(run, result, err);
	if (rc < 0)
		return rc;
	memcpy(result->hung, hung.sentence, sizeof(result->hung));
	result->hung_console = hung.console;
	add_gates(result, &hung);
	return 0;
}

static int run_load(struct block *block, unsigned worker, const struct task_load *load,
		    struct err *err)
{
	struct agent *agent = block->agent;
	CLEANUP(load_result_release) struct load_result result = { 0 };
	CLEANUP(free_ptr)
	char *path = xasprintf("/leases/%s/loads/%lld", block->task->lease, (long long)load->id);
	CLEANUP(free_ptr)
	char *key = xasprintf("%s-%lld", block->task->lease, (long long)load->id);
	CLEANUP(free_ptr) char *scratch = xasprintf("%s/load-%u", agent->config->state, worker);
	CLEANUP(free_ptr) char *artifacts = xasprintf("%s/artifacts", scratch);
	struct load_run run = { .block = block,
				.agent = agent,
				.task = block->task,
				.load = load,
				.lease = block->lease,
				.driver = block->driver,
				.scratch = scratch,
				.artifacts = artifacts };
	int rc;

	lease_load(block->lease, worker, load->id);
	rc = measure_surely(&run, &result, err);
	lease_load(block->lease, worker, 0);
	file_remove_tree(scratch, NULL);
	if (rc < 0)
		return rc;
	log_load(block->lease, load, &result);
	CLEANUP(free_ptr) char *body = json_load_result_encode(&result);
	WITH_SERVER(block);

	return agent_deliver(agent, path, key, body, err);
}

/* The next load, while all is well; NULL when there is none. */
static const struct task_load *take_load(struct block *block)
{
	CLEANUP(unlock) pthread_mutex_t *held = locked(&block->lock);

	(void)held;
	if (block->rc < 0 || block->next == block->task->loads_count)
		return NULL;
	return &block->task->loads[block->next++];
}

static void *work(void *data)
{
	struct block *block = data;
	const struct task_load *load;
	unsigned worker;

	pthread_mutex_lock(&block->lock);
	worker = block->workers++;
	pthread_mutex_unlock(&block->lock);
	while ((load = take_load(block))) {
		struct err err = ERR_INIT;
		int rc = run_load(block, worker, load, &err);
		CLEANUP(unlock) pthread_mutex_t *held = locked(&block->lock);

		(void)held;
		if (rc < 0 && !block->rc) {
			block->rc = rc;
			block->err = err;
		}
	}
	return NULL;
}

/* Loads whose numbers do not depend on their neighbours run as many at a time as there are jobs. */
static unsigned workers_wanted(const struct block *block)
{
	unsigned jobs = block->agent->config->jobs;

	if (!host_lane_is_deterministic(block->task->lane))
		return 1;
	if (jobs > LEASE_LOADS_MAX)
		jobs = LEASE_LOADS_MAX;
	return jobs < block->task->loads_count ? jobs : (unsigned)block->task->loads_count;
}

static void run_loads(struct block *block)
{
	pthread_t threads[LEASE_LOADS_MAX];
	unsigned wanted = workers_wanted(block), started = 0;
	sigset_t all, before;

	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started + 1 < wanted && !pthread_create(&threads[started], NULL, work, block))
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	work(block);
	while (started)
		pthread_join(threads[--started], NULL);
}

int block_task_run(struct agent *agent, const struct task *task, struct lease *lease,
		   struct err *err)
{
	struct block block = { .agent = agent,
			       .task = task,
			       .lease = lease,
			       .driver = host_driver_find(task->lane, task->isa),
			       .server = PTHREAD_MUTEX_INITIALIZER,
			       .lock = PTHREAD_MUTEX_INITIALIZER,
			       .err = ERR_INIT };
	CLEANUP(free_ptr) char *path = xasprintf("/leases/%s/result", task->lease);

	if (!block.driver)
		return err_set(err, -ENOTSUP, "This agent has no host for lane %s on %s.",
			       task->lane, task->isa);
	lease_phase(lease, "measure");
	run_loads(&block);
	if (block.rc < 0) {
		*err = block.err;
		return block.rc;
	}
	return agent_deliver(agent, path, task->lease, "{\"status\":\"done\"}", err);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/try-load.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/exact.h"
#include "agent/host-driver.h"
#include "agent/load.h"
#include "agent/report.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define LIMIT_MS (120ull * 1000)
#define SILENCE_MS (40ull * 1000)

static const char usage_text[] =
	"usage: runway-agent try-load --driver NAME --lane exact|posted|race|smp\n"
	"                             --artifacts DIR\n"
	"                             [--resources DIR] [--base DIR] [--flag MEMBER]\n"
	"                             [--arguments TEXT] [--keep DIR] [--functions]\n"
	"\n"
	"  --driver NAME     bochs3-vmx (lane posted), bochs-svm, bochs-vmx,\n"
	"                    emulated-svm\n"
	"  --artifacts DIR   a build's files: bzImage, kvm.ko …, as docs/formats.md names them\n"
	"  --resources DIR   holds workloads/ and build/ (default: the current folder)\n"
	"  --base DIR        the base's files: finds the sender's flag as a campaign does\n"
	"  --flag MEMBER     of struct kvm_vcpu: what senders look at\n"
	"  --arguments TEXT  for runway-bench run, instead of --lane LANE\n"
	"  --keep DIR        writes lines, console, fingerprint (and exit-paths) there\n"
	"  --functions       prints the exact lane's split by function\n";

struct trial {
	const struct host_driver *driver;
	const char *lane, *artifacts, *resources, *base, *flag, *arguments, *keep;
	bool functions;
};

static int parse(int argc, char **argv, struct trial *ret_trial, struct err *err)
{
	static const struct option options[] = {
		{ "arguments", required_argument, NULL, 'a' },
		{ "artifacts", required_argument, NULL, 'A' },
		{ "base", required_argument, NULL, 'b' },
		{ "driver", required_argument, NULL, 'd' },
		{ "flag", required_argument, NULL, 'f' },
		{ "functions", no_argument, NULL, 'F' },
		{ "keep", required_argument, NULL, 'k' },
		{ "lane", required_argument, NULL, 'l' },
		{ "resources", required_argument, NULL, 'r' },
		{ 0 },
	};
	struct trial trial = { .resources = "." };
	const char *driver = "";
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'a':
			trial.arguments = optarg;
			break;
		case 'A':
			trial.artifacts = optarg;
			break;
		case 'b':
			trial.base = optarg;
			break;
		case 'd':
			driver = optarg;
			break;
		case 'f':
			trial.flag = optarg;
			break;
		case 'F':
			trial.functions = true;
			break;
		case 'k':
			trial.keep = optarg;
			break;
		case 'l':
			trial.lane = optarg;
			break;
		case 'r':
			trial.resources = optarg;
			break;
		default:
			return err_set(err, -EINVAL, "Unknown option.");
		}
	}
	if (!trial.lane || !trial.artifacts || optind != argc)
		return err_set(err, -EINVAL, "--driver, --lane and --artifacts are needed.");
	trial.driver = host_driver_named(driver);
	if (!trial.driver)
		return err_set(err, -EINVAL, "There is no host driver \"%s\".", driver);
	*ret_trial = trial;
	return 0;
}

static int run(const struct trial *trial, const char *scratch, struct load_outcome *outcome,
	       struct err *err)
{
	CLEANUP(free_ptr) char *bench = xasprintf("%s/build/bin/runway-bench", trial->resources);
	CLEANUP(free_ptr) char *plugin = xasprintf("%s/build/lib/exit-path.so", trial->resources);
	CLEANUP(free_ptr)
	char *bochs_stdio = xasprintf("%s/build/lib/bochs-stdio.so", trial->resources);
	CLEANUP(free_ptr) char *init = xasprintf("%s/workloads/host-init", trial->resources);
	CLEANUP(free_ptr) char *arguments = xasprintf("--lane %s", trial->lane);
	CLEANUP(free_ptr) char *artifacts = realpath(trial->artifacts, NULL);
	struct load_spec spec = {
		.lane = trial->lane,
		.isa = trial->driver->isa,
		.artifacts = artifacts,
		.scratch = scratch,
		.bench = bench,
		.bench_arguments = trial->arguments ?: arguments,
		.host_init = init,
		.plugin = plugin,
		.bochs_stdio = bochs_stdio,
		.limit_ms = LIMIT_MS,
		.silence_ms = SILENCE_MS,
	};
	struct host *host = NULL;
	int rc = artifacts ? trial->driver->probe(err)
			   : err_sys(err, -errno, "Cannot open %s", trial->artifacts);

	if (trial->driver->limits)
		trial->driver->limits(spec.lane, &spec.limit_ms, &spec.silence_ms);
	if (!rc)
		rc = trial->driver->bring_up(&spec, &host, err);
	if (!rc)
		rc = trial->driver->run_bench(host, outcome, err);
	if (host)
		trial->driver->read_console(host, &outcome->console);
	trial->driver->tear_down(host);
	return rc;
}

static void print_skips(const struct report *report)
{
	for (size_t i = 0; i < report->skips_count; i++)
		printf("not run: %s: %s\n", report->skips[i].workload, report->skips[i].why);
}

static int derive(const struct trial *trial, const struct load_outcome *outcome,
		  struct load_result *result, struct err *err)
{
	CLEANUP(report_release) struct report report = { 0 };
	CLEANUP(exact_release) struct exact_result exact = { 0 };
	CLEANUP(free_ptr)
	char *base_kick = trial->base ? xasprintf("%s/runway-kick.ko", trial->base) : NULL;
	struct exact_input input = { .paths = outcome->paths,
				     .lines = outcome->lines.data,
				     .artifacts = trial->artifacts,
				     .base_kick = base_kick,
				     .sender_flag = trial->flag };
	int rc;

	json_report_decode(outcome->lines.data, outcome->lines.length, &report);
	print_skips(&report);
	result->gates = TAKE(report.gates);
	result->gates_count = report.gates_count;
	report.gates_count = 0;
	if (!strcmp(trial->lane, "race"))
		derive_race(&report, result);
	else if (!strcmp(trial->lane, "posted"))
		derive_posted(&report, result);
	else if (!outcome->paths)
		derive_sampled(&report, outcome, result);
	if (!outcome->paths)
		return 0;
	rc = exact_derive(&input, &exact, err);
	if (!rc)
		derive_exact(&exact, result);
	return rc;
}

static void print(const struct trial *trial, const struct load_outcome *outcome,
		  const struct load_result *result)
{
	printf("%s after %" PRIu64 " ms%s%s\n", load_status_name(outcome->status),
	       outcome->duration_ms, outcome->sentence[0] ? ": " : "", outcome->sentence);
	for (size_t i = 0; i < result->gates_count; i++)
		printf("gate %s %s: %s, %s\n", result->gates[i].gate, result->gates[i].workload,
		       result->gates[i].passed ? "passed" : "NOT PASSED", result->gates[i].detail);
	for (size_t i = 0; i < result->dropped_count; i++)
		printf("dropped %s %u: %s\n", result->dropped[i].workload, result->dropped[i].rep,
		       result->dropped[i].why);
	if (result->sender_flag[0])
		printf("sender's flag: %s\n", result->sender_flag);
	for (size_t i = 0; i < result->samples_count; i++) {
		const struct sample *sample = &result->samples[i];

		printf("%s %s %s %u: %.10g (%" PRIu64 " of %" PRIu64 ")\n", sample->metric,
		       sample->workload, sample->kind, sample->rep, sample->value, sample->n,
		       sample->total);
	}
	for (size_t i = 0; trial->functions && i < result->functions_count; i++) {
		const struct exact_function *function = &result->functions[i];

		printf("%s %s: %" PRIu64 " %s %s\n", function->kind, function->part,
		       function->instructions, function->module, function->function);
	}
}

static int keep(const struct trial *trial, const struct load_outcome *outcome, struct err *err)
{
	CLEANUP(free_ptr) char *lines = xasprintf("%s/lines", trial->keep);
	CLEANUP(free_ptr) char *console = xasprintf("%s/console", trial->keep);
	CLEANUP(free_ptr) char *paths = xasprintf("%s/exit-paths", trial->keep);
	CLEANUP(free_ptr) char *facts = xasprintf("%s/fingerprint", trial->keep);
	CLEANUP(buf_release) struct buf text = BUF_INIT(65536);
	int rc = file_make_folder(trial->keep, 0755, err);

	if (!rc)
		rc = trial->driver->fingerprint(&text, err);
	if (!rc)
		rc = file_write(facts, text.data, text.length, 0644, err);
	if (!rc)
		rc = file_write(lines, outcome->lines.data, outcome->lines.length, 0644, err);
	if (!rc)
		rc = file_write(console, outcome->console.data, outcome->console.length, 0644, err);
	if (!rc && outcome->paths)
		rc = file_copy(outcome->paths, paths, 0644, err);
	return rc;
}

static void remove_folder(char **folder)
{
	file_remove_tree(*folder, NULL);
	free_ptr(folder);
}

static int measure(const struct trial *trial, enum load_status *ret_status, struct err *err)
{
	CLEANUP(load_outcome_release)
	struct load_outcome outcome = { .lines = BUF_INIT(LINES_MAX_BYTES),
					.console = BUF_INIT(CONSOLE_MAX_BYTES) };
	CLEANUP(load_result_release) struct load_result result = { 0 };
	CLEANUP(remove_folder) char *scratch = xstrdup("/tmp/runway-try-load-XXXXXX");
	int rc = mkdtemp(scratch) ? 0 : err_sys(err, -errno, "Cannot create %s", scratch), kept;

	if (!rc)
		rc = run(trial, scratch, &outcome, err);
	kept = trial->keep ? keep(trial, &outcome, rc < 0 ? NULL : err) : 0;
	if (!rc && !kept)
		rc = derive(trial, &outcome, &result, err);
	if (rc < 0 || kept < 0)
		return rc < 0 ? rc : kept;
	print(trial, &outcome, &result);
	*ret_status = outcome.status;
	return 0;
}

int try_load(int argc, char **argv)
{
	struct trial trial = { 0 };
	enum load_status status = LOAD_HOST_FAILED;
	struct err err = ERR_INIT;

	if (parse(argc, argv, &trial, &err) < 0) {
		fprintf(stderr, "runway-agent try-load: %s\n%s", err.text, usage_text);
		return 2;
	}
	if (measure(&trial, &status, &err) < 0) {
		fprintf(stderr, "runway-agent try-load: %s\n", err.text);
		return 2;
	}
	return status != LOAD_OK;
}

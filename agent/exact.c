// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/exact.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/exact-functions.h"
#include "agent/exact-windows.h"
#include "agent/host-driver.h"
#include "agent/json-bench.h"
#include "agent/layout.h"
#include "agent/path-file.h"
#include "agent/symbols.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define SITES_MAX 64
#define SITE_PLACES_MAX 16
/* The kind whose path every host takes the same way: without it the load has measured nothing. */
#define INDISPENSABLE_KIND "cpuid"

/* All "site" lines of one workload and kind: each repetition has its own VM, so its own vCPU. */
struct site {
	char workload[64];
	char kind[32];
	uint64_t pcs[SITE_PLACES_MAX];
	size_t pcs_count;
	uint64_t vcpus[SITE_PLACES_MAX];
	size_t vcpus_count;
	uint64_t exits; /* as runway-bench counted them */
	/* From the recorded paths. */
	const struct path_file_path *path; /* the one most exits took */
	uint64_t total;			   /* exits without warm-up */
};

struct derivation {
	const struct exact_input *input;
	struct path_file paths;
	struct layout layout, base;
	struct symbols *symbols;
	struct site sites[SITES_MAX];
	size_t sites_count;
	const struct layout_member *mode, *flag; /* flag is mode when the build has none */
};

static void derivation_release(struct derivation *derivation)
{
	path_file_release(&derivation->paths);
	layout_release(&derivation->layout);
	layout_release(&derivation->base);
	symbols_free(&derivation->symbols);
}

static void add_distinct(uint64_t *items, size_t *count, uint64_t item)
{
	for (size_t i = 0; i < *count; i++)
		if (items[i] == item)
			return;
	if (*count < SITE_PLACES_MAX)
		items[(*count)++] = item;
}

static int add_site(struct derivation *derivation, const struct bench_line *line, struct err *err)
{
	struct site *site = derivation->sites;

	for (; site < derivation->sites + derivation->sites_count; site++)
		if (!strcmp(site->workload, line->workload) && !strcmp(site->kind, line->site.kind))
			break;
	if (site == derivation->sites + derivation->sites_count) {
		if (derivation->sites_count == SITES_MAX)
			return err_set(err, -EINVAL, "The benchmark named more than %d sites.",
				       SITES_MAX);
		derivation->sites_count++;
		snprintf(site->workload, sizeof(site->workload), "%s", line->workload);
		snprintf(site->kind, sizeof(site->kind), "%s", line->site.kind);
	}
	add_distinct(site->pcs, &site->pcs_count, line->site.guest_pc);
	add_distinct(site->vcpus, &site->vcpus_count, line->site.vcpu);
	site->exits += line->site.exits;
	return 0;
}

/* "kvm_amd" is in kvm-amd.ko: the kernel's name for a module has no dashes, its file may. */
static int add_module(struct derivation *derivation, const struct bench_line *line, struct err *err)
{
	CLEANUP(free_ptr)
	char *path = xasprintf("%s/%s.ko", derivation->input->artifacts, line->module);
	size_t folder = strlen(derivation->input->artifacts);

	if (access(path, F_OK) < 0)
		for (char *c = path + folder; *c; c++)
			*c = *c == '_' ? '-' : *c;
	/* A module of the host that is no artifact of the build: its functions stay unknown. */
	if (access(path, F_OK) < 0)
		return 0;
	return symbols_add_module(derivation->symbols, path, line->module, line->sections,
				  line->sections_count, err);
}

static int read_lines(struct derivation *derivation, struct err *err)
{
	const char *at = derivation->input->lines, *end = at + strnlen(at, LINES_MAX_BYTES);
	CLEANUP(free_ptr) struct bench_line *line = xcalloc(1, sizeof(*line));
	CLEANUP(free_ptr)
	char *map = xasprintf("%s/System.map", derivation->input->artifacts);
	int rc = symbols_add_map(derivation->symbols, map, err);

	while (!rc && bench_line_next(&at, end, line)) {
		if (line->type == BENCH_SITE)
			rc = add_site(derivation, line, err);
		else if (line->type == BENCH_MODULE)
			rc = add_module(derivation, line, err);
	}
	symbols_sort(derivation->symbols);
	return rc;
}

/* The path that most exits at the site took, among those whose instructions were kept. */
static int choose_path(const struct derivation *derivation, struct site *site, struct err *err)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < derivation->paths.count; i++) {
		const struct path_file_key *key = &derivation->paths.keys[i];
		bool here = false;

		for (size_t k = 0; k < site->pcs_count; k++)
			here |= site->pcs[k] == key->totals.guest_pc;
		if (!here)
			continue;
		seen += key->totals.exits;
		site->total += key->totals.exits - key->totals.warm_up;
		for (uint64_t p = 0; p < key->totals.paths; p++)
			if (key->paths[p].totals.pcs &&
			    (!site->path || key->paths[p].totals.count > site->path->totals.count))
				site->path = &key->paths[p];
	}
	if (!seen || site->path)
		return 0;
	return strcmp(site->kind, INDISPENSABLE_KIND)
		       ? 0
		       : err_set(err, -ENODATA,
				 "None of the %" PRIu64 " exits of kind %s could be recorded.",
				 seen, site->kind);
}

static int choose_paths(struct derivation *derivation, struct err *err)
{
	bool indispensable = false;
	int rc = 0;

	for (size_t i = 0; i < derivation->sites_count && !rc; i++) {
		struct site *site = &derivation->sites[i];

		rc = choose_path(derivation, site, err);
		if (!rc && !site->total && site->exits > derivation->paths.totals.warm_up)
			rc = err_set(err, -ENODATA,
				     "The benchmark made %" PRIu64 " exits of kind %s at guest "
				     "address 0x%" PRIx64 ", but the emulator saw none there.",
				     site->exits, site->kind, site->pcs[0]);
		indispensable |= site->path && !strcmp(site->kind, INDISPENSABLE_KIND);
	}
	if (!rc && !indispensable)
		rc = err_set(err, -ENODATA,
			     "The benchmark reported no exits of kind %s, which every window is "
			     "measured on.",
			     INDISPENSABLE_KIND);
	return rc;
}

static int read_layouts(struct derivation *derivation, struct err *err)
{
	const struct exact_input *input = derivation->input;
	CLEANUP(free_ptr) char *kick = xasprintf("%s/runway-kick.ko", input->artifacts);
	int rc = layout_read(kick, "kvm_vcpu", &derivation->layout, err);

	if (!rc && input->base_kick)
		rc = layout_read(input->base_kick, "kvm_vcpu", &derivation->base, err);
	if (rc < 0)
		return rc;
	derivation->mode = layout_find(&derivation->layout, "mode");
	if (!derivation->mode || !derivation->mode->bytes)
		return err_set(err, -EINVAL, "struct kvm_vcpu has no member mode in this build.");
	return 0;
}

static int choose_flag(struct derivation *derivation, struct err *err)
{
	const struct exact_input *input = derivation->input;
	const char *declared = input->sender_flag;
	const struct site *site = derivation->sites;

	derivation->flag = derivation->mode;
	if (declared && *declared) {
		derivation->flag = layout_find(&derivation->layout, declared);
		return derivation->flag
			       ? 0
			       : err_set(err, -EINVAL,
					 "The series declares the sender's flag %.64s, but struct "
					 "kvm_vcpu has no such member in this build.",
					 declared);
	}
	if (!input->base_kick)
		return 0;
	while (!site->path || strcmp(site->kind, INDISPENSABLE_KIND))
		site++;
	derivation->flag = exact_find_flag(site->path, &derivation->layout, &derivation->base,
					   site->vcpus, site->vcpus_count)
				   ?: derivation->mode;
	return 0;
}

static void add_sample(struct exact_result *result, const struct site *site, const char *metric,
		       uint64_t value)
{
	struct exact_sample *sample;

	result->samples =
		xreallocarray(result->samples, result->samples_count + 1, sizeof(*result->samples));
	sample = &result->samples[result->samples_count++];
	*sample = (struct exact_sample){ .metric = metric,
					 .value = value,
					 .n = site->path->totals.count,
					 .total = site->total };
	memcpy(sample->workload, site->workload, sizeof(sample->workload));
	memcpy(sample->kind, site->kind, sizeof(sample->kind));
}

static struct watched_member watch(const struct site *site, const struct layout_member *member)
{
	return (struct watched_member){ site->vcpus, site->vcpus_count, member->offset,
					member->bytes };
}

static int measure_site(const struct derivation *derivation, const struct site *site,
			struct exact_result *result, struct err *err)
{
	struct watched_member flag = watch(site, derivation->flag);
	struct watched_member mode = watch(site, derivation->mode);
	struct exact_window window = { 0 }, kick;
	bool has_window = exact_window(site->path, &flag, &window);

	add_sample(result, site, "exit_path", site->path->totals.length);
	if (has_window) {
		add_sample(result, site, "exit_window", window.exit);
		add_sample(result, site, "entry_window", window.entry);
	} else if (!strcmp(site->kind, INDISPENSABLE_KIND)) {
		return err_set(err, -ENODATA,
			       "On the path of kind %s nothing is stored to vcpu->%s, so there is "
			       "no window to measure.",
			       site->kind, derivation->flag->name);
	}
	if (exact_window(site->path, &mode, &kick))
		add_sample(result, site, "kick_window", kick.exit);
	exact_split(site->path, has_window ? &window : NULL, site->kind, derivation->symbols,
		    result);
	return 0;
}

int exact_derive(const struct exact_input *input, struct exact_result *ret_result, struct err *err)
{
	CLEANUP(derivation_release)
	struct derivation derivation = { .input = input, .symbols = symbols_new() };
	CLEANUP(exact_release) struct exact_result result = { 0 };
	int rc = path_file_read(input->paths, &derivation.paths, err);

	if (!rc)
		rc = read_lines(&derivation, err);
	if (!rc)
		rc = choose_paths(&derivation, err);
	if (!rc)
		rc = read_layouts(&derivation, err);
	if (!rc)
		rc = choose_flag(&derivation, err);
	for (size_t i = 0; i < derivation.sites_count && !rc; i++)
		if (derivation.sites[i].path)
			rc = measure_site(&derivation, &derivation.sites[i], &result, err);
	if (rc < 0)
		return rc;
	snprintf(result.sender_flag, sizeof(result.sender_flag), "%.63s", derivation.flag->name);
	*ret_result = result;
	result = (struct exact_result){ 0 };
	return 0;
}

void exact_release(struct exact_result *result)
{
	free_ptr(&result->samples);
	free_ptr(&result->functions);
	*result = (struct exact_result){ 0 };
}

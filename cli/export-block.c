// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers about one series, as plain text for a commit message. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/campaign.h"
#include "cli/export.h"
#include "cli/fingerprint.h"
#include "cli/ranking.h"
#include "cli/statistics.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

struct block {
	struct context *context;
	const char *series;
	struct campaign campaign;
	struct ranking ranking;
	struct statistics statistics;
	struct fingerprints fingerprints;
	struct screen screen; /* folds at the block's width, into memory */
};

static void block_release(struct block *block)
{
	campaign_release(&block->campaign);
	ranking_release(&block->ranking);
	statistics_release(&block->statistics);
	fingerprints_release(&block->fingerprints);
}

/* Takes the line. */
static void put(const struct block *block, char *line)
{
	screen_fold(&block->screen, line);
	free(line);
}

static int get(struct block *block, int64_t id, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	struct client *client = &block->context->client;
	CLEANUP(free_ptr) char *campaign = xasprintf("/campaigns/%lld", (long long)id);
	CLEANUP(free_ptr) char *ranking = xasprintf("%s/ranking", campaign);
	CLEANUP(free_ptr) char *prints = xasprintf("%s/fingerprints", campaign);
	int rc;

	if ((rc = client_get(client, campaign, &body, err)) < 0 ||
	    (rc = campaign_decode(body.data, body.length, &block->campaign, err)) < 0 ||
	    (rc = client_get(client, ranking, &body, err)) < 0 ||
	    (rc = ranking_decode(body.data, body.length, &block->ranking, err)) < 0 ||
	    (rc = statistics_decode(body.data, body.length, &block->statistics, err)) < 0 ||
	    (rc = client_get(client, prints, &body, err)) < 0)
		return rc;
	return fingerprints_decode(body.data, body.length, &block->fingerprints, err);
}

static bool is_shown(const struct ranking_metric *metric)
{
	static const char *const names[] = { "exit_window", "entry_window", "exit_path",
					     "spurious_window" };

	if (isnan(metric->value) || isnan(metric->base))
		return false;
	if (metric->kind && strcmp(metric->kind, "cpuid"))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(metric->name, names[i]))
			return true;
	return false;
}

/* A count that has no spread is its own interval; n is how many agree. */
static void put_exact(const struct block *block, const struct ranking_result *result)
{
	for (size_t i = 0; i < result->metric_count; i++) {
		const struct ranking_metric *metric = &result->metrics[i];
		CLEANUP(free_ptr) char *base = NULL;
		CLEANUP(free_ptr) char *value = NULL;
		CLEANUP(free_ptr) char *change = NULL;

		if (!strcmp(metric->lane, "smp") || !is_shown(metric))
			continue;
		base = text_number(metric->base);
		value = text_number(metric->value);
		change = text_number(metric->value - metric->base);
		put(block, xasprintf("  %s %s, %s%s%s: %s -> %s %s (%s%s%s, n=%lld)", result->isa,
				     metric->lane, metric->name, metric->workload ? " of " : "",
				     metric->workload ? metric->workload : "", base, value,
				     metric->unit, metric->value > metric->base ? "+" : "", change,
				     metric->spread > 0 ? "" : ", exact", (long long)metric->n));
	}
}

static void put_sampled(const struct block *block, const char *isa)
{
	for (size_t i = 0; i < block->statistics.verdict_count; i++) {
		const struct statistics_verdict *verdict = &block->statistics.verdicts[i];
		CLEANUP(free_ptr) char *interval = NULL;

		if (!verdict->family || strcmp(verdict->family, "headline") ||
		    strcmp(verdict->series, block->series) || strcmp(verdict->isa, isa))
			continue;
		interval = isnan(verdict->low) || isnan(verdict->high)
				   ? xstrdup("no interval yet")
				   : xasprintf("95 %% interval %+.1f to %+.1f", 100 * verdict->low,
					       100 * verdict->high);
		put(block, xasprintf("  %s smp, %s of %s: %+.1f %% (%s, n=%lld blocks): %s", isa,
				     verdict->metric, verdict->workload, 100 * verdict->effect,
				     interval, (long long)verdict->n, verdict->verdict));
	}
}

static void put_gates(const struct block *block, const struct ranking_result *result)
{
	size_t passed = 0;

	for (size_t i = 0; i < result->gate_count; i++)
		passed += result->gates[i].passed;
	if (!result->gates_run)
		put(block, xasprintf("  %s: no gate was run", result->isa));
	else
		put(block, xasprintf("  %s: %zu of %zu gates passed", result->isa, passed,
				     result->gate_count));
}

static void put_result(const struct block *block, const struct ranking_result *result)
{
	if (strcmp(result->status, "ranked"))
		put(block,
		    xasprintf("  %s: %s%s%s", result->isa, result->status,
			      result->reason ? ": " : "", result->reason ? result->reason : ""));
	put_exact(block, result);
	put_sampled(block, result->isa);
	put_gates(block, result);
}

/* Whether an earlier one says the same of the host. */
static bool is_said(const struct fingerprints *all, size_t index)
{
	const struct fingerprint *of = &all->items[index];

	for (size_t i = 0; i < index; i++) {
		const struct fingerprint *other = &all->items[i];

		if (!strcmp(of->agent, other->agent) &&
		    !strcmp(of->driver ? of->driver : "", other->driver ? other->driver : "") &&
		    !strcmp(of->emulator ? of->emulator : "",
			    other->emulator ? other->emulator : ""))
			return true;
	}
	return false;
}

static void put_hosts(const struct block *block)
{
	for (size_t i = 0; i < block->fingerprints.count; i++) {
		const struct fingerprint *of = &block->fingerprints.items[i];

		if (is_said(&block->fingerprints, i))
			continue;
		put(block, xasprintf("Host: %s%s%s%s%s", of->agent, of->driver ? ", " : "",
				     of->driver ? of->driver : "", of->emulator ? ", " : "",
				     of->emulator ? of->emulator : ""));
	}
}

static int write_block(const struct block *block, struct err *err)
{
	const struct campaign *campaign = &block->campaign;
	bool found = false;

	put(block, xasprintf("Measured with Runway, base -> %s (base: %s %s%s%.12s):",
			     block->series, campaign->repository ? campaign->repository : "?",
			     campaign->rev ? campaign->rev : "?", campaign->tree ? ", tree " : "",
			     campaign->tree ? campaign->tree : ""));
	fputc('\n', block->screen.out);
	for (size_t i = 0; i < block->ranking.result_count; i++) {
		if (strcmp(block->ranking.results[i].series, block->series))
			continue;
		put_result(block, &block->ranking.results[i]);
		found = true;
	}
	if (!found)
		return err_set(err, E_USAGE,
			       "Campaign %lld has no series %s. See runway campaign "
			       "show.",
			       (long long)campaign->id, block->series);
	fputc('\n', block->screen.out);
	put_hosts(block);
	put(block, xasprintf("Run: campaign %lld of %s, %s, seed %lld", (long long)campaign->id,
			     block->context->client.server,
			     campaign->finished ? campaign->finished : campaign->state,
			     (long long)campaign->seed));
	return 0;
}

int export_block(struct context *context, int64_t id, const char *series, struct buf *text,
		 struct err *err)
{
	CLEANUP(block_release) struct block block = { .context = context, .series = series };
	char *data = NULL;
	size_t bytes = 0;
	int rc = get(&block, id, err);

	if (rc < 0)
		return rc;
	block.screen = (struct screen){ .out = open_memstream(&data, &bytes),
					.columns = EXPORT_BLOCK_COLUMNS };
	if (!block.screen.out)
		return err_set(err, -ENOMEM, "There is not enough memory.");
	rc = write_block(&block, err);
	fclose(block.screen.out);
	if (!rc && buf_append(text, data, bytes) < 0)
		rc = err_set(err, -EFBIG, "The block is too long.");
	free(data);
	return rc;
}

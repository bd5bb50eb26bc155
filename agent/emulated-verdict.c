// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/emulated-host.h"

static int say(struct load_outcome *outcome, enum load_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int say(struct load_outcome *outcome, enum load_status status, const char *format, ...)
{
	va_list args;

	outcome->status = status;
	va_start(args, format);
	vsnprintf(outcome->sentence, sizeof(outcome->sentence), format, args);
	va_end(args);
	return 0;
}

/* Where the benchmark had got to. */
static const char *place(const struct host *host)
{
	return host->last_workload[0] ? host->last_workload
	       : host->booted	      ? "loading the modules"
				      : "booting";
}

static int judge_hang(const struct host *host, enum watch_end end, struct load_outcome *outcome)
{
	char warning[400];
	bool warned = console_warned(&host->console, warning, sizeof(warning));

	if (end == WATCH_LIMIT)
		return say(outcome, LOAD_HANG,
			   "The host did not finish within %" PRIu64 " s; it was at %s.%s%s",
			   host->spec.limit_ms / 1000, place(host), warned ? " " : "",
			   warned ? warning : "");
	outcome->silent = true;
	return say(outcome, LOAD_HANG,
		   "The host printed nothing for %" PRIu64 " s; it was at %s.%s%s",
		   host->spec.silence_ms / 1000, place(host), warned ? " " : "",
		   warned ? warning : "");
}

/* The last thing the emulator said; before it come warnings of what TCG does not emulate. */
static void last_words(const struct host *host, char *ret_words, size_t bytes)
{
	const char *text = host->text.data, *end = text + host->text.length, *line;

	while (end > text && end[-1] == '\n')
		end--;
	for (line = end; line > text && line[-1] != '\n';)
		line--;
	snprintf(ret_words, bytes, "%.*s", (int)(end - line), end > line ? line : "");
	if (!*ret_words)
		snprintf(ret_words, bytes, "it said nothing.");
}

/* A machine that resets itself ends this emulator badly. */
static bool was_reset(const struct host *host)
{
	return host->reset_words && strstr(host->text.data, host->reset_words);
}

/* The emulator ended and nobody had said that the run was over. */
static int judge_early_end(const struct host *host, const struct proc_result *result,
			   struct load_outcome *outcome, struct err *err)
{
	char how[128], words[400];

	proc_describe(result, how, sizeof(how));
	last_words(host, words, sizeof(words));
	if ((result->end != PROC_EXITED || result->status) && !was_reset(host))
		return err_set(err, -EIO, "The emulator %s while it was at %s: %s", how,
			       place(host), words);
	if (!host->console.total_bytes && !outcome->lines.length)
		return say(outcome, LOAD_PANIC,
			   "The host reset itself before its kernel printed anything.");
	return say(
		outcome, LOAD_PANIC,
		"The host reset itself or went off without a word (a triple fault does that); it "
		"was at %s.",
		place(host));
}

int emulated_host_judge(const struct host *host, enum watch_end end,
			const struct proc_result *result, struct load_outcome *outcome,
			struct err *err)
{
	/* What the kernel says about itself explains everything that follows from it. */
	if (console_died(&host->console, outcome->sentence, sizeof(outcome->sentence))) {
		outcome->status = LOAD_PANIC;
		return 0;
	}
	if (host->module_failure[0])
		return say(outcome, LOAD_LOAD_FAILED, "%s", host->module_failure);
	if (end == WATCH_FLOOD)
		return say(outcome, LOAD_GUEST_FAILED,
			   "The benchmark's serial line carried more than the %d MiB that a load "
			   "may print; it was at %s.",
			   LINES_MAX_BYTES >> 20, place(host));
	if (host->guest_failure[0])
		return say(outcome, LOAD_GUEST_FAILED, "%s", host->guest_failure);
	if (host->ended && !host->ended_ok)
		return say(outcome, LOAD_GUEST_FAILED,
			   "The benchmark ended with a failure that it did not name; it was at %s.",
			   place(host));
	if (!host->ended)
		return end == WATCH_EMULATOR_ENDED ? judge_early_end(host, result, outcome, err)
						   : judge_hang(host, end, outcome);
	outcome->status = LOAD_OK;
	console_warned(&host->console, outcome->sentence, sizeof(outcome->sentence));
	return 0;
}

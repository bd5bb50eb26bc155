// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/rerun.h"

#include <string.h>

#include "lib/cleanup.h"

/* As one word of a shell. */
static void put_word(struct buf *buf, const char *text)
{
	buf_puts(buf, "'");
	for (; *text; text++)
		if (*text == '\'')
			buf_puts(buf, "'\\''");
		else
			buf_append(buf, text, 1);
	buf_puts(buf, "'");
}

/* " --option 'value'"; nothing for NULL and "". */
static void put_option(struct buf *buf, const char *option, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(buf, " --%s ", option);
	put_word(buf, value);
}

static void put_number(struct buf *buf, const char *option, int64_t value)
{
	if (value)
		buf_printf(buf, " --%s %lld", option, (long long)value);
}

static void put_submit(struct buf *buf, const char *command, const struct series *series)
{
	buf_puts(buf, command);
	put_option(buf, "name", series->name);
	put_option(buf, "sender-flag", series->sender_flag);
	put_option(buf, "expect", series->expects);
	buf_printf(buf, " -- series/%s.mbox\n", series->name);
}

/* What `runway campaign create` is given beside base and series. */
static void put_create(struct buf *buf, const struct rerun *rerun)
{
	const struct campaign *campaign = rerun->campaign;
	const struct statistics *statistics = rerun->statistics;
	bool bought = statistics->most > campaign->loads_smp;

	put_option(buf, "isa", campaign->isa);
	put_option(buf, "lanes", campaign->lanes);
	put_number(buf, "loads-exact", campaign->loads_exact);
	put_number(buf, "loads-race", campaign->loads_race);
	put_number(buf, "loads-smp", campaign->loads_smp);
	if (bought)
		put_number(buf, "loads-smp-most", statistics->most);
	if (statistics->null_control && !bought)
		buf_puts(buf, " --null-control");
	if (!statistics->null_control && bought)
		buf_puts(buf, " --no-null-control");
	if (campaign->measure_identical)
		buf_puts(buf, " --measure-identical");
	buf_printf(buf, " --seed %lld", (long long)campaign->seed);
}

/* The commit that the series were made on, when it was taken: HEAD would be another one elsewhere. */
static const char *rev_of(const struct campaign *campaign)
{
	if (campaign->preferred && campaign->base_commit && !campaign->base_note)
		return campaign->base_commit;
	return campaign->rev;
}

static const char head[] =
	"#!/bin/sh\n"
	"# Submits this bundle's series to a Runway server and starts the same campaign there.\n"
	"#\n"
	"#	RUNWAY_SERVER=http://host:8750 RUNWAY_TOKEN_FILE=file ./rerun\n"
	"#	BASE_REPOSITORY=name BASE_REV=rev	what that server calls the same base\n"
	"#	RUNWAY=/path/to/runway			the command\n"
	"#\n"
	"# Prints the campaign's number.\n"
	"set -eu\n"
	"cd \"$(dirname \"$0\")\"\n"
	"runway=${RUNWAY:-runway}\n"
	"series=\n"
	"submit() {\n"
	"	id=$(\"$runway\" submit --quiet \"$@\")\n"
	"	series=${series:+$series,}$id\n"
	"}\n\n";

int rerun_write(const struct rerun *rerun, struct buf *script)
{
	const struct campaign *campaign = rerun->campaign;

	buf_puts(script, head);
	for (size_t i = 0; i < rerun->series_count; i++)
		put_submit(script, "submit", &rerun->series[i]);
	buf_puts(script, "repository=");
	put_word(script, campaign->repository ? campaign->repository : "linux");
	buf_puts(script, "\nrev=");
	put_word(script, rev_of(campaign) ? rev_of(campaign) : "HEAD");
	buf_puts(script,
		 "\ncampaign=$(\"$runway\" campaign create --quiet --series \"$series\" \\\n"
		 "	--base-repository \"${BASE_REPOSITORY:-$repository}\" \\\n"
		 "	--base-rev \"${BASE_REV:-$rev}\" \\\n	");
	put_create(script, rerun);
	if (campaign->tree)
		buf_printf(script,
			   ")\n\necho \"The base was tree %s; compare it, when it is built, with\" "
			   ">&2\n"
			   "echo \"$runway campaign show $campaign --json\" >&2\n",
			   campaign->tree);
	else
		buf_puts(script, ")\n\n");
	return buf_puts(script, "echo \"$campaign\"\n");
}

static const char contents[] =
	"\nrerun              submits all of this to another Runway and starts the same campaign\n"
	"series/            what was measured, as it was submitted\n"
	"campaign.json      the campaign: base, lanes, loads, seed, every variant and load\n"
	"ranking.json       the ranking, with every metric and gate\n"
	"statistics.json    verdicts of what was sampled, with intervals\n"
	"mechanism.json     what the authors expected, and whether it came\n"
	"samples.csv        every sample, one a line\n"
	"fingerprints.json  on what the loads ran: host, emulator, modules, workloads' parameters\n"
	"builds/            each variant's tree, key, hash of its code, artifacts' SHA-256\n"
	"config, compiler   the base kernel's configuration, and what compiled it; a variant "
	"whose\n"
	"                   configuration differs has its own, config-NAME\n"
	"SHA256SUMS         of all files here: sha256sum -c SHA256SUMS\n\n"
	"These are the commands that rerun gives:\n\n";

int rerun_describe(const struct rerun *rerun, struct buf *text)
{
	const struct campaign *campaign = rerun->campaign;

	buf_printf(text, "Campaign %lld of a Runway server, %s%s%s.\nBase: %s %s%s%s\n",
		   (long long)campaign->id, campaign->state, campaign->finished ? " at " : "",
		   campaign->finished ? campaign->finished : "",
		   campaign->repository ? campaign->repository : "?",
		   rev_of(campaign) ? rev_of(campaign) : "?", campaign->tree ? ", tree " : "",
		   campaign->tree ? campaign->tree : "");
	buf_puts(text, contents);
	for (size_t i = 0; i < rerun->series_count; i++)
		put_submit(text, "    runway submit", &rerun->series[i]);
	buf_puts(text, "    runway campaign create --series ID,...");
	put_option(text, "base-repository", campaign->repository);
	put_option(text, "base-rev", rev_of(campaign));
	put_create(text, rerun);
	return buf_printf(text, "\n    runway campaign watch %lld\n    runway rank %lld\n",
			  (long long)campaign->id, (long long)campaign->id);
}

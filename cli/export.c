// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/export.h"

#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/problem.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define BLOCK_MAX_BYTES (1 << 20)

static const struct option_row options[] = {
	{ "commit-message", 'c', NULL,
	  "instead a block about SERIES to paste into its commit message, 75 columns wide", NULL,
	  false },
	{ "output", 'o', "FILE", "where to; - for standard output (runway-campaign-N.tar.gz)", "",
	  true },
	{ 0 },
};

struct asked {
	const char *output;
	bool commit_message;
};

static int take(void *data, int option, struct err *err)
{
	struct asked *asked = data;

	(void)err;
	if (option == 'o')
		asked->output = optarg;
	else
		asked->commit_message = true;
	return 0;
}

static int print_block(struct context *context, int64_t id, const char *series, struct err *err)
{
	CLEANUP(buf_release) struct buf block = BUF_INIT(BLOCK_MAX_BYTES);
	int rc = export_block(context, id, series, &block, err);

	if (rc < 0)
		return rc;
	if (context->json) {
		CLEANUP(free_ptr) char *document = export_block_encode(block.data);

		fprintf(context->screen.out, "%s\n", document);
	} else {
		fputs(block.data, context->screen.out);
	}
	return EXIT_WORKED;
}

static int write_bundle(struct context *context, int64_t id, const char *path, struct err *err)
{
	FILE *out = strcmp(path, "-") ? context->screen.out : stderr;
	size_t count = 0;
	int rc = export_bundle(context, id, path, &count, err);

	if (rc < 0)
		return rc;
	if (context->json) {
		CLEANUP(free_ptr) char *document = export_file_encode(path, count);

		fprintf(out, "%s\n", document);
	} else if (context->quiet) {
		fprintf(out, "%s\n", path);
	} else {
		fprintf(out, "%s: %zu files. `./rerun` in it starts the same campaign elsewhere.\n",
			path, count);
	}
	return EXIT_WORKED;
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(free_ptr) char *path = NULL;
	struct asked asked = { 0 };
	int64_t id;
	int rc = options_parse(context, argc, argv, take, &asked, err);

	if (rc <= 0 || (rc = option_id(argv, optind, "CAMPAIGN", &id, err)) < 0)
		return rc;
	if (asked.commit_message && argc - optind < 2)
		return err_set(err, E_USAGE, "Which series is the block about? Name one.");
	if (!asked.commit_message && argc - optind > 1)
		return err_set(err, E_USAGE,
			       "A bundle has all series. SERIES is for "
			       "--commit-message.");
	if (asked.commit_message && asked.output)
		return err_set(err, E_USAGE,
			       "--commit-message prints: redirect its output instead "
			       "of giving -o.");
	rc = options_connect(context, err);
	if (rc < 0)
		return rc;
	if (asked.commit_message)
		return print_block(context, id, argv[optind + 1], err);
	path = asked.output ? xstrdup(asked.output)
			    : xasprintf("runway-campaign-%lld.tar.gz", (long long)id);
	return write_bundle(context, id, path, err);
}

const struct command command_export = {
	.name = "export",
	.arguments = "CAMPAIGN [SERIES]",
	.summary = "Write a bundle that reproduces a campaign, or a commit message's block",
	.text = "The bundle is a .tar.gz with the series, the base's id, kernel configuration, "
		"compiler, hashes of all artifacts, fingerprints of the hosts, the workloads' "
		"parameters, every sample (CSV), the ranking, the exact commands, and a script "
		"rerun "
		"that submits all of it to the server that RUNWAY_SERVER names and starts the same "
		"campaign there.",
	.examples = "runway export 3 -o fix.tar.gz\nrunway export 3 --commit-message fix",
	.options = options,
	.run = run,
};

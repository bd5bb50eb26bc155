// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `runway-agent fetch`: one branch, in a process and a sandbox of its own. Writes FOLDER/mbox and
 * FOLDER/facts; what went wrong is printed, as a sentence.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/fetch.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* To add an option: a row here and a case in take_option(). Sorted. */
static const struct option options[] = {
	{ "base", required_argument, NULL, 'b' },
	{ "ca", required_argument, NULL, 'c' },
	{ "folder", required_argument, NULL, 'f' },
	{ "most-bytes", required_argument, NULL, 'B' },
	{ "most-objects", required_argument, NULL, 'O' },
	{ "ref", required_argument, NULL, 'r' },
	{ "repository", required_argument, NULL, 'R' },
	{ "ssh-key", required_argument, NULL, 'k' },
	{ "url", required_argument, NULL, 'u' },
	{ NULL, 0, NULL, 0 },
};

static int take_option(int option, const char *value, struct fetch_want *want)
{
	switch (option) {
	case 'b':
		want->base = value;
		return 0;
	case 'B':
		want->most_bytes = strtoull(value, NULL, 10);
		return 0;
	case 'c':
		want->ca_file = value;
		return 0;
	case 'f':
		want->folder = value;
		return 0;
	case 'k':
		want->ssh_key = value;
		return 0;
	case 'O':
		want->most_objects = strtoull(value, NULL, 10);
		return 0;
	case 'r':
		want->ref = value;
		return 0;
	case 'R':
		want->repository = value;
		return 0;
	case 'u':
		want->url = value;
		return 0;
	default:
		return -EINVAL;
	}
}

static int parse(int argc, char **argv, struct fetch_want *want)
{
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (take_option(option, optarg, want) < 0)
			return -EINVAL;
	return want->url && want->ref && want->folder && want->repository && want->most_bytes &&
			       want->most_objects
		       ? 0
		       : -EINVAL;
}

static int keep(const struct fetch_want *want, const struct fetch_found *found, struct err *err)
{
	CLEANUP(free_ptr) char *mbox = xasprintf("%s/mbox", want->folder);
	CLEANUP(free_ptr) char *path = xasprintf("%s/facts", want->folder);
	CLEANUP(free_ptr)
	char *facts = xasprintf("%s %s %s\n", found->base_commit, found->base_tree, found->head);
	int rc = file_write(mbox, found->mbox.data, found->mbox.length, 0644, err);

	return rc ?: file_write(path, facts, strlen(facts), 0644, err);
}

int fetch_main(int argc, char **argv)
{
	CLEANUP(fetch_found_release) struct fetch_found found = FETCH_FOUND_INIT;
	struct fetch_want want = { .url = NULL };
	struct err err = ERR_INIT;
	int rc;

	if (parse(argc, argv, &want) < 0) {
		printf("runway-agent fetch is called by the agent itself.\n");
		return 2;
	}
	rc = fetch_branch(&want, &found, &err);
	if (!rc)
		rc = keep(&want, &found, &err);
	if (rc < 0)
		printf("%s\n", err.text);
	return rc < 0;
}

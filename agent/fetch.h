/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A branch of somebody's git repository as a series: what it has over its base, as an mbox. The
 * repository, what it sends and what it says are hostile.
 *
 *	struct fetch_want want = { .url = "https://git.example.org/linux.git", .ref = "early", … };
 *	CLEANUP(fetch_found_release) struct fetch_found found = FETCH_FOUND_INIT;
 *	rc = fetch_branch(&want, &found, err);
 *
 * This runs in a process of its own, in a sandbox (fetch-task.c), because libgit2 cannot be told
 * how long to wait for a server, and because its parsers are given what anybody wrote.
 */
#ifndef RUNWAY_AGENT_FETCH_H
#define RUNWAY_AGENT_FETCH_H

#include <git2.h>
#include <stdint.h>

#include "agent/source.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/mbox.h"

struct fetch_want {
	const char *url, *ref;
	const char *
		base; /* a branch, tag or commit, there or in the base repository; NULL: its HEAD */
	const char *repository; /* the base repository, only read: what it has is not sent again */
	const char *folder;	/* ours, empty; the caller removes it */
	const char *ssh_key;	/* private key without a passphrase; NULL: none */
	const char *ca_file;	/* certificates to trust; NULL: the system's */
	uint64_t most_bytes, most_objects; /* received */
};

struct fetch_found {
	char base_commit[OID_HEX_BYTES], base_tree[OID_HEX_BYTES], head[OID_HEX_BYTES];
	size_t commits;
	struct buf mbox;
};

#define FETCH_FOUND_INIT ((struct fetch_found){ .mbox = BUF_INIT(2 * MBOX_MAX_BYTES) })

void fetch_found_release(struct fetch_found *found);

/* On failure err is a sentence for who submitted the branch. */
int fetch_branch(const struct fetch_want *want, struct fetch_found *ret_found, struct err *err);

/* fetch-mbox.c: the commits after base up to head, which have one parent each. */
int fetch_mbox(git_repository *repository, const git_oid *base, const git_oid *head,
	       struct buf *ret_mbox, size_t *ret_commits, struct err *err);

/* fetch-main.c: `runway-agent fetch`, which fetch-task.c runs. argv[0] is "fetch". */
int fetch_main(int argc, char **argv);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's copies of artifacts, by SHA-256: what it built stays for the loads it will run, what
 * another agent built is downloaded once.
 *
 *	rc = artifact_cache_add(cache, client, file, "kvm.ko", &artifact, err);	// hashes,
 *									// keeps, uploads
 *	rc = artifact_cache_place(cache, client, &task.loads[i].artifacts, folder, err);
 */
#ifndef RUNWAY_AGENT_ARTIFACT_CACHE_H
#define RUNWAY_AGENT_ARTIFACT_CACHE_H

#include "agent/client.h"
#include "agent/task.h"
#include "lib/err.h"

struct artifact_cache {
	const char *folder; /* absolute, made when missing */
	uint64_t max_bytes; /* the files longest unused go first past this */
};

/* Keeps a copy and makes sure that the server has it. */
int artifact_cache_add(const struct artifact_cache *cache, struct client *client, const char *file,
		       const char *name, struct artifact *ret_artifact, struct err *err);

/* Puts the files under their names into folder (hard links, read-only), fetching what is missing.
 */
int artifact_cache_place(const struct artifact_cache *cache, struct client *client,
			 const struct artifacts *artifacts, const char *folder, struct err *err);

/* The path of one artifact in the cache, fetched when missing. free() it. */
int artifact_cache_fetch(const struct artifact_cache *cache, struct client *client,
			 const char *sha256, char **ret_path, struct err *err);

int artifact_cache_trim(const struct artifact_cache *cache, struct err *err);

#endif

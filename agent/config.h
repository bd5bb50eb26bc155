/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an agent was started with; passed, never global. */
#ifndef RUNWAY_AGENT_CONFIG_H
#define RUNWAY_AGENT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct repository {
	char *name; /* as campaigns name it */
	char *path;
};

/* Whom series may make the agent fetch from, and how much of it. */
struct git_config {
	const char **prefixes;
	size_t prefixes_count;
	uint64_t most_bytes, most_objects, most_s;   /* of one fetch */
	const char *ssh_key, *known_hosts, *ca_file; /* NULL: none, the system's */
};

struct config {
	const char *server; /* http://host:port */
	char *token;
	const char *name;
	char *state;		  /* absolute; everything the agent writes is below it */
	char *resources;	  /* absolute; holds kernel-configs/, workloads/, build/ */
	char *ccache;		  /* absolute; what bases compiled to, perhaps other agents' too */
	const char *machine_lock; /* held while building or measuring, so that the two never meet */
	char **capabilities;	  /* "build", "bench-svm" … */
	size_t capabilities_count;
	char **labels; /* "rack=a" … */
	size_t labels_count;
	bool probe_only; /* only say whether this machine has them */
	struct repository *repositories;
	size_t repositories_count;
	struct git_config git;
	unsigned jobs;
	bool (*stopping)(void); /* a signal asked us to end */
};

#endif

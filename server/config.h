/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line said; made once in main() and handed down, never changed. */
#ifndef RUNWAY_SERVER_CONFIG_H
#define RUNWAY_SERVER_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#define RUNWAY_VERSION "0.1"

struct config {
	const char *listen;		/* "127.0.0.1:8750", "[::1]:0" */
	const char *state;		/* folder */
	const char *user;		/* to become, when root; NULL: stay */
	bool confine;			/* keep the whole process to the state folder, for good */
	const char *tls_cert, *tls_key; /* PEM files; NULL: plain HTTP */
	bool public_read;
	int64_t lease_ms;
	const char *repositories;  /* names with commas; NULL: any */
	const char **git_prefixes; /* of URLs that agents may be sent to */
	size_t git_prefixes_count;
	int64_t git_most_bytes, git_most_s; /* of one fetch */
	uint64_t artifact_quota_bytes;
	unsigned threads, connections;
	unsigned address_rate, token_rate; /* requests a second; 0: as many as they like */
};

#endif

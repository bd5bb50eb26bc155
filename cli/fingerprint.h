/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On what the loads of a campaign ran: GET /campaigns/N/fingerprints. */
#ifndef RUNWAY_CLI_FINGERPRINT_H
#define RUNWAY_CLI_FINGERPRINT_H

#include <stddef.h>

#include "lib/err.h"

struct fingerprint {
	char *agent;
	char *driver, *emulator, *isa, *lane; /* NULL: it does not say */
	size_t load_count;
};

struct fingerprints {
	struct fingerprint *items;
	size_t count;
};

int fingerprints_decode(const char *data, size_t bytes, struct fingerprints *ret_fingerprints,
			struct err *err);
void fingerprints_release(struct fingerprints *fingerprints);

#endif

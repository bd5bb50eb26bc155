/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the authors of a campaign's series expected, and whether it came. */
#ifndef RUNWAY_CLI_MECHANISM_H
#define RUNWAY_CLI_MECHANISM_H

#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"
#include "lib/err.h"

struct expectation {
	char *series, *isa, *metric, *expected, *outcome, *sentence;
	char *function;	    /* "svm_vcpu_run"; NULL: none changed */
	int64_t difference; /* of that function, instructions */
	char *reason;	    /* the exit reason that moved most; NULL: not traced */
	double reason_variant, reason_base;
};

struct mechanism {
	struct expectation *expectations;
	size_t count;
};

int mechanism_decode(const char *data, size_t bytes, struct mechanism *ret_mechanism,
		     struct err *err);
void mechanism_release(struct mechanism *mechanism);
/* Nothing when nobody expected anything. */
void mechanism_print(const struct mechanism *mechanism, const struct screen *screen);

#endif

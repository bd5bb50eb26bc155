/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One target a file, one parser a target: libFuzzer calls it with bytes, and looks for crashes,
 * reports of the sanitizers, and what fuzz_require() finds broken. To add one: tests/fuzz/x.c, a
 * few inputs in tests/fuzz/corpus/x/, and its objects as FUZZ_x in the Makefile.
 */
#ifndef RUNWAY_TESTS_FUZZ_FUZZ_H
#define RUNWAY_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#define fuzz_require(what)                                                                         \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "broken: %s\n", #what);                                    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif

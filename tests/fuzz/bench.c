// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines of a host under test. */
#include "agent/json-bench.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct bench_line line;
	const char *at = (const char *)data, *end = at + bytes, *before = at;

	while (bench_line_next(&at, end, &line)) {
		fuzz_require(at > before && at <= end);
		fuzz_require(line.type <= BENCH_END && line.sections_count <= BENCH_SECTIONS_MAX);
		fuzz_require(memchr(line.workload, '\0', sizeof(line.workload)));
		before = at;
	}
	return 0;
}

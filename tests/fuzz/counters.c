// SPDX-License-Identifier: GPL-2.0-or-later
/* What a kernel under test says of itself, by its first letter: i /proc/interrupts, h a histogram
 * of exits, d schedstat, k KVM's binary statistics. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "tests/fuzz/fuzz.h"
#include "workloads/exit-trace.h"

static void check(const struct counters *counters)
{
	fuzz_require(counters->count <= COUNTERS_MAX);
	for (size_t i = 0; i < counters->count; i++)
		fuzz_require(memchr(counters->items[i].name, '\0', COUNTER_NAME_BYTES));
}

/* The readers of files take a path. */
static void read_file(char which, const uint8_t *data, size_t bytes, struct counters *counters)
{
	CLEANUP(close_fd) int fd = memfd_create("counters", MFD_CLOEXEC);
	struct err err = ERR_INIT;
	uint64_t delay_ns;
	char path[64];

	fuzz_require(fd >= 0 && file_write_all(fd, data, bytes) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (which == 'i')
		counters_read_interrupts(path, counters, &err);
	else if (which == 'h')
		exit_trace_parse(path, ISA_SVM, counters, &err);
	else
		counters_read_run_delay(path, &delay_ns, &err);
}

/* Memory of just that size, so that a byte past its end is seen. */
static void read_stats(const uint8_t *data, size_t bytes, struct counters *counters)
{
	uint8_t *exact = malloc(bytes ? bytes : 1);
	struct err err = ERR_INIT;
	int rc;

	memcpy(exact, data, bytes);
	rc = counters_parse_kvm_stats(exact, bytes, counters, &err);
	free(exact);
	fuzz_require(rc == 0 || rc == -EBADMSG || rc == -ENOSPC);
	fuzz_require(rc == 0 || err.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct counters counters, before;

	if (!bytes)
		return 0;
	before = counters;
	counters = (struct counters){ 0 };
	if (data[0] == 'i' || data[0] == 'h' || data[0] == 'd')
		read_file((char)data[0], data + 1, bytes - 1, &counters);
	else
		read_stats(data + 1, bytes - 1, &counters);
	check(&counters);
	counters_subtract(&counters, &before);
	check(&counters);
	return 0;
}

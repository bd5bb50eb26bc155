// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/counters.h"

#include <ctype.h>
#include <errno.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define INTERRUPTS_MAX_BYTES (1 << 20)

/*
 * To add a row of /proc/interrupts: its label here (sorted), and in docs/workloads.md what it
 * counts.
 */
static const char *const interrupt_rows[] = { "CAL", "LOC", "NPI", "PIN", "PIW", "RES", "TLB" };

static struct counter *find(const struct counters *counters, const char *name)
{
	for (size_t i = 0; i < counters->count; i++)
		if (!strcmp(counters->items[i].name, name))
			return (struct counter *)&counters->items[i];
	return NULL;
}

int counters_add(struct counters *counters, const char *name, uint64_t value)
{
	struct counter *counter = find(counters, name);

	if (!counter) {
		if (counters->count == COUNTERS_MAX)
			return -ENOSPC;
		counter = &counters->items[counters->count++];
		*counter = (struct counter){ 0 };
		snprintf(counter->name, sizeof(counter->name), "%s", name);
	}
	counter->value += value;
	return 0;
}

uint64_t counters_get(const struct counters *counters, const char *name)
{
	const struct counter *counter = find(counters, name);

	return counter ? counter->value : 0;
}

void counters_subtract(struct counters *counters, const struct counters *before)
{
	size_t kept = 0;

	for (size_t i = 0; i < counters->count; i++) {
		struct counter counter = counters->items[i];
		uint64_t old = counters_get(before, counter.name);

		if (counter.value <= old)
			continue;
		counter.value -= old;
		counters->items[kept++] = counter;
	}
	counters->count = kept;
}

/* Sums the numbers that follow a row's label, one for each CPU, up to its description. */
static uint64_t sum_row(const char *text)
{
	uint64_t sum = 0;

	for (;;) {
		char *end;

		while (*text == ' ')
			text++;
		if (!isdigit((unsigned char)*text))
			return sum;
		sum += strtoull(text, &end, 10);
		text = end;
	}
}

int counters_read_interrupts(const char *path, struct counters *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(INTERRUPTS_MAX_BYTES);
	int rc = file_read(path, &text, err);
	char *rest = text.data, *row;

	if (rc < 0)
		return rc;
	*ret = (struct counters){ 0 };
	while ((row = strsep(&rest, "\n"))) {
		row += strspn(row, " ");
		for (size_t i = 0; i < sizeof(interrupt_rows) / sizeof(*interrupt_rows); i++) {
			size_t length = strlen(interrupt_rows[i]);

			if (!strncmp(row, interrupt_rows[i], length) && row[length] == ':')
				counters_add(ret, interrupt_rows[i], sum_row(row + length + 1));
		}
	}
	return 0;
}

int counters_read_run_delay(const char *path, uint64_t *ret_delay_ns, struct err *err)
{
	char line[128];
	unsigned long long delay_ns;
	int rc = file_read_line(path, line, sizeof(line), err);

	if (rc < 0)
		return rc;
	/* "time on the CPU, time waiting for it, slices" */
	if (sscanf(line, "%*u %llu", &delay_ns) != 1)
		return err_set(err, -EBADMSG, "%s is not a schedstat line: \"%s\".", path, line);
	*ret_delay_ns = delay_ns;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/counters.h"

#include <errno.h>
#include <linux/kvm.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/file.h"

#define INTERRUPTS                                                                                 \
	"           CPU0       CPU1       \n"                                                      \
	"  4:         10         20   IO-APIC   4-edge      ttyS0\n"                               \
	"NMI:          0          0   Non-maskable interrupts\n"                                   \
	"LOC:       1000       2000   Local timer interrupts\n"                                    \
	"RES:          3          4   Rescheduling interrupts\n"                                   \
	"CAL:          5          6   Function call interrupts\n"                                  \
	"PIN:          7          8   Posted-interrupt notification event\n"                       \
	"ERR:          9\n"

static char folder[] = "/tmp/runway-counters-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

static const char *make_file(const char *text)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/file", folder);
	assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
	return path;
}

static void interrupt_rows_are_summed_over_cpus(void **state)
{
	struct counters counters;

	(void)state;
	assert_int_equal(counters_read_interrupts(make_file(INTERRUPTS), &counters, NULL), 0);
	assert_int_equal(counters_get(&counters, "LOC"), 3000);
	assert_int_equal(counters_get(&counters, "RES"), 7);
	assert_int_equal(counters_get(&counters, "CAL"), 11);
	assert_int_equal(counters_get(&counters, "PIN"), 15);
}

static void missing_and_other_rows_are_no_counters(void **state)
{
	struct counters counters;

	(void)state;
	assert_int_equal(counters_read_interrupts(make_file(INTERRUPTS), &counters, NULL), 0);
	assert_int_equal(counters.count, 4);
	assert_int_equal(counters_get(&counters, "NPI"), 0);
}

static void interrupts_that_cannot_be_read_are_an_error(void **state)
{
	struct counters counters;
	struct err err;

	(void)state;
	assert_int_equal(counters_read_interrupts("/nonexistent/interrupts", &counters, &err),
			 -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/interrupts"));
}

static void subtracting_leaves_what_grew(void **state)
{
	struct counters before = { 0 }, after = { 0 };

	(void)state;
	counters_add(&before, "RES", 10);
	counters_add(&before, "CAL", 5);
	counters_add(&after, "RES", 12);
	counters_add(&after, "CAL", 5);
	counters_add(&after, "PIN", 1);
	counters_subtract(&after, &before);
	assert_int_equal(after.count, 2);
	assert_int_equal(counters_get(&after, "RES"), 2);
	assert_int_equal(counters_get(&after, "PIN"), 1);
}

static void counters_have_a_maximum(void **state)
{
	struct counters counters = { 0 };
	char name[16];

	(void)state;
	for (int i = 0; i < COUNTERS_MAX; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		assert_int_equal(counters_add(&counters, name, 1), 0);
	}
	assert_int_equal(counters_add(&counters, "one more", 1), -ENOSPC);
	assert_int_equal(counters_add(&counters, "c0", 1), 0);
}

static void run_delay_is_the_second_number(void **state)
{
	uint64_t delay_ns;

	(void)state;
	assert_int_equal(counters_read_run_delay(make_file("123456 789 42\n"), &delay_ns, NULL), 0);
	assert_int_equal(delay_ns, 789);
	assert_int_equal(counters_read_run_delay(make_file("nothing\n"), &delay_ns, NULL),
			 -EBADMSG);
}

/* A stats file of two: "exits" = 7 (cumulative), "pid" = 9 (instant). */
#define STATS_NAME_BYTES 48
struct stats_file {
	struct kvm_stats_header header;
	struct {
		struct kvm_stats_desc desc;
		char name[STATS_NAME_BYTES];
	} descs[2];
	uint64_t data[2];
};

static struct stats_file make_stats(void)
{
	struct stats_file file = {
		.header = { .name_size = STATS_NAME_BYTES,
			    .num_desc = 2,
			    .desc_offset = offsetof(struct stats_file, descs),
			    .data_offset = offsetof(struct stats_file, data) },
		.data = { 7, 9 },
	};

	file.descs[0].desc.flags = KVM_STATS_TYPE_CUMULATIVE;
	file.descs[0].desc.size = 1;
	snprintf(file.descs[0].name, STATS_NAME_BYTES, "exits");
	file.descs[1].desc.flags = KVM_STATS_TYPE_INSTANT;
	file.descs[1].desc.size = 1;
	file.descs[1].desc.offset = 8;
	snprintf(file.descs[1].name, STATS_NAME_BYTES, "pid");
	return file;
}

static void cumulative_statistics_are_found_by_name(void **state)
{
	struct stats_file file = make_stats();
	struct counters counters = { 0 };

	(void)state;
	assert_int_equal(counters_parse_kvm_stats(&file, sizeof(file), &counters, NULL), 0);
	assert_int_equal(counters.count, 1);
	assert_int_equal(counters_get(&counters, "exits"), 7);
}

static void statistics_of_several_vcpus_add_up(void **state)
{
	struct stats_file file = make_stats();
	struct counters counters = { 0 };

	(void)state;
	counters_parse_kvm_stats(&file, sizeof(file), &counters, NULL);
	counters_parse_kvm_stats(&file, sizeof(file), &counters, NULL);
	assert_int_equal(counters_get(&counters, "exits"), 14);
}

static void statistics_that_do_not_fit_are_refused(void **state)
{
	static const struct {
		size_t field;
		uint32_t value;
	} lies[] = {
		{ offsetof(struct kvm_stats_header, num_desc), 0xffffffff },
		{ offsetof(struct kvm_stats_header, num_desc), 1000 },
		{ offsetof(struct kvm_stats_header, name_size), 0xffffffff },
		{ offsetof(struct kvm_stats_header, desc_offset), 0xfffffff0 },
		{ offsetof(struct kvm_stats_header, data_offset), 0xffffffff },
		{ offsetof(struct kvm_stats_header, data_offset), sizeof(struct stats_file) - 4 },
		{ offsetof(struct stats_file, descs) + offsetof(struct kvm_stats_desc, offset),
		  0xffffffff },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		struct stats_file file = make_stats();
		struct counters counters = { 0 };

		memcpy((char *)&file + lies[i].field, &lies[i].value, sizeof(lies[i].value));
		assert_int_equal(counters_parse_kvm_stats(&file, sizeof(file), &counters, NULL),
				 -EBADMSG);
	}
}

static void statistics_may_end_anywhere(void **state)
{
	struct stats_file file = make_stats();

	(void)state;
	/* Short of the second one's data, which is not read. */
	for (size_t bytes = 0; bytes < sizeof(file) - 8; bytes++) {
		struct counters counters = { 0 };
		char *copy = malloc(bytes + 1);

		memcpy(copy, &file, bytes);
		assert_int_equal(counters_parse_kvm_stats(copy, bytes, &counters, NULL), -EBADMSG);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interrupt_rows_are_summed_over_cpus),
		cmocka_unit_test(missing_and_other_rows_are_no_counters),
		cmocka_unit_test(interrupts_that_cannot_be_read_are_an_error),
		cmocka_unit_test(subtracting_leaves_what_grew),
		cmocka_unit_test(counters_have_a_maximum),
		cmocka_unit_test(run_delay_is_the_second_number),
		cmocka_unit_test(cumulative_statistics_are_found_by_name),
		cmocka_unit_test(statistics_of_several_vcpus_add_up),
		cmocka_unit_test(statistics_that_do_not_fit_are_refused),
		cmocka_unit_test(statistics_may_end_anywhere),
	};

	return cmocka_run_group_tests_name("counters", tests, make_folder, remove_folder);
}

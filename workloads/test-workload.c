// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/workload.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "lib/list.h"
#include "lib/workload-name.h"
#include "workloads/bench.h"

static void the_table_is_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < workloads_count; i++)
		assert_true(strcmp(workloads[i - 1].name, workloads[i].name) < 0);
}

static void every_program_and_site_lies_in_the_image(void **state)
{
	size_t bytes = (size_t)(__stop_guest_image - __start_guest_image);

	(void)state;
	assert_true(bytes <= GUEST_IMAGE_MAX_BYTES);
	for (size_t i = 0; i < workloads_count; i++) {
		const struct workload *workload = &workloads[i];

		assert_in_range(guest_address(workload->entry), GUEST_IMAGE, GUEST_IMAGE + bytes);
		if (workload->kind != WORKLOAD_EXIT)
			continue;
		assert_non_null(workload->exit_kind);
		assert_in_range(workload_site(workload, ISA_SVM), GUEST_IMAGE, GUEST_IMAGE + bytes);
		assert_in_range(workload_site(workload, ISA_VMX), GUEST_IMAGE, GUEST_IMAGE + bytes);
	}
}

static void no_two_kinds_of_exit_share_a_site(void **state)
{
	(void)state;
	for (size_t i = 0; i < workloads_count; i++)
		for (size_t j = 0; j < i; j++)
			if (workloads[i].kind == WORKLOAD_EXIT &&
			    workloads[j].kind == WORKLOAD_EXIT)
				assert_true(workload_site(&workloads[i], ISA_SVM) !=
					    workload_site(&workloads[j], ISA_SVM));
}

static void each_vendor_has_its_own_hypercall(void **state)
{
	const struct workload *workload = workload_find("exit-hypercall");
	static const uint8_t vmmcall[] = { 0x0f, 0x01, 0xd9 }, vmcall[] = { 0x0f, 0x01, 0xc1 };

	(void)state;
	assert_memory_equal(workload->site, vmmcall, sizeof(vmmcall));
	assert_memory_equal(workload->site_vmx, vmcall, sizeof(vmcall));
}

static void gaps_are_masks(void **state)
{
	(void)state;
	for (size_t i = 0; i < workloads_count; i++)
		assert_int_equal(workloads[i].gap_turns & (workloads[i].gap_turns + 1), 0);
}

static void the_exact_lane_needs_one_cpu(void **state)
{
	(void)state;
	for (size_t i = 0; i < workloads_count; i++)
		if (workloads[i].iterations[LANE_EXACT])
			assert_int_equal(workload_vcpus(&workloads[i], 1), 1);
}

static void workloads_that_need_two_cpus_do_not_run_on_one(void **state)
{
	(void)state;
	assert_int_equal(workload_vcpus(workload_find("ipi-spin"), 1), 0);
	assert_int_equal(workload_vcpus(workload_find("kick-spin"), 1), 0);
	assert_int_equal(workload_vcpus(workload_find("kick-spin"), 2), 1);
	assert_int_equal(workload_vcpus(workload_find("ipi-broadcast"), 64), GUEST_VCPUS_MAX);
}

static void each_target_is_raced_by_every_sender_beside_it(void **state)
{
	unsigned senders[3] = { 0 };

	(void)state;
	for (size_t i = 0; i < workloads_count; i++) {
		if (workloads[i].kind != WORKLOAD_RACE)
			continue;
		senders[workloads[i].race_sender]++;
		assert_true(workloads[i].iterations[LANE_RACE] > 0);
		assert_int_equal(workload_vcpus(&workloads[i], 1), 0);
		assert_int_equal(workload_vcpus(&workloads[i], 2),
				 workloads[i].race_sender == RACE_IPI ? 2 : 1);
	}
	/* No vCPU sends to a target that comes in once. */
	assert_int_equal(senders[RACE_IPI], 5);
	assert_int_equal(senders[RACE_MSI], 6);
	assert_int_equal(senders[RACE_KICK], 6);
}

/* PML is there alone. One of the two decides, the other is shown. */
static void dirty_logs_are_looked_at_where_interrupts_are_posted(void **state)
{
	unsigned gates = 0, shown = 0;

	(void)state;
	for (size_t i = 0; i < workloads_count; i++) {
		if (workloads[i].kind != WORKLOAD_DIRTY)
			continue;
		for (enum lane lane = 0; lane < LANES_COUNT; lane++)
			assert_int_equal(workloads[i].iterations[lane] > 0, lane == LANE_POSTED);
		assert_int_equal(workload_vcpus(&workloads[i], 1), 0);
		assert_int_equal(workload_vcpus(&workloads[i], 2), 1);
		gates += !workloads[i].dirty_shown;
		shown += workloads[i].dirty_shown;
	}
	assert_int_equal(gates, 1);
	assert_int_equal(shown, 1);
}

/* The server takes campaigns on workloads that it does not run, by the table in lib. */
static void the_names_that_others_know_are_those_of_the_table(void **state)
{
	(void)state;
	assert_int_equal(workload_names_count, workloads_count);
	for (size_t i = 0; i < workloads_count; i++) {
		const struct workload_name *name = &workload_names[i];

		assert_string_equal(name->name, workloads[i].name);
		for (enum lane lane = 0; lane < LANES_COUNT; lane++)
			assert_int_equal(workloads[i].iterations[lane] > 0,
					 list_has(name->lanes, lane_name(lane)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sorted),
		cmocka_unit_test(every_program_and_site_lies_in_the_image),
		cmocka_unit_test(no_two_kinds_of_exit_share_a_site),
		cmocka_unit_test(each_vendor_has_its_own_hypercall),
		cmocka_unit_test(gaps_are_masks),
		cmocka_unit_test(the_exact_lane_needs_one_cpu),
		cmocka_unit_test(workloads_that_need_two_cpus_do_not_run_on_one),
		cmocka_unit_test(each_target_is_raced_by_every_sender_beside_it),
		cmocka_unit_test(dirty_logs_are_looked_at_where_interrupts_are_posted),
		cmocka_unit_test(the_names_that_others_know_are_those_of_the_table),
	};

	return cmocka_run_group_tests_name("workload", tests, NULL, NULL);
}

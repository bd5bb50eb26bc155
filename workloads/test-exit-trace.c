// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/exit-trace.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/file.h"

#define HIST                                                                                       \
	"# event histogram\n#\n# trigger info: hist:keys=exit_reason:vals=hitcount\n#\n\n"         \
	"{ exit_reason:        114 } hitcount:          3\n"                                       \
	"{ exit_reason:        124 } hitcount:      20000\n"                                       \
	"{ exit_reason:       9999 } hitcount:          1\n\nTotals:\n    Hits: 20004\n"

static char tracefs[] = "/tmp/runway-trace-XXXXXX";
static char hist[192], trigger[192];

/* The two files of the event that are used, as tracefs has them. */
static int make_tracefs(void **state)
{
	char event[128];

	(void)state;
	if (!mkdtemp(tracefs))
		return -1;
	snprintf(event, sizeof(event), "%s/events/kvm/kvm_exit", tracefs);
	snprintf(hist, sizeof(hist), "%s/hist", event);
	snprintf(trigger, sizeof(trigger), "%s/trigger", event);
	return file_make_folder(event, 0700, NULL) ||
	       file_write(hist, HIST, strlen(HIST), 0600, NULL) ||
	       file_write(trigger, "", 0, 0600, NULL);
}

static int remove_tracefs(void **state)
{
	(void)state;
	return file_remove_tree(tracefs, NULL);
}

static void reasons_have_the_vendors_names(void **state)
{
	char name[COUNTER_NAME_BYTES];

	(void)state;
	exit_reason_name(ISA_SVM, 0x72, name, sizeof(name));
	assert_string_equal(name, "cpuid");
	exit_reason_name(ISA_VMX, 10, name, sizeof(name));
	assert_string_equal(name, "cpuid");
	exit_reason_name(ISA_VMX, 48, name, sizeof(name));
	assert_string_equal(name, "ept_violation");
}

static void a_failed_vmx_entry_is_named_by_its_basic_reason(void **state)
{
	char name[COUNTER_NAME_BYTES];

	(void)state;
	exit_reason_name(ISA_VMX, 0x80000021, name, sizeof(name));
	assert_string_equal(name, "invalid_state");
}

static void hist_entries_are_counted_by_name(void **state)
{
	struct counters counters;

	(void)state;
	assert_int_equal(exit_trace_parse(hist, ISA_SVM, &counters, NULL), 0);
	assert_int_equal(counters.count, 3);
	assert_int_equal(counters_get(&counters, "cpuid"), 3);
	assert_int_equal(counters_get(&counters, "msr"), 20000);
	assert_int_equal(counters_get(&counters, "reason-9999"), 1);
}

static void starting_sets_the_trigger(void **state)
{
	char line[128];

	(void)state;
	assert_int_equal(exit_trace_start(tracefs, NULL), 0);
	assert_int_equal(file_read_line(trigger, line, sizeof(line), NULL), 0);
	assert_string_equal(line, "hist:keys=exit_reason");
}

static void stopping_removes_the_trigger(void **state)
{
	struct counters counters;
	char line[128];

	(void)state;
	assert_int_equal(exit_trace_stop(tracefs, ISA_SVM, &counters, NULL), 0);
	assert_int_equal(file_read_line(trigger, line, sizeof(line), NULL), 0);
	assert_string_equal(line, "!hist:keys=exit_reason");
	assert_int_equal(counters_get(&counters, "msr"), 20000);
}

static void a_kernel_without_the_tracepoint_is_an_error(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(exit_trace_start("/nonexistent", &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/events/kvm/kvm_exit/trigger"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_have_the_vendors_names),
		cmocka_unit_test(a_failed_vmx_entry_is_named_by_its_basic_reason),
		cmocka_unit_test(hist_entries_are_counted_by_name),
		cmocka_unit_test(starting_sets_the_trigger),
		cmocka_unit_test(stopping_removes_the_trigger),
		cmocka_unit_test(a_kernel_without_the_tracepoint_is_an_error),
	};

	return cmocka_run_group_tests_name("exit-trace", tests, make_tracefs, remove_tracefs);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exact_derive() over a small world: struct kvm_vcpu compiled by gcc, a module compiled by gcc, and
 * paths recorded by the plugin's own writer.
 */
#include "lib/test.h"

#include <errno.h>
#include <string.h>

#include "agent/exact.h"
#include "agent/path-table.h"
#include "agent/test-compile.h"

#define WARM_UP 2
#define SITE 0x10123
#define VCPU 0xffff888000100000ull
#define MODE (VCPU + 12)
#define FLAG (VCPU + 16)
#define COUNTER (VCPU + 20)
#define MAP "ffffffff81000000 T vmlinux_function\nffffffff81001000 T _etext\n"
#define VMLINUX 0xffffffff81000000ull
#define MODULE 0xffffffffa0000000ull

static char folder[] = "/tmp/runway-exact-XXXXXX";
static char *artifacts, *base_kick, *paths;
static struct path_table table;
static struct exact_result result;

static const char base_source[] = "struct kvm_vcpu { void *kvm; int cpu; int mode; int end; };\n"
				  "struct kvm_vcpu *v; int f(void) { return v->mode; }\n";
static const char variant_source[] =
	"struct kvm_vcpu { void *kvm; int cpu; int mode; _Bool in_guest; int counter; int end; };\n"
	"struct kvm_vcpu *v; int f(void) { return v->mode; }\n";
static const char module_source[] = "int module_function(int x) { return x * 3 + 1; }\n";

#define MODULE_LINE                                                                                \
	"{\"t\":\"module\",\"name\":\"kvm_amd\",\"sections\":{\".text\":\"0xffffffffa0000000\"}}"  \
	"\n"
#define SITE_LINE(workload, kind, pc, exits)                                                       \
	"{\"t\":\"site\",\"workload\":\"" workload "\",\"kind\":\"" kind "\",\"guest_pc\":\"" pc   \
	"\",\"vcpu\":\"0xffff888000100000\",\"exits\":" exits "}\n"
#define CPUID_LINES MODULE_LINE SITE_LINE("exit-cpuid", "cpuid", "0x10123", "12")

static int start_all(void **state)
{
	CLEANUP(free_ptr) char *map = NULL;

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	artifacts = xasprintf("%s/artifacts", folder);
	base_kick = xasprintf("%s/base.ko", folder);
	paths = xasprintf("%s/paths", folder);
	map = xasprintf("%s/System.map", artifacts);
	return file_make_folder(artifacts, 0700, NULL) ||
	       file_write(map, MAP, strlen(MAP), 0600, NULL);
}

static int finish_all(void **state)
{
	(void)state;
	free(artifacts);
	free(base_kick);
	free(paths);
	return file_remove_tree(folder, NULL);
}

static int start(void **state)
{
	(void)state;
	path_table_init(&table, WARM_UP);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	path_table_release(&table);
	exact_release(&result);
	return 0;
}

struct store_at {
	unsigned index;
	uint64_t address;
};

/*
 * count exits at site, each of length instructions: the first four in the module, the rest in
 * vmlinux. stores ends in index 0.
 */
static void take_path(uint64_t site, unsigned count, unsigned length, const struct store_at *stores)
{
	for (unsigned exit = 0; exit < count; exit++) {
		path_begin(&table);
		for (unsigned i = 1; i <= length; i++) {
			path_instruction(&table, i <= 4 ? MODULE : VMLINUX + i);
			for (const struct store_at *store = stores; store->index; store++)
				if (store->index == i)
					path_store(&table, store->address, 4);
		}
		path_end(&table, site);
	}
}

/* source: of the variant's runway-kick.ko. */
static int derive(const char *source, const char *lines, bool with_base, const char *flag,
		  struct err *err)
{
	struct exact_input input = { .paths = paths,
				     .lines = lines,
				     .artifacts = artifacts,
				     .base_kick = with_base ? base_kick : NULL,
				     .sender_flag = flag };
	FILE *to;

	compile(artifacts, "runway-kick.ko", source, "-g");
	compile(artifacts, "kvm-amd.ko", module_source, "-O2");
	compile(folder, "base.ko", base_source, "-g");
	to = fopen(paths, "we");
	assert_non_null(to);
	assert_int_equal(path_table_write(&table, to), 0);
	fclose(to);
	return exact_derive(&input, &result, err);
}

static const struct exact_sample *find(const char *metric, const char *kind)
{
	for (size_t i = 0; i < result.samples_count; i++)
		if (!strcmp(result.samples[i].metric, metric) &&
		    !strcmp(result.samples[i].kind, kind))
			return &result.samples[i];
	return NULL;
}

static uint64_t value(const char *metric, const char *kind)
{
	const struct exact_sample *sample = find(metric, kind);

	if (!sample)
		fail_msg("there is no %s of kind %s", metric, kind);
	return sample->value;
}

static const struct store_at base_stores[] = { { 30, MODE }, { 80, MODE }, { 0, 0 } };

static void windows_are_measured_on_mode(void **state)
{
	(void)state;
	take_path(SITE, 12, 100, base_stores);
	assert_int_equal(derive(base_source, CPUID_LINES, false, NULL, NULL), 0);
	assert_string_equal(result.sender_flag, "mode");
	assert_int_equal(value("exit_path", "cpuid"), 100);
	assert_int_equal(value("exit_window", "cpuid"), 30);
	assert_int_equal(value("kick_window", "cpuid"), 30);
	assert_int_equal(value("entry_window", "cpuid"), 20);
}

static void warm_up_is_left_out_and_agreement_is_counted(void **state)
{
	(void)state;
	take_path(SITE, 9, 100, base_stores);
	take_path(SITE, 1, 400, base_stores);
	take_path(SITE, 2, 100, base_stores);
	assert_int_equal(derive(base_source, CPUID_LINES, false, NULL, NULL), 0);
	assert_int_equal(find("exit_window", "cpuid")->n, 9);
	assert_int_equal(find("exit_window", "cpuid")->total, 10);
	assert_int_equal(value("exit_path", "cpuid"), 100);
}

static void exits_elsewhere_do_not_count(void **state)
{
	(void)state;
	take_path(0x20000, 500, 70, base_stores);
	take_path(SITE, 12, 100, base_stores);
	assert_int_equal(derive(base_source, CPUID_LINES, false, NULL, NULL), 0);
	assert_int_equal(value("exit_path", "cpuid"), 100);
	assert_int_equal(find("exit_path", "cpuid")->total, 10);
}

static const struct store_at flag_stores[] = { { 3, FLAG },  { 5, COUNTER }, { 30, MODE },
					       { 80, MODE }, { 91, FLAG },   { 0, 0 } };

static void a_new_flag_is_found_and_kicks_stay_on_mode(void **state)
{
	(void)state;
	take_path(SITE, 12, 100, flag_stores);
	assert_int_equal(derive(variant_source, CPUID_LINES, true, NULL, NULL), 0);
	assert_string_equal(result.sender_flag, "in_guest");
	assert_int_equal(value("exit_window", "cpuid"), 3);
	assert_int_equal(value("entry_window", "cpuid"), 9);
	assert_int_equal(value("kick_window", "cpuid"), 30);
}

static void a_new_member_stored_once_is_no_flag(void **state)
{
	static const struct store_at stores[] = {
		{ 5, COUNTER }, { 30, MODE }, { 80, MODE }, { 0, 0 }
	};

	(void)state;
	take_path(SITE, 12, 100, stores);
	assert_int_equal(derive(variant_source, CPUID_LINES, true, NULL, NULL), 0);
	assert_string_equal(result.sender_flag, "mode");
	assert_int_equal(value("exit_window", "cpuid"), 30);
}

static void a_declared_flag_is_taken(void **state)
{
	(void)state;
	take_path(SITE, 12, 100, flag_stores);
	assert_int_equal(derive(variant_source, CPUID_LINES, true, "counter", NULL), 0);
	assert_string_equal(result.sender_flag, "counter");
	assert_int_equal(value("exit_window", "cpuid"), 5);
}

static void a_declared_flag_that_is_not_there_is_told(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	take_path(SITE, 12, 100, flag_stores);
	assert_int_equal(derive(variant_source, CPUID_LINES, true, "nonesuch", &err), -EINVAL);
	assert_non_null(strstr(err.text, "nonesuch"));
}

static void a_wide_store_over_the_flag_counts(void **state)
{
	/* Bytes 8 to 11 of the structure are not mode; bytes 9 to 12 touch it. */
	static const struct store_at stores[] = { { 10, MODE - 4 }, { 20, MODE - 3 }, { 0, 0 } };

	(void)state;
	take_path(SITE, 12, 100, stores);
	assert_int_equal(derive(base_source, CPUID_LINES, false, NULL, NULL), 0);
	assert_int_equal(value("exit_window", "cpuid"), 20);
}

static void functions_add_up_to_each_part(void **state)
{
	uint64_t sums[3] = { 0 };

	(void)state;
	take_path(SITE, 12, 100, base_stores);
	assert_int_equal(derive(base_source, CPUID_LINES, false, NULL, NULL), 0);
	for (size_t i = 0; i < result.functions_count; i++) {
		const struct exact_function *function = &result.functions[i];

		assert_string_equal(function->kind, "cpuid");
		sums[!strcmp(function->part, "exit_path")     ? 0
		     : !strcmp(function->part, "exit_window") ? 1
							      : 2] += function->instructions;
		if (!strcmp(function->module, "kvm_amd")) {
			assert_string_equal(function->function, "module_function");
			assert_int_equal(function->instructions, 4);
		} else {
			assert_string_equal(function->function, "vmlinux_function");
		}
	}
	assert_int_equal(sums[0], 100);
	assert_int_equal(sums[1], 30);
	assert_int_equal(sums[2], 20);
}

static void a_kind_without_stores_has_a_path_and_no_window(void **state)
{
	static const struct store_at nothing[] = { { 0, 0 } };

	(void)state;
	take_path(SITE, 12, 100, base_stores);
	take_path(0x10200, 12, 50, nothing);
	assert_int_equal(derive(base_source,
				CPUID_LINES SITE_LINE("exit-msr", "msr", "0x10200", "12"), false,
				NULL, NULL),
			 0);
	assert_int_equal(value("exit_path", "msr"), 50);
	assert_null(find("exit_window", "msr"));
	assert_null(find("kick_window", "msr"));
}

static void cpuid_without_stores_is_no_data(void **state)
{
	static const struct store_at nothing[] = { { 0, 0 } };
	struct err err = ERR_INIT;

	(void)state;
	take_path(SITE, 12, 100, nothing);
	assert_int_equal(derive(base_source, CPUID_LINES, false, NULL, &err), -ENODATA);
	assert_non_null(strstr(err.text, "vcpu->mode"));
	assert_int_equal(result.samples_count, 0);
}

static void a_kind_that_the_emulator_never_saw_is_no_data(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	take_path(SITE, 12, 100, base_stores);
	assert_int_equal(derive(base_source,
				CPUID_LINES SITE_LINE("exit-msr", "msr", "0x10200", "12"), false,
				NULL, &err),
			 -ENODATA);
	assert_non_null(strstr(err.text, "msr"));
}

static void a_report_without_cpuid_is_no_data(void **state)
{
	(void)state;
	take_path(SITE, 12, 100, base_stores);
	assert_int_equal(derive(base_source, MODULE_LINE, false, NULL, NULL), -ENODATA);
}

static void repetitions_with_their_own_vcpu_are_one_kind(void **state)
{
	static const char lines[] =
		CPUID_LINES "{\"t\":\"site\",\"workload\":\"exit-cpuid\",\"kind\":\"cpuid\","
			    "\"guest_pc\":\"0x10123\",\"vcpu\":\"0xffff888000200000\",\"exits\":"
			    "12}\n";

	(void)state;
	take_path(SITE, 24, 100, base_stores);
	assert_int_equal(derive(base_source, lines, false, NULL, NULL), 0);
	assert_int_equal(find("exit_window", "cpuid")->n, 22);
	assert_int_equal(result.samples_count, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(windows_are_measured_on_mode),
		TEST(warm_up_is_left_out_and_agreement_is_counted),
		TEST(exits_elsewhere_do_not_count),
		TEST(a_new_flag_is_found_and_kicks_stay_on_mode),
		TEST(a_new_member_stored_once_is_no_flag),
		TEST(a_declared_flag_is_taken),
		TEST(a_declared_flag_that_is_not_there_is_told),
		TEST(a_wide_store_over_the_flag_counts),
		TEST(functions_add_up_to_each_part),
		TEST(a_kind_without_stores_has_a_path_and_no_window),
		TEST(cpuid_without_stores_is_no_data),
		TEST(a_kind_that_the_emulator_never_saw_is_no_data),
		TEST(a_report_without_cpuid_is_no_data),
		TEST(repetitions_with_their_own_vcpu_are_one_kind),
	};

	return cmocka_run_group_tests(tests, start_all, finish_all);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/host-facts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/file.h"

static char root[] = "/tmp/runway-host-XXXXXX";

static int make_root(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	(void)state;
	return file_remove_tree(root, NULL);
}

static void put(const char *folder, const char *name, const char *text)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", root, folder);
	assert_int_equal(file_make_folder(path, 0700, NULL), 0);
	snprintf(path, sizeof(path), "%s/%s/%s", root, folder, name);
	assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
}

static enum isa isa_with_flags(const char *flags)
{
	enum isa isa;
	char proc[128];

	put("proc", "cpuinfo", flags);
	snprintf(proc, sizeof(proc), "%s/proc", root);
	assert_int_equal(host_facts_isa(proc, &isa, NULL), 0);
	return isa;
}

static void isa_is_found_by_its_flag(void **state)
{
	(void)state;
	assert_int_equal(isa_with_flags("processor\t: 0\nflags\t\t: fpu svm\n"), ISA_SVM);
	assert_int_equal(isa_with_flags("processor\t: 0\nflags\t\t: fpu vmx x2apic\nx: y\n"),
			 ISA_VMX);
}

static void a_flag_that_only_contains_the_name_is_another(void **state)
{
	(void)state;
	assert_int_equal(isa_with_flags("processor\t: 0\nflags\t\t: fpu svm_lock\nvmx flags\t: "
					"vnmi\n"),
			 ISA_NONE);
}

static void modules_are_reported_with_their_sections(void **state)
{
	char sys[128], got[512];
	int ends[2];
	ssize_t bytes;

	(void)state;
	put("sys/module/kvm/sections", ".text", "0xffffffffa0000000\n");
	put("sys/module/kvm/sections", ".noinstr.text", "0xffffffffa0001000\n");
	put("sys/module/other/sections", ".text", "0xffffffffa0009000\n");
	snprintf(sys, sizeof(sys), "%s/sys", root);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(host_facts_send_modules(sys, ends[1]), 0);
	bytes = read(ends[0], got, sizeof(got) - 1);
	close(ends[0]);
	close(ends[1]);
	assert_true(bytes > 0);
	got[bytes] = '\0';
	assert_string_equal(got, "{\"t\":\"module\",\"name\":\"kvm\",\"sections\":{"
				 "\".noinstr.text\":\"0xffffffffa0001000\","
				 "\".text\":\"0xffffffffa0000000\"}}\n");
}

static void parameters_are_named_by_their_module(void **state)
{
	struct line line;
	char sys[128];

	(void)state;
	put("sys/module/kvm_amd/parameters", "npt", "Y\n");
	put("sys/module/kvm/parameters", "halt_poll_ns", "200000\n");
	snprintf(sys, sizeof(sys), "%s/sys", root);
	line_open(&line, "hello");
	host_facts_parameters(sys, &line);
	assert_string_equal(line.buf.data,
			    "{\"t\":\"hello\",\"parameters\":{\"kvm.halt_poll_ns\":\"200000\","
			    "\"kvm_amd.npt\":\"Y\"}");
	buf_release(&line.buf);
}

static void pml_is_there_when_its_parameter_says_so(void **state)
{
	char sys[128];

	(void)state;
	snprintf(sys, sizeof(sys), "%s/sys-of-vmx", root);
	assert_false(host_facts_has_pml(sys));
	put("sys-of-vmx/module/kvm_intel/parameters", "pml", "N\n");
	assert_false(host_facts_has_pml(sys));
	put("sys-of-vmx/module/kvm_intel/parameters", "pml", "Y\n");
	assert_true(host_facts_has_pml(sys));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(isa_is_found_by_its_flag),
		cmocka_unit_test(a_flag_that_only_contains_the_name_is_another),
		cmocka_unit_test(modules_are_reported_with_their_sections),
		cmocka_unit_test(parameters_are_named_by_their_module),
		cmocka_unit_test(pml_is_there_when_its_parameter_says_so),
	};

	return cmocka_run_group_tests_name("host-facts", tests, make_root, remove_root);
}

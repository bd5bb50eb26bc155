// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/kbuild-reach.h"

#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/test.h"

static char folder[] = "/tmp/runway-reach-XXXXXX";

/* A base's output folder with the dependencies of three objects. */
static const struct {
	const char *folder, *name, *text;
} files[] = {
	{ "arch/x86/kvm/svm", ".svm.o.cmd",
	  "source_arch/x86/kvm/svm/svm.o := /src/arch/x86/kvm/svm/svm.c\n" },
	{ "kernel/entry", ".kvm.o.cmd",
	  "deps_kernel/entry/kvm.o := \\\n    $(wildcard include/config/KVM) \\\n"
	  "  /src/include/linux/kvm_host.h \\\n  /src/include/linux/srcu.h \\\n" },
	{ "runway-kick", ".runway-kick.o.cmd",
	  "deps_runway-kick.o := \\\n  /src/include/linux/kvm_host.h \\\n"
	  "  /src/include/linux/kvm_types.h \\\n" },
};

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP(free_ptr) char *below = xasprintf("%s/%s", folder, files[i].folder);
		CLEANUP(free_ptr) char *path = xasprintf("%s/%s", below, files[i].name);

		for (char *slash = below + strlen(folder); slash; slash = strchr(slash + 1, '/')) {
			*slash = '\0';
			file_make_folder(below, 0700, NULL);
			*slash = '/';
		}
		file_make_folder(below, 0700, NULL);
		if (file_write(path, files[i].text, strlen(files[i].text), 0600, NULL) < 0)
			return -1;
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

enum reach { MODULES = 0, VMLINUX = 1, KICK = 2 };

static unsigned reach_of(const char *path, bool in_place)
{
	CLEANUP(kbuild_reach_release) struct kbuild_reach reach = KBUILD_REACH_INIT(folder);
	struct err err = ERR_INIT;

	kbuild_reach_add(&reach, path, in_place);
	if (kbuild_reach_decide(&reach, &err) < 0)
		fail_msg("%s", err.text);
	return (reach.vmlinux ? VMLINUX : 0) | (reach.kick_module ? KICK : 0);
}

static void kvms_own_files_reach_its_modules(void **state)
{
	(void)state;
	assert_int_equal(reach_of("arch/x86/kvm/svm/svm.c", true), MODULES);
	assert_int_equal(reach_of("virt/kvm/kvm_main.c", true), MODULES);
	assert_int_equal(reach_of("arch/x86/kvm/svm/new.h", false), MODULES);
}

static void a_header_reaches_what_was_built_with_it(void **state)
{
	(void)state;
	assert_int_equal(reach_of("include/linux/kvm_host.h", true), VMLINUX | KICK);
	assert_int_equal(reach_of("include/linux/srcu.h", true), VMLINUX | KICK);
	assert_int_equal(reach_of("include/linux/kvm_types.h", true), KICK);
	assert_int_equal(reach_of("include/linux/kvm_dirty_ring.h", true), MODULES);
}

static void what_cannot_be_traced_reaches_everything(void **state)
{
	static const char *const paths[] = {
		"arch/x86/kvm/Makefile", "arch/x86/kvm/Kconfig",    "Makefile",
		"kernel/fork.c",	 "scripts/link-vmlinux.sh", "tools/objtool/check.c",
		"tools/include/a.h",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(reach_of(paths[i], true), VMLINUX | KICK);
	/* It may come before another of that name in the search for headers. */
	assert_int_equal(reach_of("arch/x86/include/asm/new.h", false), VMLINUX | KICK);
}

static void one_of_many_is_enough(void **state)
{
	CLEANUP(kbuild_reach_release) struct kbuild_reach reach = KBUILD_REACH_INIT(folder);

	(void)state;
	kbuild_reach_add(&reach, "virt/kvm/kvm_main.c", true);
	kbuild_reach_add(&reach, "include/linux/srcu.h", true);
	kbuild_reach_add(&reach, "arch/x86/kvm/x86.c", true);
	assert_int_equal(kbuild_reach_decide(&reach, NULL), 0);
	assert_true(reach.vmlinux);
}

static void a_folder_without_dependencies_is_not_gone_by(void **state)
{
	CLEANUP(free_ptr) char *empty = xasprintf("%s/empty", folder);
	CLEANUP(kbuild_reach_release) struct kbuild_reach reach = KBUILD_REACH_INIT(empty);

	(void)state;
	file_make_folder(empty, 0700, NULL);
	kbuild_reach_add(&reach, "virt/kvm/kvm_main.c", true);
	assert_int_equal(kbuild_reach_decide(&reach, NULL), 0);
	assert_true(reach.vmlinux && reach.kick_module);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kvms_own_files_reach_its_modules),
		cmocka_unit_test(a_header_reaches_what_was_built_with_it),
		cmocka_unit_test(what_cannot_be_traced_reaches_everything),
		cmocka_unit_test(one_of_many_is_enough),
		cmocka_unit_test(a_folder_without_dependencies_is_not_gone_by),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

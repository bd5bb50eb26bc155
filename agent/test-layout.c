// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <errno.h>

#include "agent/layout.h"
#include "agent/test-compile.h"

static char folder[] = "/tmp/runway-layout-XXXXXX";
static struct layout layout;

static const char source[] =
	"typedef _Bool flag_t;\n"
	"enum state { OUT, IN };\n"
	"struct kvm;\n"
	"struct kvm_vcpu;\n"
	"struct kvm_vcpu {\n"
	"	struct kvm *kvm;\n"
	"	int cpu;\n"
	"	int mode;\n"
	"	const volatile flag_t in_guest;\n"
	"	enum state state;\n"
	"	unsigned bit : 3;\n"
	"	union { long wide; short narrow; };\n"
	"	struct { char pad[12]; struct { int deep; } inner; } arch;\n"
	"	char name[10];\n"
	"};\n"
	"struct kvm_vcpu *used(struct kvm_vcpu *v) { v->mode = 1; return v; }\n";

static int start_all(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int finish_all(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

static int finish(void **state)
{
	(void)state;
	layout_release(&layout);
	return 0;
}

static int read_layout(const char *option, const char *structure, struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/module.ko", folder);

	compile(folder, "module.ko", source, option);
	return layout_read(path, structure, &layout, err);
}

static void check(const char *name, uint64_t offset, uint64_t bytes, bool scalar)
{
	const struct layout_member *member = layout_find(&layout, name);

	if (!member)
		fail_msg("%s is missing", name);
	assert_int_equal(member->offset, offset);
	assert_int_equal(member->bytes, bytes);
	assert_int_equal(member->scalar, scalar);
}

static void members_are_where_the_compiler_put_them(void **state)
{
	(void)state;
	assert_int_equal(read_layout("-g", "kvm_vcpu", NULL), 0);
	check("kvm", 0, 8, false);
	check("cpu", 8, 4, true);
	check("mode", 12, 4, true);
	check("in_guest", 16, 1, true);
	check("state", 20, 4, true);
	check("name", 56, 0, false);
	assert_int_equal(layout.bytes, 72);
}

static void members_of_anonymous_unions_have_their_own_names(void **state)
{
	(void)state;
	assert_int_equal(read_layout("-g", "kvm_vcpu", NULL), 0);
	check("wide", 32, 8, true);
	check("narrow", 32, 2, true);
}

static void members_of_named_structures_are_dotted(void **state)
{
	(void)state;
	assert_int_equal(read_layout("-g", "kvm_vcpu", NULL), 0);
	check("arch", 40, 16, false);
	check("arch.inner.deep", 52, 4, true);
}

static void older_debug_formats_give_the_same(void **state)
{
	(void)state;
	assert_int_equal(read_layout("-gdwarf-4", "kvm_vcpu", NULL), 0);
	check("mode", 12, 4, true);
	check("arch.inner.deep", 52, 4, true);
}

static void a_bit_field_has_no_place(void **state)
{
	(void)state;
	assert_int_equal(read_layout("-g", "kvm_vcpu", NULL), 0);
	assert_null(layout_find(&layout, "bit"));
}

static void a_declaration_is_no_definition(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(read_layout("-g", "kvm", &err), -ENOENT);
	assert_non_null(strstr(err.text, "struct kvm"));
}

static void a_module_without_debug_information_is_refused(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(read_layout("-g0", "kvm_vcpu", &err), -EINVAL);
	assert_non_null(strstr(err.text, "no debug information"));
}

static void what_is_no_elf_file_is_refused(void **state)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/text.ko", folder);

	(void)state;
	assert_int_equal(file_write(path, "hello", 5, 0600, NULL), 0);
	assert_int_equal(layout_read(path, "kvm_vcpu", &layout, NULL), -EINVAL);
	assert_int_equal(layout_read("/nowhere.ko", "kvm_vcpu", &layout, NULL), -ENOENT);
}

/* A module cut or damaged anywhere must be refused or read, never crash: 400 places, each cut and
 * each damaged. */
static void a_damaged_module_does_no_harm(void **state)
{
	CLEANUP(buf_release) struct buf content = BUF_INIT(1 << 20);
	CLEANUP(free_ptr) char *path = xasprintf("%s/module.ko", folder);

	(void)state;
	assert_int_equal(read_layout("-g", "kvm_vcpu", NULL), 0);
	assert_int_equal(file_read(path, &content, NULL), 0);
	for (size_t i = 0; i < 400; i++) {
		size_t at = content.length * i / 400;
		char before = content.data[at];

		layout_release(&layout);
		assert_int_equal(file_write(path, content.data, at, 0600, NULL), 0);
		assert_true(layout_read(path, "kvm_vcpu", &layout, NULL) <= 0);
		layout_release(&layout);
		content.data[at] = (char)~before;
		assert_int_equal(file_write(path, content.data, content.length, 0600, NULL), 0);
		assert_true(layout_read(path, "kvm_vcpu", &layout, NULL) <= 0);
		content.data[at] = before;
	}
}

#define TEST(name) cmocka_unit_test_teardown(name, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(members_are_where_the_compiler_put_them),
		TEST(members_of_anonymous_unions_have_their_own_names),
		TEST(members_of_named_structures_are_dotted),
		TEST(older_debug_formats_give_the_same),
		TEST(a_bit_field_has_no_place),
		TEST(a_declaration_is_no_definition),
		TEST(a_module_without_debug_information_is_refused),
		TEST(what_is_no_elf_file_is_refused),
		TEST(a_damaged_module_does_no_harm),
	};

	return cmocka_run_group_tests(tests, start_all, finish_all);
}

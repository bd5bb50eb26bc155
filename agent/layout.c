// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/layout.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

/* Top-level entries looked at in search of the structure; a kernel module has some ten thousand. */
#define ENTRIES_MAX 4000000
/* typedef of const of volatile … */
#define QUALIFIERS_MAX 32

struct walk {
	struct layout *layout;
	unsigned entries; /* still to look at */
};

static void end_dwfl(Dwfl **dwfl)
{
	if (*dwfl)
		dwfl_end(*dwfl);
	*dwfl = NULL;
}

void layout_release(struct layout *layout)
{
	free_ptr(&layout->members);
	*layout = (struct layout){ 0 };
}

const struct layout_member *layout_find(const struct layout *layout, const char *name)
{
	for (size_t i = 0; i < layout->count; i++)
		if (!strcmp(layout->members[i].name, name))
			return &layout->members[i];
	return NULL;
}

/* The type without typedefs and qualifiers; its tag, or 0. */
static int strip_type(Dwarf_Die *die, Dwarf_Die *ret_type)
{
	Dwarf_Attribute attribute;

	if (!dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), ret_type))
		return 0;
	for (int i = 0; i < QUALIFIERS_MAX; i++) {
		Dwarf_Die inner;

		switch (dwarf_tag(ret_type)) {
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_atomic_type:
			if (!dwarf_formref_die(
				    dwarf_attr_integrate(ret_type, DW_AT_type, &attribute), &inner))
				return 0;
			*ret_type = inner;
			break;
		default:
			return dwarf_tag(ret_type);
		}
	}
	return 0;
}

static bool has_constant(Dwarf_Die *die, unsigned name, uint64_t *ret_value)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;

	if (!dwarf_attr(die, name, &attribute) || dwarf_formudata(&attribute, &value))
		return false;
	*ret_value = value;
	return true;
}

static int add_members(struct walk *walk, Dwarf_Die *structure, const char *prefix, uint64_t base,
		       unsigned depth);

static int add_member(struct walk *walk, Dwarf_Die *die, const char *prefix, uint64_t base,
		      unsigned depth)
{
	struct layout *layout = walk->layout;
	const char *name = dwarf_diename(die);
	struct layout_member *member;
	uint64_t offset = 0, ignored;
	char full[128];
	Dwarf_Die type;
	int tag = strip_type(die, &type), bytes = tag ? dwarf_bytesize(&type) : -1;
	bool nested = tag == DW_TAG_structure_type || tag == DW_TAG_union_type;

	/* A bit field has no byte of its own; a union's members may lack an offset. */
	if (has_constant(die, DW_AT_bit_size, &ignored))
		return 0;
	has_constant(die, DW_AT_data_member_location, &offset);
	if (offset > UINT32_MAX)
		return -EINVAL;
	if (name && (size_t)snprintf(full, sizeof(full), "%s%s%s", prefix, *prefix ? "." : "",
				     name) >= sizeof(full))
		return 0;
	if (name) {
		if (layout->count == LAYOUT_MEMBERS_MAX)
			return -E2BIG;
		layout->members =
			xreallocarray(layout->members, layout->count + 1, sizeof(*layout->members));
		member = &layout->members[layout->count++];
		*member = (struct layout_member){
			.offset = base + offset,
			.bytes = bytes > 0 ? (uint64_t)bytes : 0,
			.scalar = tag == DW_TAG_base_type || tag == DW_TAG_enumeration_type,
		};
		memcpy(member->name, full, sizeof(full));
	}
	if (!nested || depth == LAYOUT_DEPTH_MAX)
		return 0;
	return add_members(walk, &type, name ? full : prefix, base + offset, depth + 1);
}

static int add_members(struct walk *walk, Dwarf_Die *structure, const char *prefix, uint64_t base,
		       unsigned depth)
{
	Dwarf_Die child;
	int rc = 0, more;

	for (more = dwarf_child(structure, &child); !more && !rc;
	     more = dwarf_siblingof(&child, &child)) {
		if (!walk->entries--)
			return -E2BIG;
		if (dwarf_tag(&child) == DW_TAG_member)
			rc = add_member(walk, &child, prefix, base, depth);
	}
	return rc;
}

/* Finds the structure's definition among the entries of one compilation unit. 1 when found. */
static int look_in_unit(struct walk *walk, Dwarf_Die *unit, const char *structure)
{
	Dwarf_Die die;
	int more;

	for (more = dwarf_child(unit, &die); !more; more = dwarf_siblingof(&die, &die)) {
		const char *name;
		int rc, bytes;

		if (!walk->entries--)
			return -E2BIG;
		if (dwarf_tag(&die) != DW_TAG_structure_type ||
		    dwarf_hasattr(&die, DW_AT_declaration))
			continue;
		name = dwarf_diename(&die);
		if (!name || strcmp(name, structure))
			continue;
		bytes = dwarf_bytesize(&die);
		walk->layout->bytes = bytes > 0 ? (uint64_t)bytes : 0;
		rc = add_members(walk, &die, "", 0, 0);
		return rc < 0 ? rc : 1;
	}
	return 0;
}

static int look_in_file(Dwfl *dwfl, const char *path, const char *structure, struct layout *layout,
			struct err *err)
{
	struct walk walk = { .layout = layout, .entries = ENTRIES_MAX };
	Dwarf_Die *unit = NULL;
	Dwarf_Addr bias;
	bool any = false;

	while ((unit = dwfl_nextcu(dwfl, unit, &bias))) {
		int rc = look_in_unit(&walk, unit, structure);

		any = true;
		if (rc > 0)
			return 0;
		if (rc < 0)
			return err_set(err, -EINVAL,
				       "The debug information of %s is larger than any compiler "
				       "makes it.",
				       path);
	}
	if (!any)
		return err_set(
			err, -EINVAL,
			"%s has no debug information; build it with -g (CONFIG_DEBUG_INFO is "
			"not needed).",
			path);
	return err_set(err, -ENOENT, "%s does not define struct %s.", path, structure);
}

/* The debug information is in the file itself or nowhere: no search of the system, no server. */
static int no_debug_file(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
			 const char *file, const char *link, GElf_Word checksum, char **ret_file)
{
	(void)module;
	(void)data;
	(void)name;
	(void)base;
	(void)file;
	(void)link;
	(void)checksum;
	(void)ret_file;
	return -1;
}

/* Likewise for the file, which is given by its descriptor. */
static int no_elf_file(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
		       char **ret_file, Elf **ret_elf)
{
	(void)module;
	(void)data;
	(void)name;
	(void)base;
	(void)ret_file;
	(void)ret_elf;
	return -1;
}

int layout_read(const char *path, const char *structure, struct layout *ret_layout, struct err *err)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = no_elf_file,
		.find_debuginfo = no_debug_file,
		.section_address = dwfl_offline_section_address,
	};
	CLEANUP(layout_release) struct layout layout = { 0 };
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP(end_dwfl) Dwfl *dwfl = NULL;
	struct stat status;
	int rc;

	if (fd < 0 || fstat(fd, &status) < 0)
		return err_sys(err, -errno, "Cannot open %s", path);
	if (!S_ISREG(status.st_mode) || status.st_size > LAYOUT_FILE_MAX_BYTES)
		return err_set(err, -EINVAL, "%s is larger than the %d MiB a module may have.",
			       path, LAYOUT_FILE_MAX_BYTES >> 20);
	/* Only libdwfl applies the relocations that a module's debug sections still need. It takes
	 * the descriptor when it succeeds. */
	dwfl = dwfl_begin(&callbacks);
	if (!dwfl || !dwfl_report_offline(dwfl, "module", path, fd))
		return err_set(err, -EINVAL, "%s is no ELF file: %s.", path, dwfl_errmsg(-1));
	fd = -1;
	dwfl_report_end(dwfl, NULL, NULL);
	rc = look_in_file(dwfl, path, structure, &layout, err);
	if (rc < 0)
		return rc;
	*ret_layout = layout;
	layout = (struct layout){ 0 };
	return 0;
}

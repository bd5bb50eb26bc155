// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/code-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

/*
 * Loaded, but no part of what the code does: build ids, line numbers, and the names by which
 * modules and kallsyms show symbols. To leave out another: one row.
 */
static const char *const left_out[] = {
	"__bug_table", ".note.",     ".modinfo", ".gnu.linkonce.this_module",
	"__kcrctab",   "__versions", ".orc_",	 ".BTF",
};

static void end_elf(Elf **elf)
{
	if (*elf)
		elf_end(*elf);
	*elf = NULL;
}

static bool is_left_out(const char *name)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		if (!strncmp(name, left_out[i], strlen(left_out[i])))
			return true;
	return false;
}

static void add_number(struct sha256 *hash, uint64_t number)
{
	sha256_add(hash, &number, sizeof(number));
}

static const char *section_name(Elf *elf, Elf_Scn *section)
{
	size_t names;
	GElf_Shdr header;
	const char *name = NULL;

	if (!elf_getshdrstrndx(elf, &names) && gelf_getshdr(section, &header))
		name = elf_strptr(elf, names, header.sh_name);
	return name ? name : "";
}

/* Whether a section's bytes count: loaded, with content, not left out. */
static bool counts(Elf *elf, Elf_Scn *section)
{
	GElf_Shdr header;

	return section && gelf_getshdr(section, &header) && (header.sh_flags & SHF_ALLOC) &&
	       !is_left_out(section_name(elf, section));
}

/*
 * What a relocation points at: a symbol of this object by section name and offset (its own name may
 * change freely), one of another object by name.
 */
static void add_target(struct sha256 *hash, Elf *elf, Elf_Data *symbols, size_t names, size_t index)
{
	GElf_Sym symbol;
	const char *name;

	if (!symbols || !gelf_getsym(symbols, (int)index, &symbol)) {
		sha256_add_text(hash, "?");
		return;
	}
	if (symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < SHN_LORESERVE) {
		sha256_add_text(hash, section_name(elf, elf_getscn(elf, symbol.st_shndx)));
		add_number(hash, symbol.st_value);
		return;
	}
	name = elf_strptr(elf, names, symbol.st_name);
	sha256_add_text(hash, name ? name : "?");
	add_number(hash, symbol.st_shndx);
	add_number(hash, symbol.st_value);
}

static void add_relocations(struct sha256 *hash, Elf *elf, Elf_Scn *section,
			    const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	Elf_Scn *symbol_section = elf_getscn(elf, header->sh_link);
	Elf_Data *symbols = symbol_section ? elf_getdata(symbol_section, NULL) : NULL;
	GElf_Shdr symbol_header = { 0 };
	size_t count;

	if (!data || !header->sh_entsize)
		return;
	if (symbol_section)
		gelf_getshdr(symbol_section, &symbol_header);
	count = data->d_size / header->sh_entsize;
	for (size_t i = 0; i < count; i++) {
		GElf_Rela entry;

		if (!gelf_getrela(data, (int)i, &entry))
			return;
		add_number(hash, entry.r_offset);
		add_number(hash, GELF_R_TYPE(entry.r_info));
		add_number(hash, (uint64_t)entry.r_addend);
		add_target(hash, elf, symbols, symbol_header.sh_link, GELF_R_SYM(entry.r_info));
	}
}

static void add_section(struct sha256 *hash, Elf *elf, Elf_Scn *section)
{
	GElf_Shdr header;
	Elf_Data *data;

	if (!gelf_getshdr(section, &header))
		return;
	if (header.sh_type == SHT_RELA) {
		if (counts(elf, elf_getscn(elf, header.sh_info)))
			add_relocations(hash, elf, section, &header);
		return;
	}
	if (!counts(elf, section))
		return;
	sha256_add_text(hash, section_name(elf, section));
	add_number(hash, header.sh_flags);
	add_number(hash, header.sh_size);
	data = header.sh_type == SHT_NOBITS ? NULL : elf_getdata(section, NULL);
	if (data && data->d_buf)
		sha256_add(hash, data->d_buf, data->d_size);
}

static int add_object(struct sha256 *hash, const char *path, struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	CLEANUP(end_elf) Elf *elf = NULL;
	Elf_Scn *section = NULL;

	if (fd < 0)
		return err_sys(err, -errno, "Cannot open %s", path);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF)
		return err_set(err, -EINVAL, "%s is no ELF object.", path);
	while ((section = elf_nextscn(elf, section)))
		add_section(hash, elf, section);
	return 0;
}

int code_hash(const char *folder, const char *const *objects, char ret_hex[SHA256_HEX_BYTES],
	      struct err *err)
{
	struct sha256 hash;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return err_set(err, -EINVAL, "libelf is too old.");
	sha256_begin(&hash);
	for (; *objects; objects++) {
		CLEANUP(free_ptr) char *path = xasprintf("%s/%s", folder, *objects);
		int rc = add_object(&hash, path, err);

		if (rc < 0)
			return rc;
		sha256_add_text(&hash, *objects);
	}
	sha256_end(&hash, ret_hex);
	return 0;
}

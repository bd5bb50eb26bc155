// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/symbols.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/json-bench.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* Addresses below are user space's (and the guest's). */
#define KERNEL_START 0x8000000000000000ull
#define NAME_MAX_BYTES 256

struct symbol {
	uint64_t address;
	uint64_t end; /* first address behind it */
	const char *module;
	char *name;
	bool global;
};

struct symbols {
	struct symbol *items;
	size_t count, capacity;
	char **modules; /* names, referred to by items */
	size_t modules_count, modules_capacity;
};

struct symbols *symbols_new(void)
{
	return xcalloc(1, sizeof(struct symbols));
}

void symbols_free(struct symbols **symbols)
{
	struct symbols *all = *symbols;

	if (!all)
		return;
	for (size_t i = 0; i < all->count; i++)
		free(all->items[i].name);
	for (size_t i = 0; i < all->modules_count; i++)
		free(all->modules[i]);
	free(all->items);
	free(all->modules);
	free_ptr(symbols);
}

static const char *keep_module(struct symbols *symbols, const char *name)
{
	ARRAY_GROW(symbols->modules, symbols->modules_count, symbols->modules_capacity);
	symbols->modules[symbols->modules_count] = xstrdup(name);
	return symbols->modules[symbols->modules_count++];
}

/* Names go into the database and onto pages: what a symbol cannot have becomes '?'. */
static char *clean_name(const char *name, size_t bytes)
{
	char *copy = xstrndup(name, bytes < NAME_MAX_BYTES ? bytes : NAME_MAX_BYTES - 1);

	for (char *c = copy; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_' && *c != '.' && *c != '$')
			*c = '?';
	return copy;
}

static bool add(struct symbols *symbols, struct symbol symbol)
{
	if (symbols->count == SYMBOLS_MAX) {
		free(symbol.name);
		return false;
	}
	ARRAY_GROW(symbols->items, symbols->count, symbols->capacity);
	symbols->items[symbols->count++] = symbol;
	return true;
}

/* "ffffffff81000000 T startup_64"; false when it is no such line. */
static bool parse_map_line(const char *line, size_t bytes, struct symbol *ret_symbol,
			   char *ret_type)
{
	char *end;

	errno = 0;
	ret_symbol->address = strtoull(line, &end, 16);
	if (end == line || errno || end[0] != ' ' || !isgraph((unsigned char)end[1]) ||
	    end[2] != ' ' || end + 3 >= line + bytes)
		return false;
	*ret_type = end[1];
	ret_symbol->global = isupper((unsigned char)end[1]);
	ret_symbol->name = clean_name(end + 3, (size_t)(line + bytes - (end + 3)));
	return true;
}

/* System.map says where functions begin; each ends where something else does. */
static void end_functions(struct symbols *symbols, size_t *first_open, uint64_t address)
{
	if (*first_open < symbols->count && symbols->items[*first_open].address < address)
		for (; *first_open < symbols->count; ++*first_open)
			symbols->items[*first_open].end = address;
}

int symbols_add_map(struct symbols *symbols, const char *path, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(SYMBOLS_FILE_MAX_BYTES);
	const char *module = keep_module(symbols, "vmlinux");
	int rc = file_read(path, &text, err);
	size_t first_open = symbols->count, bytes;

	if (rc < 0)
		return rc;
	for (const char *line = text.data; *line; line += bytes + (line[bytes] == '\n')) {
		struct symbol symbol = { .module = module };
		char type;

		bytes = strcspn(line, "\n");
		if (!parse_map_line(line, bytes, &symbol, &type))
			return err_set(err, -EINVAL, "%s is no System.map: \"%.*s\".", path,
				       bytes < 60 ? (int)bytes : 60, line);
		end_functions(symbols, &first_open, symbol.address);
		symbol.end = symbol.address;
		if (!strchr("tTwW", type)) {
			free(symbol.name);
			continue;
		}
		if (!add(symbols, symbol))
			return err_set(err, -EINVAL, "%s has more than %d functions.", path,
				       SYMBOLS_MAX);
	}
	return 0;
}

static void end_elf(Elf **elf)
{
	if (*elf)
		elf_end(*elf);
	*elf = NULL;
}

struct module_reader {
	struct symbols *symbols;
	const char *module;
	const struct bench_section *sections;
	size_t sections_count;
	Elf *elf;
	size_t section_names;
};

/* Where the module's section was loaded; false when the host did not say. */
static bool section_range(const struct module_reader *reader, size_t index, uint64_t *ret_start,
			  uint64_t *ret_end)
{
	Elf_Scn *section = elf_getscn(reader->elf, index);
	GElf_Shdr header;
	const char *name;

	if (!section || !gelf_getshdr(section, &header) || !(header.sh_flags & SHF_EXECINSTR))
		return false;
	name = elf_strptr(reader->elf, reader->section_names, header.sh_name);
	for (size_t i = 0; name && i < reader->sections_count; i++) {
		if (strcmp(name, reader->sections[i].name))
			continue;
		*ret_start = reader->sections[i].address;
		*ret_end = *ret_start + header.sh_size;
		return *ret_end > *ret_start;
	}
	return false;
}

static bool add_elf_symbol(const struct module_reader *reader, const GElf_Sym *elf_symbol,
			   const char *name)
{
	unsigned type = GELF_ST_TYPE(elf_symbol->st_info);
	uint64_t start, end;
	struct symbol symbol = { .module = reader->module };

	/* Assembly that was not annotated has no type; its local labels begin with ".L". */
	if ((type != STT_FUNC && type != STT_NOTYPE) || !name || !*name || !strncmp(name, ".L", 2))
		return true;
	if (elf_symbol->st_shndx >= SHN_LORESERVE ||
	    !section_range(reader, elf_symbol->st_shndx, &start, &end) ||
	    elf_symbol->st_value >= end - start)
		return true;
	symbol.address = start + elf_symbol->st_value;
	symbol.end = elf_symbol->st_size && elf_symbol->st_size <= end - symbol.address
			     ? symbol.address + elf_symbol->st_size
			     : end;
	symbol.global = GELF_ST_BIND(elf_symbol->st_info) != STB_LOCAL;
	symbol.name = clean_name(name, strlen(name));
	return add(reader->symbols, symbol);
}

static int read_symbol_table(const struct module_reader *reader, Elf_Scn *section,
			     const GElf_Shdr *header, const char *path, struct err *err)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = data && header->sh_entsize ? data->d_size / header->sh_entsize : 0;

	for (size_t i = 0; i < count; i++) {
		GElf_Sym symbol;

		if (!gelf_getsym(data, (int)i, &symbol))
			break;
		if (!add_elf_symbol(reader, &symbol,
				    elf_strptr(reader->elf, header->sh_link, symbol.st_name)))
			return err_set(err, -EINVAL, "%s has more than %d functions.", path,
				       SYMBOLS_MAX);
	}
	return 0;
}

int symbols_add_module(struct symbols *symbols, const char *path, const char *name,
		       const struct bench_section *sections, size_t sections_count, struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP(end_elf) Elf *elf = NULL;
	struct module_reader reader = { .symbols = symbols,
					.sections = sections,
					.sections_count = sections_count };
	struct stat status;
	Elf_Scn *section = NULL;
	int rc = 0;

	if (fd < 0 || fstat(fd, &status) < 0)
		return err_sys(err, -errno, "Cannot open %s", path);
	if (!S_ISREG(status.st_mode) || status.st_size > SYMBOLS_FILE_MAX_BYTES)
		return err_set(err, -EINVAL, "%s is larger than the %d MiB a module may have.",
			       path, SYMBOLS_FILE_MAX_BYTES >> 20);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &reader.section_names))
		return err_set(err, -EINVAL, "%s is no ELF file.", path);
	reader.elf = elf;
	reader.module = keep_module(symbols, name);
	while (!rc && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			rc = read_symbol_table(&reader, section, &header, path, err);
	}
	return rc;
}

/* Of symbols at one address the last one is found: the global one, and the longest. */
static int by_address(const void *a, const void *b)
{
	const struct symbol *left = a, *right = b;

	if (left->address != right->address)
		return left->address < right->address ? -1 : 1;
	if (left->global != right->global)
		return left->global ? 1 : -1;
	if (left->end != right->end)
		return left->end < right->end ? -1 : 1;
	return strcmp(right->name, left->name);
}

void symbols_sort(struct symbols *symbols)
{
	if (symbols->count)
		qsort(symbols->items, symbols->count, sizeof(*symbols->items), by_address);
}

void symbols_find(const struct symbols *symbols, uint64_t address, struct symbol_place *ret_place)
{
	size_t low = 0, high = symbols->count;

	*ret_place = (struct symbol_place){ "unknown", "unknown" };
	if (address < KERNEL_START) {
		ret_place->module = "user";
		return;
	}
	/* The last symbol that begins at or before the address. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->items[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address >= symbols->items[low - 1].end)
		return;
	ret_place->module = symbols->items[low - 1].module;
	ret_place->function = symbols->items[low - 1].name;
}

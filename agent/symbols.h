/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which function an address of the host belongs to: the kernel's from System.map, a module's from
 * its symbol table and the addresses its sections were loaded at.
 *
 *	CLEANUP(symbols_free) struct symbols *symbols = symbols_new();
 *	rc = symbols_add_map(symbols, "…/System.map", err);
 *	rc = symbols_add_module(symbols, "…/kvm-amd.ko", "kvm_amd", sections, count, err);
 *	symbols_sort(symbols);
 *	symbols_find(symbols, pc, &found);	// found.module "kvm_amd", .function "svm_vcpu_run"
 *
 * Static functions of one name are told apart by nothing but their module; compiler suffixes
 * (.cold, .part.0, .isra.0) are kept. Both files may come from a hostile build: what is read of
 * them is bounded.
 */
#ifndef RUNWAY_AGENT_SYMBOLS_H
#define RUNWAY_AGENT_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

#define SYMBOLS_MAX 500000
#define SYMBOLS_FILE_MAX_BYTES (64 << 20)

struct symbols;
struct bench_section;

/* Valid as long as the symbols are. */
struct symbol_place {
	const char *module;   /* "vmlinux", "kvm_amd", "user" for user space, "unknown" */
	const char *function; /* "unknown" where no symbol covers the address */
};

struct symbols *symbols_new(void);
void symbols_free(struct symbols **symbols);

/* -EINVAL for a file that is no System.map, no ELF module, or has more than SYMBOLS_MAX symbols. */
int symbols_add_map(struct symbols *symbols, const char *path, struct err *err);
/* name: the module's as in /sys/module. Symbols of sections not given are left out. */
int symbols_add_module(struct symbols *symbols, const char *path, const char *name,
		       const struct bench_section *sections, size_t sections_count,
		       struct err *err);
/* After the last symbols_add_…(), before the first symbols_find(). */
void symbols_sort(struct symbols *symbols);

void symbols_find(const struct symbols *symbols, uint64_t address, struct symbol_place *ret_place);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For each guest instruction that exits happened at, the distinct paths from there back into the
 * guest. Memory is bounded by the limits in exit-path.h whatever the kernel does. exit-path.so links
 * it too, inside QEMU: it needs nothing of ours.
 *
 *	struct path_table table;
 *	path_table_init(&table, 16);
 *	path_begin(&table);
 *	path_instruction(&table, pc); path_store(&table, address, 4);	// for each
 *	path_end(&table, guest_pc);
 *	rc = path_table_write(&table, file);
 *	path_table_release(&table);
 */
#ifndef RUNWAY_AGENT_PATH_TABLE_H
#define RUNWAY_AGENT_PATH_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "agent/tcg/exit-path.h"

struct path_key;

struct path_table {
	struct exit_path_header totals;
	struct path_key *keys; /* EXIT_PATH_KEYS_MAX */
	uint64_t bodies_bytes;
	/* The path under way. */
	uint64_t *pcs;
	struct exit_path_store *stores;
	uint64_t length, stores_count, hash;
	bool too_long;
};

/* Aborts when there is no memory: a QEMU without its table measures nothing. */
void path_table_init(struct path_table *table, uint64_t warm_up);
void path_table_release(struct path_table *table);

static inline void path_begin(struct path_table *table)
{
	table->length = table->stores_count = 0;
	table->hash = 0x9e3779b97f4a7c15ull;
	table->too_long = false;
}

/* Called once for each instruction of a host: inline, and nothing but arithmetic. */
static inline void path_instruction(struct path_table *table, uint64_t pc)
{
	if (table->length == EXIT_PATH_INSTRUCTIONS_MAX) {
		table->too_long = true;
		return;
	}
	table->pcs[table->length++] = pc;
	table->hash = (table->hash ^ pc) * 0xff51afd7ed558ccdull;
	table->hash ^= table->hash >> 32;
}

static inline void path_store(struct path_table *table, uint64_t address, uint32_t bytes)
{
	if (table->stores_count == EXIT_PATH_STORES_MAX) {
		table->too_long = true;
		return;
	}
	table->stores[table->stores_count++] =
		(struct exit_path_store){ address, (uint32_t)table->length, bytes };
}

void path_end(struct path_table *table, uint64_t guest_pc);

/* 0 or negative errno. */
int path_table_write(struct path_table *table, FILE *file);

#endif

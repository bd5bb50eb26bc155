/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file that exit-path.so writes when QEMU ends, and bochs-trace.c from what Bochs printed:
 * which instructions the host executed between a VM-exit and the next VM-entry, for each guest
 * instruction that exits happened at.
 *
 *	header
 *	key, then its paths: path, its pcs, its stores; path, …
 *	key, …
 *
 * All numbers are in host byte order (the file never leaves the machine), 64 bits wide unless
 * declared otherwise, without padding. The reader takes the file as hostile: every count is checked
 * against the limits below and against what is left of the file.
 *
 * A path begins with the instruction after VMRUN (on VMX the first after the exit) and ends before
 * the next VMRUN, VMLAUNCH or VMRESUME; its instructions are numbered from 1. A REP iteration is one
 * instruction, as it is to QEMU and to Bochs's debugger.
 */
#ifndef RUNWAY_AGENT_TCG_EXIT_PATH_H
#define RUNWAY_AGENT_TCG_EXIT_PATH_H

#include <stdint.h>

#define EXIT_PATH_MAGIC 0x3130485441505752ull /* "RWPATH01" */

/* Limits of what is kept. What passes one is counted in the field named after it. */
#define EXIT_PATH_KEYS_MAX 512		      /* guest instructions: keys_overflow */
#define EXIT_PATH_PATHS_MAX 64		      /* distinct paths a key: paths_overflow */
#define EXIT_PATH_INSTRUCTIONS_MAX (1 << 18)  /* of one path: too_long */
#define EXIT_PATH_STORES_MAX (1 << 17)	      /* of one path: too_long */
#define EXIT_PATH_BODIES_MAX_BYTES (64 << 20) /* pcs and stores of all paths: bodies_overflow */
#define EXIT_PATH_WRITTEN_MAX 4 /* bodies written for one key, the most frequent paths' */

struct exit_path_header {
	uint64_t magic;
	uint64_t warm_up;	  /* exits at each key that were counted but not recorded */
	uint64_t exits;		  /* all exits that were followed by an entry */
	uint64_t keys;		  /* struct exit_path_key that follow */
	uint64_t keys_overflow;	  /* exits at guest instructions past EXIT_PATH_KEYS_MAX */
	uint64_t bodies_overflow; /* paths whose pcs and stores were not kept */
};

/* exits == warm_up + paths_overflow + too_long + the sum of the paths' counts. */
struct exit_path_key {
	uint64_t guest_pc; /* last guest instruction that began before the exit; 0: none did */
	uint64_t exits;
	uint64_t warm_up;
	uint64_t paths_overflow;
	uint64_t too_long;
	uint64_t paths;
};

struct exit_path_record {
	uint64_t hash;
	uint64_t count;	 /* exits that took exactly this sequence of instructions */
	uint64_t length; /* instructions */
	uint64_t pcs;	 /* uint64_t that follow: length, or 0 when the body is not here */
	uint64_t stores; /* struct exit_path_store that follow the pcs */
};

struct exit_path_store {
	uint64_t address;
	uint32_t index; /* of the storing instruction, from 1 */
	uint32_t bytes;
};

#endif

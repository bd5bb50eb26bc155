/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine that Bochs emulates for one load: its configuration, what its debugger is told, and
 * the disc that it boots from (Bochs cannot be handed a kernel). All of it is written into the
 * load's scratch folder.
 *
 *	struct bochs_machine machine = { .model = "zambezi", .cpus = 1, .quantum = 16, … };
 *	rc = bochs_machine_write_disc(&machine, bzimage, initramfs, scratch, err);
 *	rc = bochs_machine_write_files(&machine, "/scratch", console_fd, lines_fd, scratch, err);
 */
#ifndef RUNWAY_AGENT_BOCHS_MACHINE_H
#define RUNWAY_AGENT_BOCHS_MACHINE_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"

struct bochs_machine {
	const char *model;	 /* of Bochs's CPU models */
	const char *cpu_options; /* more of them, or "" */
	unsigned cpus;		 /* 1 or 2 */
	unsigned quantum;	 /* of Bochs without its debugger, which goes by five */
	bool steps;		 /* from the benchmark's mark on, turns of one instruction */
	bool trace;		 /* between the benchmark's marks, print what is executed */
	/* Instructions in a second of the machine's time, which drives every clock in it. */
	unsigned instructions_per_s;
	const char *firmware; /* folder with its BIOS, as the emulator sees it */
};

/* The part of the configuration that does not differ between loads: for the fingerprint too. */
void bochs_machine_describe(const struct bochs_machine *machine, struct buf *buf);

/* 0 when what makes and boots a disc is here, else a sentence on what to install. */
int bochs_machine_probe(struct err *err);

/* FOLDER/disc.iso with both files and the host kernel's command line. */
int bochs_machine_write_disc(const char *kernel, const char *initramfs,
			     const char *kernel_arguments, const char *folder, struct err *err);

/*
 * FOLDER/bochsrc and FOLDER/commands; inside: how the emulator calls the folder. The serial lines
 * go to these descriptors of the emulator's.
 */
int bochs_machine_write_files(const struct bochs_machine *machine, const char *inside,
			      int console_fd, int lines_fd, const char *folder, struct err *err);

#endif

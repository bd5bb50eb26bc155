/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every emulated host boots into, whatever emulates it: the initramfs with the build's
 * modules and the benchmark, and the words that its kernel is told.
 *
 *	rc = host_image_probe(err);
 *	rc = host_image_write(&spec, &vendor, spec.bench_arguments, path, err);
 */
#ifndef RUNWAY_AGENT_HOST_IMAGE_H
#define RUNWAY_AGENT_HOST_IMAGE_H

#include "agent/host-driver.h"
#include "lib/err.h"

/* clang-format off */
/*
 * The host kernel's command line, as far as it is the same everywhere.
 *	115200			Bochs keeps a line's time: a character at the 9600 baud of old takes 1 ms
 *	loglevel=5		warnings and worse: each character on a serial line costs an emulator time
 *	panic=-1 oops=panic	a dying kernel says so and resets, which ends the emulator
 *	nokaslr norandmaps	addresses are those of System.map, and the same in every boot
 *	randomize_kstack_offset=off	no random instructions on a system call's way in
 *	no_timer_check		the emulated timer works; do not wait for it to prove that
 *	tsc=reliable		no watchdog that compares clocks, and interrupts for it
 */
/* clang-format on */
#define HOST_IMAGE_KERNEL_ARGUMENTS                                                                \
	"console=ttyS0,115200 loglevel=5 panic=-1 oops=panic nokaslr norandmaps "                  \
	"randomize_kstack_offset=off no_timer_check tsc=reliable"

/* 0 when this machine has what the image needs, else a sentence on what to install. */
int host_image_probe(struct err *err);

/* A module as the host loads it, and which of the build's files it is (without ".ko"; NULL: the same
 * name). */
struct host_module {
	const char *name, *artifact;
};

/*
 * Writes the initramfs to path: /init, busybox, runway-bench with arguments (one line, without its
 * newline) and the modules, of which vendor ("kvm-amd", "kvm-intel") is one.
 */
int host_image_write(const struct load_spec *spec, const struct host_module *vendor,
		     const char *arguments, const char *path, struct err *err);

#endif

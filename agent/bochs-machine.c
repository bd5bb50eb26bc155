// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/bochs-machine.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

#define BOOT_LOADER "/usr/lib/ISOLINUX/isolinux.bin"
#define BOOT_LOADER_PART "/usr/lib/syslinux/modules/bios/ldlinux.c32"
#define FIRMWARE "BIOS-bochs-latest"
#define VGA_FIRMWARE "VGABIOS-lgpl-latest"
#define FILE_MAX_BYTES (64 << 10)
#define TEXT_MAX_BYTES 4096
#define DISC_LIMIT_MS 60000

/* Pairs of marks that the debugger answers: more than a run of the benchmark has workloads. */
#define MARKED_MAX 256
/* Commands to go on by turns of one instruction: hours, and a load is ended long before. */
#define STEPS_MAX 64

void bochs_machine_describe(const struct bochs_machine *machine, struct buf *buf)
{
	buf_printf(buf,
		   "cpu: model=%s, count=%u, quantum=%u, ips=%u, ignore_bad_msrs=1, "
		   /* A kernel resets by a triple fault, and that ends Bochs. */
		   "reset_on_triple_fault=0%s\n",
		   machine->model, machine->cpus, machine->quantum, machine->instructions_per_s,
		   machine->cpu_options);
	/* Time is instructions, and it is always the same day. */
	buf_puts(buf, "clock: sync=none, time0=1700000000\n"
		      "megs: 512\n"
		      "pci: enabled=1, chipset=i440fx\n");
}

int bochs_machine_probe(struct err *err)
{
	static const struct {
		const char *path, *package;
	} needed[] = {
		{ BOOT_LOADER, "isolinux" },	   { BOOT_LOADER_PART, "syslinux-common" },
		{ "/usr/share/bochs/" FIRMWARE, "bochsbios" },
		{ "/usr/share/bochs/" VGA_FIRMWARE, "vgabios" },
		{ "/usr/bin/xorriso", "xorriso" },
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (access(needed[i].path, R_OK) < 0)
			return err_set(err, -ENOENT, "There is no %s. Install the package %s.",
				       needed[i].path, needed[i].package);
	return 0;
}

static int put(const char *folder, const char *name, const struct buf *text, struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/%s", folder, name);

	return file_write(path, text->data, text->length, 0600, err);
}

static void keep_text(void *data, const char *bytes, size_t count)
{
	buf_append_some(data, bytes, count);
}

static int make_disc(const char *const *argv, struct err *err)
{
	/* Equal content, equal disc. */
	const char *environment[] = { "PATH=/usr/bin:/bin", "LANG=C",
				      "SOURCE_DATE_EPOCH=1700000000", NULL };
	CLEANUP(buf_release) struct buf output = BUF_INIT(TEXT_MAX_BYTES);
	struct proc_spec proc = { .argv = argv,
				  .environment = environment,
				  .time_limit_ms = DISC_LIMIT_MS,
				  .output = keep_text,
				  .data = &output };
	struct proc_result result;
	char how[128];
	int rc = proc_run(&proc, &result, err);

	if (rc < 0)
		return err_wrap(err, "Install the package xorriso");
	if (result.end == PROC_EXITED && !result.status)
		return 0;
	proc_describe(&result, how, sizeof(how));
	return err_set(err, -EIO, "xorriso %s: %.400s", how, output.data);
}

int bochs_machine_write_disc(const char *kernel, const char *initramfs,
			     const char *kernel_arguments, const char *folder, struct err *err)
{
	CLEANUP(free_ptr) char *disc = xasprintf("%s/disc.iso", folder);
	CLEANUP(free_ptr) char *menu_graft = xasprintf("isolinux.cfg=%s/isolinux.cfg", folder);
	CLEANUP(free_ptr) char *kernel_graft = xasprintf("kernel=%s", kernel);
	CLEANUP(free_ptr) char *initramfs_graft = xasprintf("initrd=%s", initramfs);
	CLEANUP(buf_release) struct buf menu = BUF_INIT(TEXT_MAX_BYTES);
	const char *argv[] = { "xorriso",
			       "-no_rc",
			       "-as",
			       "mkisofs",
			       "-quiet",
			       "-o",
			       disc,
			       "-b",
			       "isolinux.bin",
			       "-c",
			       "boot.cat",
			       "--set_all_file_dates",
			       "2023111422132000",
			       "-no-emul-boot",
			       "-boot-load-size",
			       "4",
			       "-boot-info-table",
			       "-graft-points",
			       "isolinux.bin=" BOOT_LOADER,
			       "ldlinux.c32=" BOOT_LOADER_PART,
			       menu_graft,
			       kernel_graft,
			       initramfs_graft,
			       NULL };
	int rc;

	buf_printf(&menu,
		   "default host\nprompt 0\ntimeout 0\nlabel host\n kernel kernel\n append "
		   "initrd=initrd %s\n",
		   kernel_arguments);
	rc = put(folder, "isolinux.cfg", &menu, err);
	return rc ? rc : make_disc(argv, err);
}

static int write_configuration(const struct bochs_machine *machine, const char *inside,
			       int console_fd, int lines_fd, const char *folder, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(FILE_MAX_BYTES);

	bochs_machine_describe(machine, &text);
	buf_printf(&text,
		   /* A screen that nobody looks at: Debian has no other without a window. */
		   "config_interface: textconfig\n"
		   "display_library: rfb, options=\"timeout=0, hideIPS\"\n"
		   "romimage: file=%s/" FIRMWARE "\n"
		   "vgaromimage: file=%s/" VGA_FIRMWARE "\n"
		   "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
		   "ata0-master: type=cdrom, path=%s/disc.iso, status=inserted\n"
		   "boot: cdrom\n"
		   "com1: enabled=1, mode=file, dev=/proc/self/fd/%d\n"
		   "com2: enabled=1, mode=file, dev=/proc/self/fd/%d\n"
		   "sound: waveoutdrv=dummy\n"
		   "speaker: enabled=0\n"
		   "mouse: enabled=0\n"
		   "private_colormap: enabled=0\n"
		   /* A hanging guest can make Bochs complain without end. */
		   "log: /dev/null\n"
		   "debug: action=ignore\n"
		   "info: action=ignore\n"
		   "error: action=ignore\n"
		   "panic: action=fatal\n"
		   "magic_break: enabled=%d\n",
		   machine->firmware, machine->firmware, inside, console_fd, lines_fd,
		   machine->trace || machine->steps);
	return put(folder, "bochsrc", &text, err);
}

/*
 * What the debugger reads instead of a person: go on, and at each mark switch the trace. "c" gives
 * each CPU five instructions a turn, whatever the quantum is; "step all" gives each one, more slowly.
 * It counts in 32 bits, which is two minutes of a sweep; when they are over the next command goes on.
 */
static int write_commands(const struct bochs_machine *machine, const char *folder, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(FILE_MAX_BYTES);

	for (unsigned i = 0; machine->trace && i < MARKED_MAX; i++)
		buf_puts(&text, "c\ntrace on\ntrace-mem on\nc\ntrace off\ntrace-mem off\n");
	buf_puts(&text, "c\n");
	for (unsigned i = 0; machine->steps && i < STEPS_MAX; i++)
		buf_puts(&text, "step all 4294967295\n");
	buf_puts(&text, "q\n");
	return put(folder, "commands", &text, err);
}

int bochs_machine_write_files(const struct bochs_machine *machine, const char *inside,
			      int console_fd, int lines_fd, const char *folder, struct err *err)
{
	int rc = write_configuration(machine, inside, console_fd, lines_fd, folder, err);

	return rc ? rc : write_commands(machine, folder, err);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/host-image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>

#include "agent/initramfs.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define BUSYBOX "/bin/busybox"

static int add_modules(struct initramfs *archive, const struct load_spec *spec,
		       const struct host_module *vendor, struct err *err)
{
	const struct host_module modules[] = { { "irqbypass", NULL },
						{ "kvm", NULL },
						*vendor,
						{ "runway-kick", NULL } };
	int rc = 0;

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]) && !rc; i++) {
		CLEANUP(free_ptr)
		char *from = xasprintf("%s/%s.ko", spec->artifacts,
				       modules[i].artifact ?: modules[i].name);
		CLEANUP(free_ptr) char *name = xasprintf("modules/%s.ko", modules[i].name);

		rc = initramfs_file(archive, name, from, 0644, err);
	}
	return rc;
}

int host_image_write(const struct load_spec *spec, const struct host_module *vendor,
		     const char *arguments, const char *path, struct err *err)
{
	static const char *const folders[] = {
		"bin", "dev", "etc", "modules", "proc", "sys", "tmp"
	};
	CLEANUP(initramfs_close) struct initramfs *archive = NULL;
	CLEANUP(free_ptr) char *line = xasprintf("%s\n", arguments);
	int rc = initramfs_create(path, &archive, err);

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && !rc; i++)
		rc = initramfs_folder(archive, folders[i], err);
	/* The kernel opens it before anything is mounted. */
	if (!rc)
		rc = initramfs_device(archive, "dev/console", 5, 1, 0600, err);
	if (!rc)
		rc = initramfs_file(archive, "init", spec->host_init, 0755, err);
	if (!rc)
		rc = initramfs_file(archive, "bin/busybox", BUSYBOX, 0755, err);
	if (!rc)
		rc = initramfs_file(archive, "bin/runway-bench", spec->bench, 0755, err);
	if (!rc)
		rc = initramfs_data(archive, "etc/runway-bench.args", line, strlen(line), 0644,
				    err);
	if (!rc)
		rc = add_modules(archive, spec, vendor, err);
	return rc ? rc : initramfs_finish(archive, err);
}

static void end_elf(Elf **elf)
{
	elf_end(*elf);
}

/* A busybox that needs shared libraries cannot be the only program of a host. */
int host_image_probe(struct err *err)
{
	CLEANUP(close_fd) int fd = open(BUSYBOX, O_RDONLY | O_CLOEXEC);
	CLEANUP(end_elf) Elf *elf = NULL;
	size_t count = 0;

	elf_version(EV_CURRENT);
	elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_getphdrnum(elf, &count))
		return err_set(err, -ENOENT,
			       "There is no " BUSYBOX ". Install the package busybox-static.");
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr header;

		if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_INTERP)
			return err_set(err, -ENOEXEC,
				       BUSYBOX
				       " is linked to shared libraries. Install the package "
				       "busybox-static in place of busybox.");
	}
	return 0;
}

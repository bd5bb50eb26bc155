// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/host-facts.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"

#define CPUINFO_MAX_BYTES (4 << 20)
#define ENTRIES_MAX 256
#define VALUE_MAX_BYTES 160

/* To add a module whose place the exact lane must know: its name here, sorted. */
static const char *const modules[] = { "irqbypass", "kvm", "kvm_amd", "kvm_intel", "runway_kick" };
static const char *const parameter_modules[] = { "kvm", "kvm_amd", "kvm_intel" };

const char *isa_name(enum isa isa)
{
	static const char *const names[] = { "svm", "vmx", "none" };

	return names[isa];
}

int host_facts_isa(const char *proc, enum isa *ret_isa, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CPUINFO_MAX_BYTES);
	char path[PATH_MAX], *flags, *flag;
	int rc;

	snprintf(path, sizeof(path), "%s/cpuinfo", proc);
	rc = file_read(path, &text, err);
	if (rc < 0)
		return rc;
	*ret_isa = ISA_NONE;
	flags = strstr(text.data, "\nflags");
	if (!flags)
		return 0;
	flags++;
	flags[strcspn(flags, "\n")] = '\0';
	while ((flag = strsep(&flags, " \t"))) {
		if (!strcmp(flag, "svm"))
			*ret_isa = ISA_SVM;
		else if (!strcmp(flag, "vmx"))
			*ret_isa = ISA_VMX;
	}
	return 0;
}

bool host_facts_has_pml(const char *sys)
{
	char path[PATH_MAX], value[VALUE_MAX_BYTES];

	snprintf(path, sizeof(path), "%s/module/kvm_intel/parameters/pml", sys);
	return !file_read_line(path, value, sizeof(value), NULL) && !strcmp(value, "Y");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_not_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

/* Adds each entry of a folder with its first line, by name, so that two runs print alike. */
static void add_values(const char *folder, const char *prefix, struct line *line)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_not_dots, by_name);

	for (int i = 0; i < count; i++) {
		char path[PATH_MAX], key[NAME_MAX + 32], value[VALUE_MAX_BYTES];

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		snprintf(key, sizeof(key), "%s%s", prefix, entries[i]->d_name);
		if (i < ENTRIES_MAX && !file_read_line(path, value, sizeof(value), NULL))
			line_text(line, key, value);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

void host_facts_parameters(const char *sys, struct line *line)
{
	line_object(line, "parameters");
	for (size_t i = 0; i < sizeof(parameter_modules) / sizeof(*parameter_modules); i++) {
		char folder[PATH_MAX], prefix[32];

		snprintf(folder, sizeof(folder), "%s/module/%s/parameters", sys,
			 parameter_modules[i]);
		snprintf(prefix, sizeof(prefix), "%s.", parameter_modules[i]);
		add_values(folder, prefix, line);
	}
	line_close(line, '}');
}

void host_facts_mitigations(const char *sys, struct line *line)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s/devices/system/cpu/vulnerabilities", sys);
	line_object(line, "mitigations");
	add_values(folder, "", line);
	line_close(line, '}');
}

int host_facts_send_modules(const char *sys, int fd)
{
	for (size_t i = 0; i < sizeof(modules) / sizeof(*modules); i++) {
		struct line line;
		char folder[PATH_MAX];
		int rc;

		snprintf(folder, sizeof(folder), "%s/module/%s/sections", sys, modules[i]);
		if (access(folder, R_OK) < 0)
			continue;
		line_open(&line, "module");
		line_text(&line, "name", modules[i]);
		line_object(&line, "sections");
		add_values(folder, "", &line);
		line_close(&line, '}');
		rc = line_send(&line, fd);
		if (rc < 0)
			return rc;
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/kbuild-reach.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define CMD_MAX_BYTES (1u << 20)
/* Where builds see the source tree. */
#define SOURCE "/src/"

/* What kvm.ko, its vendor modules and irqbypass.ko are made from, and nothing of vmlinux. */
static const char *const module_folders[] = { "arch/x86/kvm/", "virt/" };
/* Headers beyond these folders are found by dependencies, as long as they stay where they are. */
static const char *const header_folders[] = { "include/", "arch/x86/include/" };

static bool begins_with_one(const char *path, const char *const *folders, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strncmp(path, folders[i], strlen(folders[i])))
			return true;
	return false;
}

#define IS_BELOW(path, folders)                                                                    \
	begins_with_one(path, folders, sizeof(folders) / sizeof((folders)[0]))

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text);

	return length > strlen(end) && !strcmp(text + length - strlen(end), end);
}

void kbuild_reach_add(void *data, const char *path, bool in_place)
{
	struct kbuild_reach *reach = data;
	bool header = ends_with(path, ".h");
	bool code = header || ends_with(path, ".c") || ends_with(path, ".S");
	bool traceable = IS_BELOW(path, module_folders) ||
			 (header && in_place && IS_BELOW(path, header_folders));

	if (!code || !traceable) {
		reach->vmlinux = reach->kick_module = true;
		return;
	}
	ARRAY_GROW(reach->paths, reach->count, reach->capacity);
	reach->paths[reach->count++] = xasprintf(SOURCE "%s", path);
}

static int by_text(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Whether a .cmd file names one of the paths; its words end at blanks and at make's signs. */
static bool names_one(const struct kbuild_reach *reach, char *text)
{
	for (char *at = text; (at = strstr(at, SOURCE));) {
		char *word = at, held;
		bool found;

		at += strcspn(at, " \t\n\\);:");
		held = *at;
		*at = '\0';
		found = bsearch(&word, reach->paths, reach->count, sizeof(*reach->paths), by_text);
		*at = held;
		if (found)
			return true;
	}
	return false;
}

/* Whose object a .cmd file belongs to: KVM's modules are made again in any case. */
static int read_cmd(struct kbuild_reach *reach, const char *path, struct err *err)
{
	const char *below = path + strlen(reach->out) + 1;
	bool kick = !strncmp(below, "runway-kick/", strlen("runway-kick/"));
	CLEANUP(buf_release) struct buf text = BUF_INIT(CMD_MAX_BYTES);
	int rc;

	if (IS_BELOW(below, module_folders) || (kick ? reach->kick_module : reach->vmlinux))
		return 0;
	rc = file_read(path, &text, err);
	if (rc < 0 || !text.length || !names_one(reach, text.data))
		return rc;
	if (kick)
		reach->kick_module = true;
	else
		reach->vmlinux = true;
	return 0;
}

static void close_fts(FTS **fts)
{
	if (*fts)
		fts_close(*fts);
}

int kbuild_reach_decide(struct kbuild_reach *reach, struct err *err)
{
	char *const roots[] = { (char *)reach->out, NULL };
	CLEANUP(close_fts) FTS *fts = NULL;
	bool any = false;
	FTSENT *entry;
	int rc = 0;

	if (reach->vmlinux || !reach->count) {
		reach->kick_module |= reach->vmlinux;
		return 0;
	}
	qsort(reach->paths, reach->count, sizeof(*reach->paths), by_text);
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	if (!fts)
		return err_sys(err, -errno, "Cannot read %s", reach->out);
	while (!rc && (entry = fts_read(fts))) {
		if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP ||
		    !ends_with(entry->fts_name, ".cmd"))
			continue;
		any = true;
		rc = read_cmd(reach, entry->fts_path, err);
	}
	/* A base without any is none that can be gone by. */
	if (!rc && !any)
		reach->vmlinux = true;
	reach->kick_module |= reach->vmlinux;
	return rc;
}

void kbuild_reach_release(struct kbuild_reach *reach)
{
	for (size_t i = 0; i < reach->count; i++)
		free(reach->paths[i]);
	free_ptr(&reach->paths);
	reach->count = reach->capacity = 0;
}

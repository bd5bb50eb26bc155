// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/sandbox.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/cgroup.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

#define WATCH_EVERY_MS 2000
/* A kernel's folder has some tens of thousands. */
#define WATCH_FILES_MAX 500000
/* Of /tmp, which is memory. */
#define TMP_MAX_BYTES "1073741824"

struct argv {
	char **items;
	size_t count, capacity;
};

static void add(struct argv *argv, const char *text)
{
	ARRAY_GROW(argv->items, argv->count, argv->capacity);
	argv->items[argv->count++] = text ? xstrdup(text) : NULL;
}

static void add_all(struct argv *argv, const char *const *texts)
{
	for (; *texts; texts++)
		add(argv, *texts);
}

static void add_limit(struct argv *argv, const char *name, uint64_t value)
{
	CLEANUP(free_ptr) char *text = xasprintf("--%s=%" PRIu64, name, value);

	if (value)
		add(argv, text);
}

/* /bin, /lib … are links into /usr on a merged system and folders elsewhere. */
static void add_system_folder(struct argv *argv, const char *path)
{
	char target[256];
	struct stat status;
	ssize_t length;

	if (lstat(path, &status) < 0)
		return;
	if (!S_ISLNK(status.st_mode)) {
		add_all(argv, (const char *[]){ "--ro-bind", path, path, NULL });
		return;
	}
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return;
	target[length] = '\0';
	add_all(argv, (const char *[]){ "--symlink", target, path, NULL });
}

/* Joins its control groups before anything of the sandbox runs. */
static void add_join(struct argv *argv, const struct cgroup *group)
{
	add_all(argv, (const char *[]){ "sh", "-c",
					"for f; do shift; [ \"$f\" = -- ] && break; "
					"[ -z \"$f\" ] || echo 0 > \"$f/cgroup.procs\" || exit "
					"126; done; exec \"$@\"",
					"join", NULL });
	for (size_t i = 0; i < CGROUP_FOLDERS_MAX; i++)
		add(argv, group->folders[i]);
	add(argv, "--");
}

char **sandbox_argv(const struct sandbox_spec *spec, const struct cgroup *group)
{
	static const char *const fixed[] = { "bwrap",
					     "--unshare-all",
					     "--unshare-user",
					     "--die-with-parent",
					     "--new-session",
					     "--cap-drop",
					     "ALL",
					     "--clearenv",
					     "--uid",
					     "1000",
					     "--gid",
					     "1000",
					     "--hostname",
					     "runway",
					     "--ro-bind",
					     "/usr",
					     "/usr",
					     "--proc",
					     "/proc",
					     "--dev",
					     "/dev",
					     "--remount-ro",
					     "/dev",
					     "--size",
					     TMP_MAX_BYTES,
					     "--tmpfs",
					     "/tmp",
					     "--setenv",
					     "PATH",
					     "/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin",
					     "--setenv",
					     "HOME",
					     "/tmp",
					     "--setenv",
					     "LANG",
					     "C",
					     NULL };
	static const char *const system_folders[] = { "/bin",
						      "/sbin",
						      "/lib",
						      "/lib32",
						      "/lib64",
						      "/libx32",
						      "/etc/alternatives",
						      "/etc/ld.so.cache" };
	struct argv argv = { 0 };

	if (group)
		add_join(&argv, group);
	/* Limits are set by prlimit on itself, then inherited by all that it starts. */
	add(&argv, "prlimit");
	add_limit(&argv, "as", spec->memory_max_bytes);
	add_limit(&argv, "fsize", spec->file_max_bytes);
	add_limit(&argv, "nproc", spec->processes_max);
	add(&argv, "--core=0");
	add_all(&argv, fixed);
	if (spec->network)
		add(&argv, "--share-net");
	for (size_t i = 0; i < sizeof(system_folders) / sizeof(system_folders[0]); i++)
		add_system_folder(&argv, system_folders[i]);
	for (const struct sandbox_bind *bind = spec->binds; bind && bind->from; bind++)
		add_all(&argv, (const char *[]){ bind->writable ? "--bind" : "--ro-bind",
						 bind->from, bind->to, NULL });
	for (const char *const *entry = spec->environment; entry && *entry; entry++) {
		const char *equals = strchr(*entry, '=');
		CLEANUP(free_ptr) char *name = xstrndup(*entry, (size_t)(equals - *entry));

		add_all(&argv, (const char *[]){ "--setenv", name, equals + 1, NULL });
	}
	if (spec->folder)
		add_all(&argv, (const char *[]){ "--chdir", spec->folder, NULL });
	add(&argv, "--");
	add_all(&argv, spec->argv);
	add(&argv, NULL);
	return argv.items;
}

void sandbox_argv_free(char ***argv)
{
	for (char **item = *argv; item && *item; item++)
		free(*item);
	free(*argv);
	*argv = NULL;
}

/* nftw() passes no data; one sandbox runs at a time in an agent, and only its thread asks. */
static __thread uint64_t folder_bytes, folder_files;

static int add_size(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)path;
	(void)type;
	(void)where;
	folder_bytes += (uint64_t)status->st_blocks * 512;
	/* Names without bytes fill a disk as well; looking at all of them would take for ever. */
	return ++folder_files > WATCH_FILES_MAX;
}

struct watched {
	const struct sandbox_spec *spec;
	uint64_t next_look_ms;
	bool too_large, too_many;
};

static void pass_output(void *data, const char *bytes, size_t count)
{
	struct watched *watched = data;

	watched->spec->output(watched->spec->data, bytes, count);
}

static bool must_end(void *data)
{
	struct watched *watched = data;
	const struct sandbox_spec *spec = watched->spec;

	if (spec->cancelled && spec->cancelled(spec->data))
		return true;
	if (!spec->watch_folder || clock_ms() < watched->next_look_ms)
		return false;
	folder_bytes = folder_files = 0;
	nftw(spec->watch_folder, add_size, 32, FTW_PHYS | FTW_MOUNT);
	watched->next_look_ms = clock_ms() + WATCH_EVERY_MS;
	watched->too_large = folder_bytes > spec->watch_max_bytes;
	watched->too_many = folder_files > WATCH_FILES_MAX;
	return watched->too_large || watched->too_many;
}

int sandbox_run(const struct sandbox_spec *spec, struct proc_result *ret_result, struct err *err)
{
	CLEANUP(cgroup_remove) struct cgroup group = { 0 };
	bool grouped = !cgroup_create(spec->processes_max, spec->memory_max_bytes, &group);
	CLEANUP(sandbox_argv_free) char **argv = sandbox_argv(spec, grouped ? &group : NULL);
	struct watched watched = { .spec = spec, .next_look_ms = clock_ms() + WATCH_EVERY_MS };
	struct proc_spec proc = {
		.argv = (const char *const *)argv,
		.keep_fds = spec->keep_fds,
		.time_limit_ms = spec->time_limit_ms,
		.output = spec->output ? pass_output : NULL,
		.cancelled = must_end,
		.data = &watched,
	};
	int rc = proc_run(&proc, ret_result, err);

	if (!rc && watched.too_many)
		return err_set(err, -EDQUOT, "It made more than the %d files it may and was ended.",
			       WATCH_FILES_MAX);
	if (!rc && watched.too_large)
		return err_set(err, -EDQUOT,
			       "It wrote more than the %" PRIu64 " MiB it may and was ended.",
			       spec->watch_max_bytes >> 20);
	return rc;
}

static void keep_text(void *data, const char *bytes, size_t count)
{
	buf_append_some(data, bytes, count);
}

int sandbox_probe(struct err *err)
{
	CLEANUP(buf_release) struct buf output = BUF_INIT(512);
	const char *argv[] = { "true", NULL };
	struct sandbox_spec spec = {
		.argv = argv, .time_limit_ms = 10000, .output = keep_text, .data = &output
	};
	struct proc_result result;
	char how[128];
	int rc = sandbox_run(&spec, &result, err);

	if (rc < 0)
		return err_wrap(err, "Install the package bubblewrap");
	if (result.end == PROC_EXITED && !result.status)
		return 0;
	proc_describe(&result, how, sizeof(how));
	return err_set(err, -EPERM,
		       "bubblewrap %s: %s. Patches are built only inside it; allow user namespaces "
		       "(sysctl kernel.unprivileged_userns_clone=1) or run the agent as root.",
		       how, output.data);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/kbuild.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/build-log.h"
#include "agent/code-hash.h"
#include "agent/kbuild-internal.h"
#include "agent/kbuild-reach.h"
#include "agent/sandbox.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

#define BUILD_LIMIT_MS (30ull * 60 * 1000)
#define BUILD_MEMORY_BYTES (4ull << 30)
#define BUILD_FILE_BYTES (512ull << 20)
#define BUILD_FOLDER_BYTES (4ull << 30)
#define BUILD_PROCESSES 512
#define ARTIFACT_MAX_BYTES (128u << 20)
/* Counts up when what is built, or how, changes in a way the key's other parts do not show. */
#define KEY_FORMAT "runway-build-1"

/* To add a file that a build gives: one row, its name and where the build leaves it. */
static const struct {
	const char *name, *path;
} products[] = {
	{ "System.map", "System.map" },
	{ "bzImage", "arch/x86/boot/bzImage" },
	{ "config", ".config" },
	{ "irqbypass.ko", "virt/lib/irqbypass.ko" },
	{ "kvm-amd.ko", "arch/x86/kvm/kvm-amd.ko" },
	{ "kvm-intel.ko", "arch/x86/kvm/kvm-intel.ko" },
	{ "kvm.ko", "arch/x86/kvm/kvm.ko" },
	{ "runway-kick.ko", "runway-kick/runway-kick.ko" },
};

const char *const kbuild_artifacts[] = { "System.map",	 "bzImage",	   "config",
					 "irqbypass.ko", "kvm-amd.ko",	   "kvm-intel.ko",
					 "kvm.ko",	 "runway-kick.ko", NULL };

/* What is hashed to tell identical code; vmlinux.o is vmlinux before kallsyms puts names into it.
 */
static const char *const hashed[] = { "vmlinux.o",  "irqbypass.ko", "kvm.ko",
				      "kvm-amd.ko", "kvm-intel.ko", NULL };

/* Files whose text decides what a build is, below resources. To add one: a row. */
static const char *const inputs[] = { "kernel-configs/host.config", "kernel-configs/kvm.config",
				      "workloads/kick/Kbuild", "workloads/kick/runway-kick.c",
				      "workloads/kick/runway-kick.h" };

static const char configure_script[] =
	"set -e\n"
	"make -s -C /src O=/out tinyconfig\n"
	"/src/scripts/kconfig/merge_config.sh -m -O /out /out/.config /configs/host.config "
	"/configs/kvm.config > /out/merge.log\n"
	"make -s -C /src O=/out olddefconfig\n";

/* With KERNEL=1 all of it; else only KVM's modules, which is what most patches reach, and the kick
 * module when KICK=1. make looks at as much of the tree as it is asked for. */
const char kbuild_make_script[] =
	"set -e\n"
	"if [ \"$KERNEL\" = 1 ]; then\n"
	"	make -s -C /src O=/out olddefconfig\n"
	"	make -s -C /src O=/out -j\"$JOBS\" bzImage modules\n"
	"else\n"
	"	make -s -C /src O=/out -j\"$JOBS\" virt/lib/irqbypass.ko arch/x86/kvm/kvm.ko "
	"arch/x86/kvm/kvm-amd.ko arch/x86/kvm/kvm-intel.ko\n"
	"fi\n"
	"[ \"$KICK\" = 1 ] || exit 0\n"
	"rm -rf /out/runway-kick\n"
	"cp -r /kick /out/runway-kick\n"
	"make -s -C /src O=/out M=/out/runway-kick modules\n";

static void tell_phase(const struct kbuild_watch *watch, const char *phase)
{
	if (watch->phase)
		watch->phase(watch->data, phase);
}

static void keep_text(void *data, const char *bytes, size_t count)
{
	buf_append_some(data, bytes, count);
}

static int tool_version(struct sha256 *hash, const char *tool, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
	const char *argv[] = { tool, "--version", NULL };
	struct proc_spec spec = {
		.argv = argv, .time_limit_ms = 10000, .output = keep_text, .data = &text
	};
	struct proc_result result;
	int rc = proc_run(&spec, &result, err);

	if (rc < 0)
		return rc;
	text.data[strcspn(text.data, "\n")] = '\0';
	sha256_add_text(hash, text.data);
	return 0;
}

int kbuild_key(const struct kbuild *kbuild, const struct source_variant *variant,
	       char ret_key[SHA256_HEX_BYTES], struct err *err)
{
	struct sha256 hash;
	int rc;

	sha256_begin(&hash);
	sha256_add_text(&hash, KEY_FORMAT);
	sha256_add_text(&hash, variant->tree);
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		CLEANUP(free_ptr) char *path = xasprintf("%s/%s", kbuild->resources, inputs[i]);
		CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);

		rc = file_read(path, &text, err);
		if (rc < 0)
			return rc;
		sha256_add_text(&hash, text.data);
	}
	rc = kbuild->posted ? kbuild_posted_key(kbuild, &hash, err) : 0;
	if (!rc)
		rc = tool_version(&hash, "gcc", err);
	if (!rc)
		rc = tool_version(&hash, "ld", err);
	if (rc < 0)
		return err_wrap(err, "The compiler is needed to build kernels");
	sha256_end(&hash, ret_key);
	return 0;
}

int kbuild_run_step(const struct kbuild *kbuild, const struct kbuild_step *step,
		    struct build_log *log, struct err *err)
{
	CLEANUP(free_ptr) char *configs = xasprintf("%s/kernel-configs", kbuild->resources);
	CLEANUP(free_ptr) char *kick = xasprintf("%s/workloads/kick", kbuild->resources);
	CLEANUP(free_ptr) char *jobs = xasprintf("JOBS=%u", kbuild->jobs);
	const char *argv[] = { "sh", "-c", step->script, NULL };
	const char *environment[] = { jobs, step->kernel ? "KERNEL=1" : "KERNEL=0",
				      step->kick ? "KICK=1" : "KICK=0",
				      "KBUILD_BUILD_TIMESTAMP=2000-01-01",
				      "KBUILD_BUILD_USER=runway", "KBUILD_BUILD_HOST=runway",
				      "KBUILD_BUILD_VERSION=1", "CCACHE_DIR=/ccache",
				      "CCACHE_TEMPDIR=/tmp", "CCACHE_NOSTATS=1",
				      /* kbuild has every compile write down its dependencies, so
				       * none needs the preprocessor run first. */
				      "CCACHE_DEPEND=1", "CCACHE_NOHASHDIR=1", "CCACHE_MAXSIZE=2G",
				      step->may_fill_ccache ? NULL : "CCACHE_READONLY=1", NULL };
	struct sandbox_bind binds[] = {
		{ source_worktree(kbuild->source), "/src", false },
		{ step->out, "/out", true },
		{ kbuild->ccache, "/ccache", step->may_fill_ccache },
		{ configs, "/configs", false },
		{ kick, "/kick", false },
		{ NULL, NULL, false },
	};
	struct sandbox_spec spec = {
		.argv = argv,
		.binds = binds,
		.environment = environment,
		.folder = "/out",
		.time_limit_ms = BUILD_LIMIT_MS,
		.memory_max_bytes = BUILD_MEMORY_BYTES,
		.file_max_bytes = BUILD_FILE_BYTES,
		.processes_max = BUILD_PROCESSES,
		.watch_folder = step->out,
		.watch_max_bytes = BUILD_FOLDER_BYTES,
		.output = build_log_add,
		.cancelled = build_log_cancelled,
		.data = log,
	};
	struct proc_result result;
	int rc = sandbox_run(&spec, &result, err);

	if (rc == -EDQUOT) /* the build's own doing, not this machine's */
		return build_log_fail(log, "%s", err->text);
	if (rc < 0)
		return rc;
	if (result.end == PROC_CANCELLED && !build_log_too_long(log))
		return err_set(err, -ECANCELED, "The build was cancelled.");
	build_log_judge(log, &result);
	return 0;
}

/* cp keeps times, so make sees the copy as up to date as the original. */
static int copy_folder(const char *from, const char *to, struct err *err)
{
	CLEANUP(free_ptr) char *contents = xasprintf("%s/.", from);
	CLEANUP(buf_release) struct buf text = BUF_INIT(512);
	const char *argv[] = { "cp", "-a", "--reflink=auto", contents, to, NULL };
	struct proc_spec spec = {
		.argv = argv, .time_limit_ms = 300000, .output = keep_text, .data = &text
	};
	struct proc_result result;
	int rc = proc_run(&spec, &result, err);

	if (!rc && (result.end != PROC_EXITED || result.status))
		return err_set(err, -EIO, "Cannot copy %s to %s: %s", from, to, text.data);
	return rc;
}

static int fresh_folder(const char *path, struct err *err)
{
	int rc = file_remove_tree(path, err);

	return rc < 0 ? rc : file_make_folder(path, 0755, err);
}

int kbuild_copy_fresh(const char *from, const char *to, struct err *err)
{
	int rc = fresh_folder(to, err);

	return rc < 0 ? rc : copy_folder(from, to, err);
}

/* Builds the base into its own folder unless it is there. Sets log's failure when it does not
 * build. */
static int build_base(const struct kbuild *kbuild, const struct source_variant *base,
		      const char *out, const struct kbuild_watch *watch, struct build_log *log,
		      struct err *err)
{
	CLEANUP(free_ptr) char *partial = xasprintf("%s.partial", out);
	static const char *const scripts[] = { configure_script, kbuild_make_script };
	int rc;

	if (access(out, F_OK) == 0)
		return 0;
	tell_phase(watch, "base");
	rc = source_switch(kbuild->source, base, err);
	if (!rc)
		rc = fresh_folder(partial, err);
	for (size_t i = 0; !rc && !log->failed && i < 2; i++) {
		struct kbuild_step step = { scripts[i], partial, true, true, true };

		rc = kbuild_run_step(kbuild, &step, log, err);
	}
	if (rc < 0 || log->failed)
		return rc;
	return rename(partial, out) < 0 ? err_sys(err, -errno, "Cannot rename %s", partial) : 0;
}

int kbuild_collect_one(const char *out, const char *path, const char *to, const char *name,
		       struct build_log *log)
{
	CLEANUP(free_ptr) char *copy = xasprintf("%s/%s", to, name);
	struct err why = ERR_INIT;
	CLEANUP(close_fd) int fd = file_open_beneath(out, path, &why);

	if (fd < 0 || file_copy_fd(fd, copy, 0644, ARTIFACT_MAX_BYTES, &why) < 0)
		return build_log_fail(log, "The build gave no usable %s (%s).", path, why.text);
	return 0;
}

/* Takes the products out of a folder that a hostile Makefile wrote, into one of ours. */
static int collect(const char *out, const char *to, struct build_log *log, struct err *err)
{
	int rc = fresh_folder(to, err);

	for (size_t i = 0; !rc && !log->failed && i < sizeof(products) / sizeof(products[0]); i++)
		rc = kbuild_collect_one(out, products[i].path, to, products[i].name, log);
	if (!rc && !log->failed)
		rc = kbuild_collect_one(out, "vmlinux.o", to, "vmlinux.o", log);
	return rc;
}

static int find_reach(const struct kbuild *kbuild, const struct source_variant *variant,
		      const char *base_out, struct kbuild_step *step, struct err *err)
{
	CLEANUP(kbuild_reach_release) struct kbuild_reach reach = KBUILD_REACH_INIT(base_out);
	int rc = source_changes(kbuild->source, variant, kbuild_reach_add, &reach, err);

	if (!rc)
		rc = kbuild_reach_decide(&reach, err);
	step->kernel = reach.vmlinux;
	step->kick = reach.kick_module;
	return rc;
}

static int build_variant(const struct kbuild *kbuild, const struct source_variant *variant,
			 const char *base_out, const char *out, const struct kbuild_watch *watch,
			 struct build_log *log, struct err *err)
{
	struct kbuild_step step = { kbuild_make_script, out, false, true, true };
	int rc;

	tell_phase(watch, "source");
	rc = find_reach(kbuild, variant, base_out, &step, err);
	if (!rc)
		rc = source_switch(kbuild->source, variant, err);
	if (!rc)
		rc = kbuild_copy_fresh(base_out, out, err);
	if (rc < 0)
		return rc;
	tell_phase(watch, "compile");
	return kbuild_run_step(kbuild, &step, log, err);
}

static int finish(const char *out, const char *products_folder, struct build_log *log,
		  struct kbuild_result *result, struct err *err)
{
	struct err why = ERR_INIT;
	int rc = log->failed ? 0 : collect(out, products_folder, log, err);

	if (!rc && !log->failed &&
	    code_hash(products_folder, hashed, result->code_sha256, &why) < 0)
		build_log_fail(log, "The build's objects cannot be read: %s", why.text);
	result->built = !rc && !log->failed;
	result->warnings = log->warnings;
	snprintf(result->sentence, sizeof(result->sentence), "%s",
		 log->failed ? log->sentence : "");
	return rc;
}

/* copy_of: the base's own folder is not built in again; NULL: out is the variant's. */
static int make_posted(const struct kbuild *kbuild, const struct source_variant *variant,
		       const char *copy_of, const char *out, const char *to, struct build_log *log,
		       struct kbuild_result *result, struct err *err)
{
	int rc = copy_of ? kbuild_copy_fresh(copy_of, out, err) : 0;

	if (!rc)
		rc = kbuild_posted_make(kbuild, variant, out, copy_of != NULL, to, log, err);
	if (rc < 0 || !log->failed)
		return rc;
	result->built = false;
	snprintf(result->sentence, sizeof(result->sentence), "%s", log->sentence);
	return 0;
}

int kbuild_run(const struct kbuild *kbuild, const struct source_variant *base,
	       const struct source_variant *variant, const struct kbuild_watch *watch,
	       struct kbuild_result *ret_result, struct err *err)
{
	CLEANUP(free_ptr) char *out = xasprintf("%s/variant", kbuild->folder);
	CLEANUP(free_ptr) char *products_folder = xasprintf("%s/products", kbuild->folder);
	struct build_log log = { .watch = watch };
	struct kbuild_result result = { 0 };
	char base_key[SHA256_HEX_BYTES];
	uint64_t began = clock_ms();
	bool is_base = !strcmp(base->tree, variant->tree);
	/* Its folder is the same with and without what is made from it on top. */
	struct kbuild plain = *kbuild;
	int rc;

	plain.posted = false;
	rc = kbuild_key(&plain, base, base_key, err);

	if (rc < 0)
		return rc;
	CLEANUP(free_ptr) char *base_out = xasprintf("%s/base-%.16s", kbuild->folder, base_key);
	rc = build_base(kbuild, base, base_out, watch, &log, err);
	if (!rc && log.failed && !is_base)
		return err_set(err, -EIO, "The base does not build: %s", log.sentence);
	if (!rc && !is_base)
		rc = build_variant(kbuild, variant, base_out, out, watch, &log, err);
	if (!rc) {
		tell_phase(watch, "collect");
		rc = finish(is_base ? base_out : out, products_folder, &log, &result, err);
	}
	if (!rc && kbuild->posted && result.built)
		rc = make_posted(kbuild, variant, is_base ? base_out : NULL, out, products_folder,
				 &log, &result, err);
	if (rc < 0)
		return rc;
	snprintf(result.folder, sizeof(result.folder), "%s", products_folder);
	result.duration_ms = clock_ms() - began;
	*ret_result = result;
	return 0;
}

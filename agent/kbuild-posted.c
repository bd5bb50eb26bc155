// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kvm-intel.ko as Bochs 3.0 can run it: the tree of the build and one small patch of Runway's own on
 * top, which is in the key of the build.
 */
#include <errno.h>
#include <string.h>

#include "agent/kbuild-internal.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define PATCH "kernel-configs/posted.mbox"
#define PATCH_MAX_BYTES (64 << 10)
#define FLAVOUR "posted-1"

static int read_patch(const struct kbuild *kbuild, struct buf *text, struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/" PATCH, kbuild->resources);

	return file_read(path, text, err);
}

int kbuild_posted_key(const struct kbuild *kbuild, struct sha256 *hash, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(PATCH_MAX_BYTES);
	int rc = read_patch(kbuild, &text, err);

	if (rc < 0)
		return rc;
	sha256_add_text(hash, FLAVOUR);
	sha256_add_text(hash, text.data);
	return 0;
}

/* What source_apply() says is meant for who sent a series; this one is ours. */
static int refuse(struct build_log *log, const struct err *why)
{
	const char *advice = strstr(why->text, " Rebase the series");

	return build_log_fail(log,
			      "Runway's own " PATCH ", which the lane posted needs, does not apply "
			      "to this tree: %.*s Leave that lane out, or mend the patch.",
			      advice ? (int)(advice - why->text) : 300, why->text);
}

int kbuild_posted_make(const struct kbuild *kbuild, const struct source_variant *variant,
		       const char *out, bool may_fill_ccache, const char *to,
		       struct build_log *log, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(PATCH_MAX_BYTES);
	struct kbuild_step step = { .script = kbuild_make_script,
				    .out = out,
				    .may_fill_ccache = may_fill_ccache };
	struct source_variant patched;
	struct err why = ERR_INIT;
	int rc = read_patch(kbuild, &text, err);

	if (rc < 0)
		return rc;
	rc = source_apply(kbuild->source, variant, text.data, text.length, &patched, &why);
	if (rc == -EINVAL || rc == -ESTALE)
		return refuse(log, &why);
	if (rc < 0)
		return err_set(err, rc, "%s", why.text);
	rc = source_switch(kbuild->source, &patched, err);
	if (!rc)
		rc = kbuild_run_step(kbuild, &step, log, err);
	if (rc < 0 || log->failed)
		return rc;
	return kbuild_collect_one(out, "arch/x86/kvm/kvm-intel.ko", to, KBUILD_POSTED_ARTIFACT, log);
}

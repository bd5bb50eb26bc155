/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between kbuild.c, which builds a tree, and kbuild-posted.c, which makes one module of it anew. */
#ifndef RUNWAY_AGENT_KBUILD_INTERNAL_H
#define RUNWAY_AGENT_KBUILD_INTERNAL_H

#include "agent/build-log.h"
#include "agent/kbuild.h"
#include "lib/sha256.h"

/* Run by sh; the base's output folder is new, a variant's is a copy of the base's. */
struct kbuild_step {
	const char *script;
	const char *out;
	bool may_fill_ccache;
	bool kernel, kick; /* what kbuild_make_script makes beside KVM's modules */
};

extern const char kbuild_make_script[];

/* All return 0 with log's failure set when it is the build's own, < 0 for this machine's. */
int kbuild_run_step(const struct kbuild *kbuild, const struct kbuild_step *step,
		    struct build_log *log, struct err *err);
/* Takes out/path, which a hostile Makefile may have written, as to/name. */
int kbuild_collect_one(const char *out, const char *path, const char *to, const char *name,
		       struct build_log *log);

/* Empties `to` and fills it with what `from` holds, times included. */
int kbuild_copy_fresh(const char *from, const char *to, struct err *err);

/* What makes a build with KBUILD_POSTED_ARTIFACT another one than the same without. */
int kbuild_posted_key(const struct kbuild *kbuild, struct sha256 *hash, struct err *err);
/* out: a folder in which the variant has just been built; the work tree is switched. */
int kbuild_posted_make(const struct kbuild *kbuild, const struct source_variant *variant,
		       const char *out, bool may_fill_ccache, const char *to,
		       struct build_log *log, struct err *err);

#endif

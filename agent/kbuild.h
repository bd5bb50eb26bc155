/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds a variant's kernel, its KVM modules and the kick module, in a sandbox.
 *
 *	struct kbuild kbuild = { .source = source, .folder = "/var/lib/runway/build",
 *				 .ccache = "/var/cache/runway/ccache", .resources = "…", .jobs = 2 };
 *	rc = kbuild_key(&kbuild, &variant, key, err);		// known before anything is compiled
 *	rc = kbuild_run(&kbuild, &base, &variant, &watch, &result, err);
 *
 * The base is built once per tree, configuration and compiler and kept; a variant starts from a
 * copy of that, so make compiles just what its patches reach, and nothing that a patch's Makefile
 * writes outlives the variant. ccache is shared: the base fills it, variants can only read it.
 */
#ifndef RUNWAY_AGENT_KBUILD_H
#define RUNWAY_AGENT_KBUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/source.h"
#include "lib/err.h"
#include "lib/sha256.h"

struct kbuild {
	struct source *source;
	const char *folder; /* ours, absolute: base output folders, the variant's output */
	const char *ccache; /* absolute, exists; other agents may use it at the same time */
	const char *resources; /* holds kernel-configs/ and workloads/kick/ */
	unsigned jobs;	       /* make -j */
	bool posted;	       /* KBUILD_POSTED_ARTIFACT is made too */
};

/* Who wants to know how it goes. Any may be NULL. */
struct kbuild_watch {
	void (*phase)(void *data, const char *phase); /* "source", "base", "compile", "collect" */
	void (*output)(void *data, const char *bytes, size_t count);
	bool (*cancelled)(void *data);
	void *data;
};

struct kbuild_result {
	bool built;
	char sentence[512]; /* when not built: why, for the submitter */
	char code_sha256[SHA256_HEX_BYTES];
	char folder[4096]; /* holds the files of kbuild_artifacts[]; valid until the next run */
	unsigned warnings;
	uint64_t duration_ms;
};

/* Names of the files a build gives (docs/formats.md), NULL-ended. */
extern const char *const kbuild_artifacts[];
/*
 * kvm-intel.ko once more, with posted-interrupt descriptors as Bochs 3.0 wants them: made from the
 * same tree and kernel-configs/posted.mbox, for the base and variants alike.
 */
#define KBUILD_POSTED_ARTIFACT "kvm-intel-posted.ko"

int kbuild_key(const struct kbuild *kbuild, const struct source_variant *variant,
	       char ret_key[SHA256_HEX_BYTES], struct err *err);

/* 0 with result.built true or false; < 0 for faults of this machine and -ECANCELED. */
int kbuild_run(const struct kbuild *kbuild, const struct source_variant *base,
	       const struct source_variant *variant, const struct kbuild_watch *watch,
	       struct kbuild_result *ret_result, struct err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a build would do, without its names: the hash of everything in its objects that is loaded
 * into memory (code, data, what relocations point at), leaving out symbol names, line numbers of
 * bug tables and build ids. Two builds with the same hash behave the same; renaming a function, a
 * type or an enumerator, or a comment, does not change it.
 *
 *	const char *objects[] = { "vmlinux.o", "arch/x86/kvm/kvm.ko", NULL };
 *	rc = code_hash(folder, objects, hex, err);
 *
 * The ELF files may come from a hostile build: every offset in them is checked (libelf) and sizes
 * are bounded.
 */
#ifndef RUNWAY_AGENT_CODE_HASH_H
#define RUNWAY_AGENT_CODE_HASH_H

#include "lib/err.h"
#include "lib/sha256.h"

/* objects: paths below folder, NULL-ended, hashed in this order. -EINVAL for what is no ELF file.
 */
int code_hash(const char *folder, const char *const *objects, char ret_hex[SHA256_HEX_BYTES],
	      struct err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells a patch by what it changes: the same id when only line numbers, blob names or its message
 * differ, as after a rebase over changes elsewhere. The notion of `git patch-id`, but white space
 * counts.
 *
 *	char id[SHA256_HEX_BYTES];
 *	patch_id(patch->diff, patch->diff_bytes, id);
 */
#ifndef RUNWAY_LIB_PATCH_ID_H
#define RUNWAY_LIB_PATCH_ID_H

#include <stddef.h>

#include "lib/sha256.h"

void patch_id(const char *diff, size_t bytes, char ret_id[SHA256_HEX_BYTES]);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Mails as users send them. */
#include "lib/mbox.h"
#include "lib/cleanup.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };
	struct err err = ERR_INIT;

	if (mbox_parse((const char *)data, bytes, &mbox, &err) < 0)
		return 0;
	/* What it gives out is text to its end. */
	for (size_t i = 0; i < mbox.count; i++)
		fuzz_require(strlen(mbox.patches[i].subject) < MBOX_MAX_BYTES &&
			     mbox.patches[i].diff[mbox.patches[i].diff_bytes] == '\0');
	return 0;
}

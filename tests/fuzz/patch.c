// SPDX-License-Identifier: GPL-2.0-or-later
/* A diff, and the file that it is applied to: "diff NUL file". */
#include <errno.h>

#include "agent/locate.h"
#include "lib/cleanup.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const uint8_t *split = bytes ? memchr(data, '\0', bytes) : NULL;
	size_t length = split ? (size_t)(split - data) : bytes;
	const char *before = split ? (const char *)split + 1 : "";
	size_t before_bytes = split ? bytes - length - 1 : 0;
	CLEANUP(diff_release) struct diff diff = { 0 };
	struct err err = ERR_INIT;

	if (diff_parse((const char *)data, length, &diff, &err) < 0)
		return 0;
	for (size_t i = 0; i < diff.count; i++) {
		CLEANUP(buf_release) struct buf after = BUF_INIT(1 << 20);
		struct locate_failure failure = { 0 };
		uint64_t budget = 1 << 20;
		const char *path =
			diff.files[i].new_path ? diff.files[i].new_path : diff.files[i].old_path;
		int rc;

		fuzz_require(path && diff_check_path(path, &err) == 0);
		rc = locate_apply(before, before_bytes, &diff.files[i], &budget, &after, &failure);
		fuzz_require(rc == 0 || rc == -ESTALE || rc == -EFBIG || rc == -EDQUOT);
		fuzz_require(rc != -ESTALE ||
			     (failure.hunk && failure.hunk <= diff.files[i].hunks_count));
	}
	return 0;
}

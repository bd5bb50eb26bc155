/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF files with the compiler's own DWARF and symbols, for tests: a source text becomes an object.
 */
#ifndef RUNWAY_AGENT_TEST_COMPILE_H
#define RUNWAY_AGENT_TEST_COMPILE_H

#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

/* Skips the test when there is no gcc. */
static inline void compile(const char *folder, const char *name, const char *source,
			   const char *option)
{
	CLEANUP(free_ptr) char *source_path = xasprintf("%s/%s.c", folder, name);
	CLEANUP(free_ptr) char *object_path = xasprintf("%s/%s", folder, name);
	const char *argv[] = { "gcc", option, "-c", "-o", object_path, source_path, NULL };
	struct proc_spec spec = { .argv = argv, .time_limit_ms = 30000 };
	struct proc_result result;

	assert_int_equal(file_write(source_path, source, strlen(source), 0600, NULL), 0);
	if (proc_run(&spec, &result, NULL) < 0) {
		print_message("gcc is not installed\n");
		skip();
	}
	assert_int_equal(result.end, PROC_EXITED);
	assert_int_equal(result.status, 0);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Error documents (RFC 9457) of the server, and documents printed as they are. */
#ifndef RUNWAY_CLI_PROBLEM_H
#define RUNWAY_CLI_PROBLEM_H

#include <stddef.h>

#include "cli/screen.h"
#include "lib/buf.h"
#include "lib/err.h"

/* The problem's detail, else its title, clean; free() it. NULL when data is no problem document. */
char *problem_detail(const char *data, size_t bytes);

/*
 * Prints a JSON document byte for byte as the server gave it (no number is rounded on the way), and
 * a newline. -EPROTO when it is no JSON. On a terminal, characters that it would act on are left
 * out.
 */
int document_print(const struct buf *document, const struct screen *screen, struct err *err);

#endif

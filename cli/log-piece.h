/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one event of a followed log says. */
#ifndef RUNWAY_CLI_LOG_PIECE_H
#define RUNWAY_CLI_LOG_PIECE_H

#include <stdint.h>

#include "lib/err.h"

struct log_piece {
	char *text;	 /* clean lines; NULL: it is the end */
	int64_t dropped; /* bytes that are gone before it */
};

int log_piece_decode(const char *data, struct log_piece *ret_piece, struct err *err);
void log_piece_release(struct log_piece *piece);

#endif

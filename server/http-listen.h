/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A listening socket from "127.0.0.1:8750" or "[::1]:0"; port 0 is whatever is free. */
#ifndef RUNWAY_SERVER_HTTP_LISTEN_H
#define RUNWAY_SERVER_HTTP_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

/* tls says what the URL begins with. */
int http_listen(const char *where, bool tls, int *ret_fd, char *ret_url, size_t url_bytes,
		struct err *err);

#endif

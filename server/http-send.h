/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands request->answer to libmicrohttpd; afterwards the answer is empty. */
#ifndef RUNWAY_SERVER_HTTP_SEND_H
#define RUNWAY_SERVER_HTTP_SEND_H

#include <microhttpd.h>

#include "server/request.h"

enum MHD_Result http_send(struct request *request);

#endif

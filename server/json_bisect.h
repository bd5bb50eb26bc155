/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bisections, asked for and told. */
#ifndef RUNWAY_SERVER_JSON_BISECT_H
#define RUNWAY_SERVER_JSON_BISECT_H

#include "server/bisect.h"
#include "server/json_write.h"
#include "server/series.h"

/* All but the source, which is in the path. */
int json_bisect_request(const struct buf *body, struct bisect_request *ret_request,
			struct err *err);

/* series: the bisected one. */
void json_bisection(struct json_writer *w, const struct bisection *bisection,
		    const struct bisect_state *state, const struct campaign *campaign,
		    const struct series *series);

#endif

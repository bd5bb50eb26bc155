/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several comparisons at once: Holm's step-down (Scandinavian Journal of Statistics 6, 1979).
 * Claiming all whose adjusted p is at most alpha makes even one false claim with a chance of at
 * most alpha, however the comparisons hang together.
 */
#ifndef RUNWAY_SERVER_STAT_FAMILY_H
#define RUNWAY_SERVER_STAT_FAMILY_H

#include "server/stat.h"

/* Each p times the number of those not smaller, made monotone, at most 1. */
void stat_holm(const double *p, size_t count, double *ret_adjusted);

#endif

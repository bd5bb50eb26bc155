/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rates of things that happen or do not: lost loads, false alarms. */
#ifndef RUNWAY_SERVER_STAT_COUNT_H
#define RUNWAY_SERVER_STAT_COUNT_H

#include "server/stat.h"

/* Clopper and Pearson's interval for a rate of which hits of count were seen: at 1 - alpha or more
 * for every true rate. (0, 1) when count is 0. */
struct stat_interval stat_rate_interval(unsigned hits, unsigned count, double alpha);

/* Fisher's exact test, two-sided: the chance of a table with these margins that is no more likely
 * than the one seen. Of hits_a of count_a against hits_b of count_b. */
double stat_fisher(unsigned hits_a, unsigned count_a, unsigned hits_b, unsigned count_b);
/* One-sided: the chance that a has this many hits or more when both rates are the same. */
double stat_fisher_more(unsigned hits_a, unsigned count_a, unsigned hits_b, unsigned count_b);

#endif

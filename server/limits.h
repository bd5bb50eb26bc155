/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many requests a second one address, or one token, may make: LIMITS_BURST_S seconds' worth at
 * once, then the rate itself.
 *
 *	wait_s = limits_take(limits, LIMIT_TOKEN, &token.id, sizeof(token.id), now_ms);
 *	if (wait_s) ...		// 429 with Retry-After
 *
 * The memory is bounded: where a place is wanted, who has been quiet for longest is forgotten, and
 * that one had its whole burst again anyway, unless thousands of others are busy.
 */
#ifndef RUNWAY_SERVER_LIMITS_H
#define RUNWAY_SERVER_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#define LIMITS_BURST_S 10

enum limit { LIMIT_ADDRESS, LIMIT_TOKEN, LIMIT_COUNT };

struct limits;
struct sockaddr;

/* Requests a second; 0: as many as they like. */
struct limits *limits_new(unsigned address_rate, unsigned token_rate);
void limits_free(struct limits *limits);

/* 0, or the seconds (at least 1) after which to try again. */
unsigned limits_take(struct limits *limits, enum limit which, const void *key, size_t bytes,
		     int64_t now_ms);
/* The same for an address: an IPv4 one, or the /64 that an IPv6 one is in. */
unsigned limits_take_address(struct limits *limits, const struct sockaddr *address, int64_t now_ms);

#endif

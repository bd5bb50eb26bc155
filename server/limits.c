// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/limits.h"

#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "lib/alloc.h"

#define SETS 1024
#define WAYS 8

/* The generic cell rate algorithm: one time for each, up to which what was asked for is paid. */
struct place {
	uint64_t key; /* 0: free */
	int64_t paid_us;
};

struct limits {
	pthread_mutex_t mutex;
	uint64_t seed;			  /* so that nobody can choose whose place to share */
	int64_t interval_us[LIMIT_COUNT]; /* of one request; 0: no limit */
	struct place places[SETS][WAYS];
};

struct limits *limits_new(unsigned address_rate, unsigned token_rate)
{
	struct limits *limits = xcalloc(1, sizeof(*limits));

	pthread_mutex_init(&limits->mutex, NULL);
	while (getrandom(&limits->seed, sizeof(limits->seed), 0) != sizeof(limits->seed))
		;
	limits->interval_us[LIMIT_ADDRESS] = address_rate ? 1000000 / address_rate : 0;
	limits->interval_us[LIMIT_TOKEN] = token_rate ? 1000000 / token_rate : 0;
	return limits;
}

void limits_free(struct limits *limits)
{
	if (!limits)
		return;
	pthread_mutex_destroy(&limits->mutex);
	free(limits);
}

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t hash(const struct limits *limits, enum limit which, const void *key, size_t bytes)
{
	uint64_t word = 0, state = mix(limits->seed + (uint64_t)which);

	memcpy(&word, key, bytes < sizeof(word) ? bytes : sizeof(word));
	state = mix(state ^ word);
	return state ? state : 1;
}

/* That of key, or else the one that is paid up to the earliest time: it loses least. */
static struct place *find_place(struct limits *limits, uint64_t key)
{
	struct place *set = limits->places[key % SETS], *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].paid_us < oldest->paid_us)
			oldest = &set[i];
	}
	*oldest = (struct place){ .key = key };
	return oldest;
}

unsigned limits_take(struct limits *limits, enum limit which, const void *key, size_t bytes,
		     int64_t now_ms)
{
	int64_t interval_us = limits->interval_us[which], now_us = now_ms * 1000, over_us;
	struct place *place;

	if (!interval_us)
		return 0;
	pthread_mutex_lock(&limits->mutex);
	place = find_place(limits, hash(limits, which, key, bytes));
	if (place->paid_us < now_us)
		place->paid_us = now_us;
	over_us = place->paid_us + interval_us - now_us - LIMITS_BURST_S * 1000000ll;
	if (over_us <= 0)
		place->paid_us += interval_us;
	pthread_mutex_unlock(&limits->mutex);
	return over_us <= 0 ? 0 : (unsigned)((over_us + 999999) / 1000000);
}

unsigned limits_take_address(struct limits *limits, const struct sockaddr *address, int64_t now_ms)
{
	struct sockaddr_in six_as_four = { 0 };

	if (!address)
		return 0;
	if (address->sa_family == AF_INET6) {
		const struct in6_addr *six = &((const struct sockaddr_in6 *)address)->sin6_addr;

		if (!IN6_IS_ADDR_V4MAPPED(six))
			return limits_take(limits, LIMIT_ADDRESS, six, 8, now_ms);
		memcpy(&six_as_four.sin_addr, six->s6_addr + 12, 4);
		address = (const struct sockaddr *)&six_as_four;
	} else if (address->sa_family != AF_INET) {
		return 0;
	}
	return limits_take(limits, LIMIT_ADDRESS, &((const struct sockaddr_in *)address)->sin_addr,
			   4, now_ms);
}

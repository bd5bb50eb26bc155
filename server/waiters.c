// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/waiters.h"

#include <microhttpd.h>
#include <pthread.h>

#include "lib/alloc.h"
#include "lib/list.h"

struct waiters {
	pthread_mutex_t mutex;
	struct waiter head; /* of a ring; the longest waiting is head.next */
	bool closed;
};

struct waiters *waiters_new(void)
{
	struct waiters *waiters = xcalloc(1, sizeof(*waiters));

	pthread_mutex_init(&waiters->mutex, NULL);
	waiters->head.next = waiters->head.previous = &waiters->head;
	return waiters;
}

void waiters_free(struct waiters *waiters)
{
	if (!waiters)
		return;
	pthread_mutex_destroy(&waiters->mutex);
	free(waiters);
}

/* With the mutex held. Once resumed, the request may end in another thread at any moment. */
static void wake(struct waiter *waiter)
{
	waiter->previous->next = waiter->next;
	waiter->next->previous = waiter->previous;
	MHD_resume_connection(waiter->connection);
}

void waiters_add(struct waiters *waiters, struct waiter *waiter)
{
	pthread_mutex_lock(&waiters->mutex);
	waiter->previous = waiters->head.previous;
	waiter->next = &waiters->head;
	waiter->previous->next = waiter;
	waiters->head.previous = waiter;
	if (waiters->closed)
		wake(waiter);
	pthread_mutex_unlock(&waiters->mutex);
}

bool waiters_any(struct waiters *waiters)
{
	bool any;

	pthread_mutex_lock(&waiters->mutex);
	any = waiters->head.next != &waiters->head;
	pthread_mutex_unlock(&waiters->mutex);
	return any;
}

void waiters_wake(struct waiters *waiters, const char *capability, const char *labels, size_t count)
{
	struct waiter *next;

	pthread_mutex_lock(&waiters->mutex);
	for (struct waiter *one = waiters->head.next; count && one != &waiters->head; one = next) {
		next = one->next;
		if (!list_has(one->capabilities, capability) ||
		    !list_has_all(one->labels, labels))
			continue;
		wake(one);
		count--;
	}
	pthread_mutex_unlock(&waiters->mutex);
}

static void wake_until(struct waiters *waiters, int64_t now_ms, bool close)
{
	struct waiter *next;

	pthread_mutex_lock(&waiters->mutex);
	waiters->closed |= close;
	for (struct waiter *one = waiters->head.next; one != &waiters->head; one = next) {
		next = one->next;
		if (close || one->deadline_ms <= now_ms)
			wake(one);
	}
	pthread_mutex_unlock(&waiters->mutex);
}

void waiters_wake_late(struct waiters *waiters, int64_t now_ms)
{
	wake_until(waiters, now_ms, false);
}

void waiters_close(struct waiters *waiters)
{
	wake_until(waiters, 0, true);
}

bool waiters_closed(struct waiters *waiters)
{
	bool closed;

	pthread_mutex_lock(&waiters->mutex);
	closed = waiters->closed;
	pthread_mutex_unlock(&waiters->mutex);
	return closed;
}

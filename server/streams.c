// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/streams.h"

#include <microhttpd.h>
#include <pthread.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/proc.h"

struct stream {
	struct stream *next, *previous; /* of those that are suspended */
	struct streams *streams;
	struct MHD_Connection *connection;
	stream_source *source;
	void *data;
	void (*release)(void *data);
	struct buf text; /* not sent yet */
	int64_t spoke_ms;
	bool over;
};

struct streams {
	pthread_mutex_t mutex;
	struct stream head;
	uint64_t
		generation; /* of what was committed: a stream that looked before must look again */
	unsigned count;
	bool closed;
};

struct streams *streams_new(void)
{
	struct streams *streams = xcalloc(1, sizeof(*streams));

	pthread_mutex_init(&streams->mutex, NULL);
	streams->head.next = streams->head.previous = &streams->head;
	return streams;
}

void streams_free(struct streams *streams)
{
	if (!streams)
		return;
	pthread_mutex_destroy(&streams->mutex);
	free(streams);
}

struct stream *stream_new(struct streams *streams, struct MHD_Connection *connection,
			  stream_source *source, void *data, void (*release)(void *data))
{
	struct stream *stream = NULL;

	pthread_mutex_lock(&streams->mutex);
	if (streams->count < STREAMS_MAX) {
		streams->count++;
		stream = xcalloc(1, sizeof(*stream));
	}
	pthread_mutex_unlock(&streams->mutex);
	if (!stream) {
		release(data);
		return NULL;
	}
	stream->streams = streams;
	stream->connection = connection;
	stream->source = source;
	stream->data = data;
	stream->release = release;
	stream->text = BUF_INIT(STREAM_TEXT_MAX);
	stream->spoke_ms = (int64_t)clock_ms();
	return stream;
}

void stream_free(void *data)
{
	struct stream *stream = data;

	if (!stream)
		return;
	pthread_mutex_lock(&stream->streams->mutex);
	stream->streams->count--;
	pthread_mutex_unlock(&stream->streams->mutex);
	stream->release(stream->data);
	buf_release(&stream->text);
	free(stream);
}

/* With the mutex held. Once resumed, the stream may end in its own thread at any moment. */
static void wake(struct stream *stream)
{
	stream->previous->next = stream->next;
	stream->next->previous = stream->previous;
	MHD_resume_connection(stream->connection);
}

static void wait_for_more(struct stream *stream, uint64_t generation)
{
	struct streams *streams = stream->streams;

	MHD_suspend_connection(stream->connection);
	pthread_mutex_lock(&streams->mutex);
	stream->previous = streams->head.previous;
	stream->next = &streams->head;
	stream->previous->next = stream;
	streams->head.previous = stream;
	/* Something was committed between the look and the wait. */
	if (streams->generation != generation || streams->closed)
		wake(stream);
	pthread_mutex_unlock(&streams->mutex);
}

static uint64_t look_at(struct streams *streams, bool *ret_closed)
{
	uint64_t generation;

	pthread_mutex_lock(&streams->mutex);
	generation = streams->generation;
	*ret_closed = streams->closed;
	pthread_mutex_unlock(&streams->mutex);
	return generation;
}

ssize_t stream_read(void *data, uint64_t position, char *bytes, size_t max_bytes)
{
	struct stream *stream = data;
	uint64_t generation;
	size_t count;
	bool closed;

	(void)position;
	if (!stream->text.length) {
		generation = look_at(stream->streams, &closed);
		if (stream->over || closed)
			return MHD_CONTENT_READER_END_OF_STREAM;
		stream->over = !stream->source(stream->data, &stream->text);
		/* A comment keeps proxies from closing, and finds out who left. */
		if (!stream->text.length && (int64_t)clock_ms() - stream->spoke_ms >= KEEP_ALIVE_MS)
			buf_puts(&stream->text, ":\n\n");
		if (!stream->text.length && stream->over)
			return MHD_CONTENT_READER_END_OF_STREAM;
		if (!stream->text.length) {
			wait_for_more(stream, generation);
			return 0;
		}
	}
	count = stream->text.length < max_bytes ? stream->text.length : max_bytes;
	memcpy(bytes, stream->text.data, count);
	buf_consume(&stream->text, count);
	stream->spoke_ms = (int64_t)clock_ms();
	return (ssize_t)count;
}

/* Those that are silent since before; all when it is INT64_MAX. */
static void wake_silent(struct streams *streams, int64_t before_ms, bool changed, bool close)
{
	struct stream *next;

	pthread_mutex_lock(&streams->mutex);
	streams->generation += changed;
	streams->closed |= close;
	for (struct stream *one = streams->head.next; one != &streams->head; one = next) {
		next = one->next;
		if (one->spoke_ms <= before_ms)
			wake(one);
	}
	pthread_mutex_unlock(&streams->mutex);
}

void streams_wake(struct streams *streams)
{
	wake_silent(streams, INT64_MAX, true, false);
}

void streams_wake_late(struct streams *streams, int64_t now_ms)
{
	wake_silent(streams, now_ms - KEEP_ALIVE_MS, false, false);
}

void streams_close(struct streams *streams)
{
	wake_silent(streams, INT64_MAX, true, true);
}

unsigned streams_count(struct streams *streams)
{
	unsigned count;

	pthread_mutex_lock(&streams->mutex);
	count = streams->count;
	pthread_mutex_unlock(&streams->mutex);
	return count;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers that go on: Server-Sent Events. A stream has no thread; it is suspended until something
 * was committed or KEEP_ALIVE_MS went by, and then asks its source what is new.
 *
 *	struct stream *stream = stream_new(server->streams, more, data, free);	// NULL: too many
 *	answer->stream = stream;		// http_send() makes it the body
 *	streams_wake(server->streams);		// something was committed
 *
 * A source appends to text what is new, and returns false when nothing will follow; it is called in
 * the thread of the connection.
 */
#ifndef RUNWAY_SERVER_STREAMS_H
#define RUNWAY_SERVER_STREAMS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/buf.h"

#define STREAMS_MAX 256
#define STREAM_PIECE_BYTES (16 << 10)
#define STREAM_TEXT_MAX (1 << 20)
#define KEEP_ALIVE_MS 15000

struct MHD_Connection;
struct streams;
struct stream;

typedef bool stream_source(void *data, struct buf *text);

struct streams *streams_new(void);
void streams_free(struct streams *streams);

struct stream *stream_new(struct streams *streams, struct MHD_Connection *connection,
			  stream_source *source, void *data, void (*release)(void *data));
void stream_free(void *stream);
/* libmicrohttpd's content reader. */
ssize_t stream_read(void *stream, uint64_t position, char *bytes, size_t max_bytes);

void streams_wake(struct streams *streams);
void streams_wake_late(struct streams *streams, int64_t now_ms);
/* Ends all, and whatever is opened from now on. */
void streams_close(struct streams *streams);
unsigned streams_count(struct streams *streams);

#endif

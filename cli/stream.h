/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Server-Sent Events, read as they come in.
 *
 *	static bool take(void *data, const char *event, const char *text) { … return true; }
 *	CLEANUP(stream_release) struct stream stream = STREAM_INIT(take, data);
 *	stream_feed(&stream, bytes, count);
 *
 * last_id is what a client that comes back sends as Last-Event-ID. An event that is longer than
 * STREAM_EVENT_MAX_BYTES ends the stream.
 */
#ifndef RUNWAY_CLI_STREAM_H
#define RUNWAY_CLI_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"

#define STREAM_EVENT_MAX_BYTES (4 << 20)
#define STREAM_ID_MAX_BYTES 256

struct stream {
	/* false: no more is wanted. event is "message" when it has no name. */
	bool (*take)(void *data, const char *event, const char *text);
	void *data;
	bool ended; /* take() said so */
	struct buf line, event, text, id, last_id;
};

#define STREAM_INIT(take_, data_)                                                                  \
	((struct stream){ .take = (take_),                                                         \
			  .data = (data_),                                                         \
			  .line = BUF_INIT(STREAM_EVENT_MAX_BYTES),                                \
			  .event = BUF_INIT(STREAM_ID_MAX_BYTES),                                  \
			  .text = BUF_INIT(STREAM_EVENT_MAX_BYTES),                                \
			  .id = BUF_INIT(STREAM_ID_MAX_BYTES),                                     \
			  .last_id = BUF_INIT(STREAM_ID_MAX_BYTES) })

void stream_release(struct stream *stream);

/* Forgets a half-read event, keeps last_id: for another connection. */
void stream_restart(struct stream *stream);

/* false when the stream is to end. */
bool stream_feed(struct stream *stream, const char *bytes, size_t count);

#endif

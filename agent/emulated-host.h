/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running emulator and its two serial lines, watched until the load is over: what every emulated
 * host driver shares, whatever emulates.
 *
 *	rc = emulated_host_start(&spec, argv, &pipes, &host, err);
 *	rc = emulated_host_watch(host, &outcome, err);	// 0 with a status, < 0 the machine's own fault
 *	emulated_host_stop(host);
 */
#ifndef RUNWAY_AGENT_EMULATED_HOST_H
#define RUNWAY_AGENT_EMULATED_HOST_H

#include "agent/bochs-trace.h"
#include "agent/console.h"
#include "agent/host-driver.h"
#include "agent/vcpu-threads.h"
#include "lib/proc.h"

#define EMULATOR_TEXT_MAX_BYTES (16 << 10)

/* The ends of the serial lines' pipes that the emulator writes to, under these numbers. */
struct serial_pipes {
	int console_read, console_write;
	int lines_read, lines_write;
};

#define SERIAL_PIPES_INIT ((struct serial_pipes){ -1, -1, -1, -1 })

int serial_pipes_open(struct serial_pipes *ret_pipes, struct err *err);
void serial_pipes_close(struct serial_pipes *pipes);

struct host {
	struct load_spec spec;
	struct proc emulator;
	struct serial_pipes pipes;
	struct console console;
	struct buf text; /* what the emulator itself said, on stderr */
	char *paths;	 /* exact lane: where the plugin writes; NULL otherwise */
	/* Exact lane of an emulator whose debugger prints what it executes: takes its output, text
	 * gets the rest. NULL otherwise. */
	struct bochs_trace *trace;
	/* What an emulator says, in its last words, when the kernel in it made it end; NULL: it
	 * ends with status 0 then. */
	const char *reset_words;
	struct vcpu_threads threads;
	/* What the lines said so far. */
	size_t decoded_bytes; /* of outcome->lines */
	bool booted, ended, ended_ok, flooded;
	char last_workload[96];
	char module_failure[256];
	char guest_failure[448];
	uint64_t began_ms, last_byte_ms, ended_ms;
	/* At the last "begin" line. */
	uint64_t rep_began_ms;
	uint64_t rep_delays_ns[VCPU_THREADS_MAX];
};

/* Starts argv, which writes to pipes' write ends; takes the pipes over. spec's strings stay the
 * caller's. */
int emulated_host_start(const struct load_spec *spec, const char *const *argv,
			struct serial_pipes *pipes, struct host **ret_host, struct err *err);

/* Until the end mark and the emulator's own end, or a limit, or cancelled(). */
int emulated_host_watch(struct host *host, struct load_outcome *outcome, struct err *err);

/* Ends everything that runs and frees the host; accepts NULL. */
void emulated_host_stop(struct host *host);

/* emulated-verdict.c: from what was seen to a status and a sentence. */
enum watch_end {
	WATCH_EMULATOR_ENDED,
	WATCH_ENDED, /* end mark, though the emulator had to be stopped */
	WATCH_LIMIT,
	WATCH_SILENCE,
	WATCH_FLOOD,
};
int emulated_host_judge(const struct host *host, enum watch_end end,
			const struct proc_result *result, struct load_outcome *outcome,
			struct err *err);

#endif

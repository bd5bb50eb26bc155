// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/emulated-host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/json-bench.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define POLL_MS 100
/* After the end mark: to power off, and to write down what the plugin saw. */
#define POWER_OFF_GRACE_MS 3000
#define STOP_GRACE_MS 3000
/* So that a guest that prints is not slowed down by us. */
#define PIPE_BYTES (1 << 20)
#define DELAYS_MAX 10000
#define CHUNK_BYTES 65536

static int open_pipe(int *ret_read, int *ret_write, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, -errno, "Cannot create a pipe for a serial line");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	/* Only a wish: an unprivileged user may have used up his pages. */
	fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
	*ret_read = ends[0];
	*ret_write = ends[1];
	return 0;
}

int serial_pipes_open(struct serial_pipes *ret_pipes, struct err *err)
{
	struct serial_pipes pipes = SERIAL_PIPES_INIT;
	int rc = open_pipe(&pipes.console_read, &pipes.console_write, err);

	if (!rc)
		rc = open_pipe(&pipes.lines_read, &pipes.lines_write, err);
	if (rc < 0)
		serial_pipes_close(&pipes);
	else
		*ret_pipes = pipes;
	return rc;
}

void serial_pipes_close(struct serial_pipes *pipes)
{
	close_fd(&pipes->console_read);
	close_fd(&pipes->console_write);
	close_fd(&pipes->lines_read);
	close_fd(&pipes->lines_write);
}

/* proc_start() only asks whether there is somewhere for the output to go; it is read below. */
static void ignore_output(void *data, const char *bytes, size_t count)
{
	(void)data;
	(void)bytes;
	(void)count;
}

int emulated_host_start(const struct load_spec *spec, const char *const *argv,
			struct serial_pipes *pipes, struct host **ret_host, struct err *err)
{
	const int keep_fds[] = { pipes->console_write, pipes->lines_write, -1 };
	const struct proc_spec proc = { .argv = argv,
					.keep_fds = keep_fds,
					.output = ignore_output };
	struct host *host = xcalloc(1, sizeof(*host));
	int rc;

	host->spec = *spec;
	host->emulator = PROC_INIT;
	host->text = BUF_INIT(EMULATOR_TEXT_MAX_BYTES);
	console_init(&host->console);
	host->pipes = *pipes;
	*pipes = SERIAL_PIPES_INIT;
	host->began_ms = host->last_byte_ms = clock_ms();
	rc = proc_start(&proc, &host->emulator, err);
	if (rc < 0) {
		emulated_host_stop(host);
		return rc;
	}
	fcntl(host->emulator.output_fd, F_SETPIPE_SZ, PIPE_BYTES);
	/* So that the lines end when the emulator does. */
	close_fd(&host->pipes.console_write);
	close_fd(&host->pipes.lines_write);
	*ret_host = host;
	return 0;
}

void emulated_host_stop(struct host *host)
{
	if (!host)
		return;
	proc_release(&host->emulator);
	serial_pipes_close(&host->pipes);
	console_release(&host->console);
	buf_release(&host->text);
	bochs_trace_free(&host->trace);
	free_ptr(&host->paths);
	free_ptr(&host);
}

static bool is_smp(const struct host *host)
{
	return !strcmp(host->spec.lane, "smp");
}

static void rep_begins(struct host *host)
{
	if (!is_smp(host))
		return;
	if (!host->threads.count) {
		if (!vcpu_threads_find("/proc", host->emulator.pid, &host->threads))
			return;
		/* Not pinned, they wait more and more repetitions are dropped; no reason to give up. */
		vcpu_threads_pin(&host->threads);
	}
	host->rep_began_ms = clock_ms();
	vcpu_threads_delays("/proc", &host->threads, host->rep_delays_ns);
}

static void rep_ends(struct host *host, const struct bench_line *line, struct load_outcome *outcome)
{
	uint64_t now[VCPU_THREADS_MAX];
	struct rep_delay *delay;

	if (!host->threads.count || !host->rep_began_ms || outcome->delays_count == DELAYS_MAX)
		return;
	vcpu_threads_delays("/proc", &host->threads, now);
	outcome->delays =
		xreallocarray(outcome->delays, outcome->delays_count + 1, sizeof(*outcome->delays));
	delay = &outcome->delays[outcome->delays_count++];
	*delay = (struct rep_delay){ .rep = line->rep,
				     .wall_ns = (clock_ms() - host->rep_began_ms) * 1000000 };
	memcpy(delay->workload, line->workload, sizeof(delay->workload));
	memcpy(delay->pass, line->pass, sizeof(delay->pass));
	for (unsigned i = 0; i < host->threads.count; i++)
		if (now[i] > host->rep_delays_ns[i] &&
		    now[i] - host->rep_delays_ns[i] > delay->run_delay_ns)
			delay->run_delay_ns = now[i] - host->rep_delays_ns[i];
	host->rep_began_ms = 0;
}

static void see_line(struct host *host, const struct bench_line *line, struct load_outcome *outcome)
{
	switch (line->type) {
	case BENCH_BOOT:
		host->booted = true;
		break;
	case BENCH_INSMOD:
		if (!line->ok && !host->module_failure[0])
			snprintf(host->module_failure, sizeof(host->module_failure),
				 "The module %s did not load: %s", line->module,
				 line->error[0] ? line->error : "no reason given");
		break;
	case BENCH_BEGIN:
		snprintf(host->last_workload, sizeof(host->last_workload), "%s (%s, repetition %u)",
			 line->workload, line->pass, line->rep);
		rep_begins(host);
		break;
	case BENCH_REP:
		rep_ends(host, line, outcome);
		break;
	case BENCH_FAIL:
		if (!host->guest_failure[0])
			snprintf(host->guest_failure, sizeof(host->guest_failure),
				 "%s%sthe guest failed (%s): %s", line->workload,
				 line->workload[0] ? ": " : "", line->fail.what, line->fail.detail);
		break;
	case BENCH_END:
		host->ended = true;
		host->ended_ok = line->ok;
		host->ended_ms = clock_ms();
		break;
	case BENCH_MODULE:
	case BENCH_SITE:
	case BENCH_OTHER:
		break;
	}
}

static void decode_lines(struct host *host, struct load_outcome *outcome)
{
	const char *at = outcome->lines.data + host->decoded_bytes;
	const char *end = outcome->lines.data + outcome->lines.length;
	CLEANUP(free_ptr) struct bench_line *line = xcalloc(1, sizeof(*line));

	/* Only what ends in a newline is a line yet. */
	while (end > at && end[-1] != '\n')
		end--;
	while (bench_line_next(&at, end, line))
		see_line(host, line, outcome);
	if (at > outcome->lines.data + host->decoded_bytes)
		host->decoded_bytes = (size_t)(at - outcome->lines.data);
}

enum stream { STREAM_CONSOLE, STREAM_LINES, STREAM_TEXT, STREAMS };

static int *stream_fd(struct host *host, enum stream stream)
{
	int *const fds[] = { &host->pipes.console_read, &host->pipes.lines_read,
			     &host->emulator.output_fd };

	return fds[stream];
}

/* Reads what is there; false when there is nothing more for now, or for ever (then it is closed).
 */
static bool read_stream(struct host *host, enum stream stream, struct load_outcome *outcome)
{
	int *fd = stream_fd(host, stream);
	char chunk[CHUNK_BYTES];
	ssize_t got = *fd < 0 ? -1 : read(*fd, chunk, sizeof(chunk));

	if (*fd < 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
		return false;
	if (got <= 0) {
		close_fd(fd);
		return false;
	}
	switch (stream) {
	case STREAM_CONSOLE:
		console_add(&host->console, chunk, (size_t)got);
		break;
	case STREAM_LINES:
		if (buf_append_some(&outcome->lines, chunk, (size_t)got) < (size_t)got)
			host->flooded = true;
		decode_lines(host, outcome);
		break;
	default:
		if (host->trace)
			bochs_trace_add(host->trace, chunk, (size_t)got, &host->text);
		else
			buf_append_some(&host->text, chunk, (size_t)got);
		return true;
	}
	host->last_byte_ms = clock_ms();
	return true;
}

static void wait_for_bytes(struct host *host)
{
	struct pollfd watch[STREAMS + 1];

	for (enum stream stream = 0; stream < STREAMS; stream++)
		watch[stream] = (struct pollfd){ *stream_fd(host, stream), POLLIN, 0 };
	watch[STREAMS] = (struct pollfd){ host->emulator.pidfd, POLLIN, 0 };
	poll(watch, STREAMS + 1, POLL_MS);
}

/* What is still in the pipes of an emulator that has ended: bounded by the pipes' size. */
static void read_rest(struct host *host, struct load_outcome *outcome)
{
	for (enum stream stream = 0; stream < STREAMS; stream++)
		for (unsigned i = 0; i < 2 * PIPE_BYTES / 4096 && !host->flooded; i++)
			if (!read_stream(host, stream, outcome))
				break;
}

static bool is_over(const struct host *host, enum watch_end *ret_end)
{
	uint64_t now = clock_ms();

	if (host->flooded)
		*ret_end = WATCH_FLOOD;
	else if (host->ended && now - host->ended_ms > POWER_OFF_GRACE_MS)
		*ret_end = WATCH_ENDED;
	else if (!host->ended && now - host->began_ms > host->spec.limit_ms)
		*ret_end = WATCH_LIMIT;
	else if (!host->ended && now - host->last_byte_ms > host->spec.silence_ms)
		*ret_end = WATCH_SILENCE;
	else
		return false;
	return true;
}

/*
 * Asks the emulator itself to end, so that it writes down what the plugin saw: the process that was
 * started may be a sandbox around it, which would just take it away.
 */
static void stop_politely(struct host *host, struct proc_result *ret_result)
{
	if (!host->threads.emulator)
		vcpu_threads_find("/proc", host->emulator.pid, &host->threads);
	if (host->threads.emulator && !kill(host->threads.emulator, SIGTERM))
		proc_wait(&host->emulator, STOP_GRACE_MS, ret_result);
}

int emulated_host_watch(struct host *host, struct load_outcome *outcome, struct err *err)
{
	struct proc_result result = { 0 };
	enum watch_end end = WATCH_EMULATOR_ENDED;

	while (!proc_wait(&host->emulator, 0, &result)) {
		wait_for_bytes(host);
		for (enum stream stream = 0; stream < STREAMS; stream++)
			read_stream(host, stream, outcome);
		if (host->spec.cancelled && host->spec.cancelled(host->spec.data))
			return err_set(err, -ECANCELED, "The load was cancelled.");
		if (is_over(host, &end)) {
			if (end == WATCH_ENDED)
				stop_politely(host, &result);
			break;
		}
	}
	/* The output of one that still runs (it passed a limit) has been read long enough. */
	if (end == WATCH_EMULATOR_ENDED || end == WATCH_ENDED)
		read_rest(host, outcome);
	outcome->duration_ms = (host->ended ? host->ended_ms : clock_ms()) - host->began_ms;
	return emulated_host_judge(host, end, &result, outcome, err);
}

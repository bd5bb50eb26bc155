// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

#define STOP_GRACE_MS 2000
#define POLL_MS 200

uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Between fork and exec: only async-signal-safe calls. Reports errno through report_fd. */
static void child_exec(const struct proc_spec *spec, char *const *environment, const char *path,
		       int output, int report_fd)
{
	int null_fd = open("/dev/null", O_RDWR);
	sigset_t none;
	int code;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(null_fd, 0) < 0 || dup2(output >= 0 ? output : null_fd, 1) < 0 || dup2(1, 2) < 0)
		goto fail;
	if (null_fd > 2)
		close(null_fd);
	for (const int *keep = spec->keep_fds; keep && *keep >= 0; keep++)
		if (fcntl(*keep, F_SETFD, 0) < 0)
			goto fail;
	if (spec->folder && chdir(spec->folder) < 0)
		goto fail;
	execvpe(path, (char *const *)spec->argv, environment);
fail:
	code = errno;
	if (write(report_fd, &code, sizeof(code)) < 0)
		_exit(126);
	_exit(127);
}

int proc_start(const struct proc_spec *spec, struct proc *ret_proc, struct err *err)
{
	CLEANUP(free_ptr)
	char *path_entry = xasprintf("PATH=%s", getenv("PATH") ?: "/usr/sbin:/usr/bin:/sbin:/bin");
	CLEANUP(free_ptr) char *home_entry = xasprintf("HOME=%s", getenv("HOME") ?: "/");
	char *const plain[] = { path_entry, home_entry, (char *)"LANG=C", NULL };
	char *const *environment = spec->environment ? (char *const *)spec->environment : plain;
	CLEANUP(close_fd) int output_read = -1;
	CLEANUP(close_fd) int output_write = -1;
	CLEANUP(close_fd) int report_read = -1;
	CLEANUP(close_fd) int report_write = -1;
	int ends[2], code = 0;
	ssize_t got;
	pid_t pid;

	if (spec->output) {
		if (pipe2(ends, O_CLOEXEC) < 0)
			return err_sys(err, -errno, "Cannot create a pipe for %s", spec->argv[0]);
		output_read = ends[0];
		output_write = ends[1];
		fcntl(output_read, F_SETFL, O_NONBLOCK);
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, -errno, "Cannot create a pipe for %s", spec->argv[0]);
	report_read = ends[0];
	report_write = ends[1];

	pid = fork();
	if (pid < 0)
		return err_sys(err, -errno, "Cannot start %s", spec->argv[0]);
	if (pid == 0)
		child_exec(spec, environment, spec->argv[0], output_write, report_write);
	setpgid(pid, pid);
	close_fd(&report_write);
	do {
		got = read(report_read, &code, sizeof(code));
	} while (got < 0 && errno == EINTR);
	if (got == (ssize_t)sizeof(code)) {
		waitpid(pid, NULL, 0);
		return err_sys(err, -code, "Cannot run %s", spec->argv[0]);
	}
	ret_proc->pid = pid;
	ret_proc->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	ret_proc->output_fd = TAKE_FD(output_read);
	if (ret_proc->pidfd < 0) {
		code = errno;
		proc_release(ret_proc);
		return err_sys(err, -code, "Cannot watch %s", spec->argv[0]);
	}
	fcntl(ret_proc->pidfd, F_SETFD, FD_CLOEXEC);
	return 0;
}

static void fill_result(int status, struct proc_result *ret_result)
{
	ret_result->end = WIFSIGNALED(status) ? PROC_SIGNALLED : PROC_EXITED;
	ret_result->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

bool proc_wait(struct proc *proc, uint64_t limit_ms, struct proc_result *ret_result)
{
	struct pollfd watch = { .fd = proc->pidfd, .events = POLLIN };
	uint64_t end = clock_ms() + limit_ms;
	int status;

	for (;;) {
		uint64_t now = clock_ms();
		pid_t got = waitpid(proc->pid, &status, WNOHANG);

		if (got == proc->pid) {
			/* Whatever it left running in its group goes with it. */
			kill(-proc->pid, SIGKILL);
			proc->pid = -1;
			fill_result(status, ret_result);
			return true;
		}
		if (now >= end)
			return false;
		poll(&watch, 1, (int)(end - now));
	}
}

static void stop(struct proc *proc, struct proc_result *ret_result)
{
	kill(-proc->pid, SIGTERM);
	if (proc_wait(proc, STOP_GRACE_MS, ret_result))
		return;
	kill(-proc->pid, SIGKILL);
	while (!proc_wait(proc, 1000, ret_result))
		;
}

void proc_release(struct proc *proc)
{
	struct proc_result ignored;

	if (proc->pid > 0)
		stop(proc, &ignored);
	close_fd(&proc->pidfd);
	close_fd(&proc->output_fd);
}

/* Hands on what can be read now; false at the end of the output. */
static bool drain(const struct proc_spec *spec, int fd)
{
	char chunk[65536];
	ssize_t got = read(fd, chunk, sizeof(chunk));

	if (got > 0)
		spec->output(spec->data, chunk, (size_t)got);
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* The child has ended: read what is still in the pipe, but wait for no grandchild that kept it
 * open. */
static void drain_rest(const struct proc_spec *spec, int fd)
{
	char chunk[65536];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		spec->output(spec->data, chunk, (size_t)got);
}

int proc_run(const struct proc_spec *spec, struct proc_result *ret_result, struct err *err)
{
	CLEANUP(proc_release) struct proc proc = PROC_INIT;
	uint64_t began = clock_ms();
	struct proc_result result = { 0 };
	int rc = proc_start(spec, &proc, err);
	bool output_open = spec->output != NULL;

	if (rc < 0)
		return rc;
	for (;;) {
		struct pollfd watch[2] = { { .fd = proc.pidfd, .events = POLLIN },
					   { .fd = output_open ? proc.output_fd : -1,
					     .events = POLLIN } };

		poll(watch, 2, POLL_MS);
		if (watch[1].revents)
			output_open = drain(spec, proc.output_fd);
		if ((watch[0].revents & POLLIN) && proc_wait(&proc, 0, &result))
			break;
		if (spec->time_limit_ms && clock_ms() - began >= spec->time_limit_ms) {
			stop(&proc, &result);
			result.end = PROC_TIMED_OUT;
			break;
		}
		if (spec->cancelled && spec->cancelled(spec->data)) {
			stop(&proc, &result);
			result.end = PROC_CANCELLED;
			break;
		}
	}
	if (output_open)
		drain_rest(spec, proc.output_fd);
	result.duration_ms = clock_ms() - began;
	*ret_result = result;
	return 0;
}

void proc_describe(const struct proc_result *result, char *ret_text, size_t bytes)
{
	switch (result->end) {
	case PROC_EXITED:
		snprintf(ret_text, bytes, "exited with %d", result->status);
		break;
	case PROC_SIGNALLED:
		snprintf(ret_text, bytes, "was killed by signal %d (%s)", result->status,
			 strsignal(result->status));
		break;
	case PROC_TIMED_OUT:
		snprintf(ret_text, bytes, "ran past its limit of time and was ended after %llu s",
			 (unsigned long long)(result->duration_ms / 1000));
		break;
	case PROC_CANCELLED:
		snprintf(ret_text, bytes, "was cancelled");
		break;
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SVM hosts without hardware: QEMU's TCG emulates SVM (nested paging, no next-RIP saving, no
 * AVIC). Lane "exact": one CPU, virtual time counts instructions, exit-path.so records the paths.
 * Lane "smp": two CPUs on two threads.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <x86intrin.h>

#include "agent/emulated-host.h"
#include "agent/host-image.h"
#include "agent/sandbox.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define EMULATOR "qemu-system-x86_64"
#define MEMORY_MIB "512"
/* Address space: the host's memory, translated code, threads. */
#define SANDBOX_MEMORY_MAX_BYTES (6ull << 30)
/* The plugin's output. */
#define SANDBOX_FILE_MAX_BYTES (192ull << 20)

/* What every lane is started with. */
static const char *const arguments_common[] = {
	"-nodefaults", "-nic", "none", "-no-reboot", "-display", "none", "-no-user-config",
	"-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
	/* Vendor AMD with SVM. What TCG lacks of an EPYC it says on stderr, and leaves out. */
	"-machine", "pc", "-cpu", "EPYC,+svm", "-m", MEMORY_MIB,
	/* The same clock and the same random numbers in every boot. */
	"-rtc", "base=2020-01-01,clock=vm", "-seed", "1",
	/* Threads get names by which their run-queue delay is found. */
	"-name", "runway,debug-threads=on", NULL
};

static const char *const arguments_exact[] = {
	"-smp", "1", "-accel", "tcg,thread=single",
	/* Loads the kernel in a third of the instructions that SeaBIOS takes. */
	"-bios", "qboot.rom",
	/* Instructions drive the clock, 8 ns each: a kernel's boot-time calibration loops, which
	 * wait for time to pass, take an eighth of the instructions that they would at 1 ns. What
	 * is measured is counted in instructions and does not depend on it. */
	"-icount", "shift=3,sleep=off", NULL
};

static const char *const arguments_smp[] = {
	/* One core a socket: SeaBIOS's MP table, by which a kernel without ACPI finds its
	 * processors, names the first core of each socket. (qboot's leaves the second deaf to
	 * interrupts.) */
	"-smp", "2,sockets=2,cores=1,threads=1", "-accel", "tcg,thread=multi", NULL
};

/* What all hosts are told; see also host_tsc_khz(). */
static const char kernel_arguments[] = HOST_IMAGE_KERNEL_ARGUMENTS;

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/*
 * Ticks of this machine's TSC in a millisecond: on two threads an emulated TSC is the real one. A
 * kernel without ACPI has only the PIT to find that out, and when a thread is late in reading it
 * gives the TSC up, and high-resolution timers with it; so it is told. (Virtual time is never
 * late.)
 */
static uint64_t host_tsc_khz(void)
{
	uint64_t began_ns, now_ns, began_ticks, best_khz = 0;

	/* A thread that is put aside between two reads spoils a try upwards or downwards, seldom
	 * two. */
	for (int try = 0; try < 5; try++) {
		uint64_t khz;

		began_ns = monotonic_ns();
		began_ticks = __rdtsc();
		do {
			now_ns = monotonic_ns();
		} while (now_ns - began_ns < 10000000);
		khz = (__rdtsc() - began_ticks) * 1000000 / (now_ns - began_ns);
		if (best_khz && (khz > best_khz ? khz - best_khz : best_khz - khz) * 1000 < khz)
			return khz;
		best_khz = khz;
	}
	return best_khz;
}

static bool is_exact(const char *lane)
{
	return !strcmp(lane, "exact");
}

struct arguments {
	char **items;
	size_t count, capacity;
};

static void arguments_free(struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		free(arguments->items[i]);
	free_ptr(&arguments->items);
}

static void add(struct arguments *arguments, char *owned)
{
	ARRAY_GROW(arguments->items, arguments->count, arguments->capacity);
	arguments->items[arguments->count++] = owned;
}

static void add_all(struct arguments *arguments, const char *const *texts)
{
	for (; *texts; texts++)
		add(arguments, xstrdup(*texts));
}

/* In an option of QEMU a comma ends a value unless it is doubled. */
static char *escape_commas(const char *text)
{
	char *escaped = xcalloc(2 * strlen(text) + 1, 1), *to = escaped;

	for (; *text; text++) {
		if (*text == ',')
			*to++ = ',';
		*to++ = *text;
	}
	return escaped;
}

static void add_serial(struct arguments *arguments, const char *id, unsigned set, int fd)
{
	add(arguments, xstrdup("-add-fd"));
	add(arguments, xasprintf("fd=%d,set=%u", fd, set));
	add(arguments, xstrdup("-chardev"));
	/* append: a pipe cannot be truncated. */
	add(arguments, xasprintf("file,id=%s,path=/dev/fdset/%u,append=on", id, set));
	add(arguments, xstrdup("-serial"));
	add(arguments, xasprintf("chardev:%s", id));
}

/* Where the emulator finds its files: ours, or their places in the sandbox. */
struct places {
	const char *emulator, *artifacts, *scratch, *plugin;
};

static struct arguments emulator_arguments(const struct places *places, const char *lane,
					   const struct serial_pipes *pipes)
{
	struct arguments arguments = { 0 };
	CLEANUP(free_ptr) char *plugin = escape_commas(places->plugin);
	CLEANUP(free_ptr) char *scratch = escape_commas(places->scratch);

	add(&arguments, xstrdup(places->emulator));
	add_all(&arguments, arguments_common);
	add_all(&arguments, is_exact(lane) ? arguments_exact : arguments_smp);
	if (is_exact(lane)) {
		add(&arguments, xstrdup("-plugin"));
		add(&arguments, xasprintf("%s,out=%s/exit-paths", plugin, scratch));
	}
	add_serial(&arguments, "console", 1, pipes->console_write);
	add_serial(&arguments, "lines", 2, pipes->lines_write);
	add(&arguments, xstrdup("-kernel"));
	add(&arguments, xasprintf("%s/bzImage", places->artifacts));
	add(&arguments, xstrdup("-initrd"));
	add(&arguments, xasprintf("%s/initramfs", places->scratch));
	add(&arguments, xstrdup("-append"));
	add(&arguments, is_exact(lane) ? xstrdup(kernel_arguments)
				       : xasprintf("%s tsc_early_khz=%" PRIu64, kernel_arguments,
						   host_tsc_khz()));
	add(&arguments, NULL);
	return arguments;
}

/* RUNWAY_QEMU names another emulator than the one in PATH. */
static const char *emulator_path(void)
{
	const char *other = getenv("RUNWAY_QEMU");

	return other && *other ? other : EMULATOR;
}

/*
 * Inside bubblewrap when it works here: the emulator runs a kernel that its author controls.
 * Without it QEMU's own filter of system calls is what is left.
 */
static int start(const struct load_spec *spec, struct serial_pipes *pipes, struct host **ret_host,
		 struct err *err)
{
	const char *emulator = emulator_path();
	bool elsewhere = emulator[0] == '/' && strncmp(emulator, "/usr/", 5);
	struct places places = { emulator, spec->artifacts, spec->scratch, spec->plugin };
	struct places inside = { elsewhere ? "/emulator" : emulator, "/artifacts", "/scratch",
				 "/exit-path.so" };
	struct sandbox_bind binds[] = { { spec->artifacts, inside.artifacts, false },
					{ spec->scratch, inside.scratch, true },
					{ spec->plugin, inside.plugin, false },
					{ elsewhere ? emulator : NULL, inside.emulator, false },
					{ NULL, NULL, false } };
	const int keep_fds[] = { pipes->console_write, pipes->lines_write, -1 };
	bool sandboxed = !sandbox_probe(NULL);
	CLEANUP(arguments_free)
	struct arguments plain =
		emulator_arguments(sandboxed ? &inside : &places, spec->lane, pipes);
	struct sandbox_spec sandbox = { .argv = (const char *const *)plain.items,
					.binds = binds,
					.folder = "/scratch",
					.keep_fds = keep_fds,
					.memory_max_bytes = SANDBOX_MEMORY_MAX_BYTES,
					.file_max_bytes = SANDBOX_FILE_MAX_BYTES };
	CLEANUP(sandbox_argv_free) char **wrapped = sandboxed ? sandbox_argv(&sandbox, NULL) : NULL;

	return emulated_host_start(spec, (const char *const *)(wrapped ?: plain.items), pipes,
				   ret_host, err);
}

static int bring_up(const struct load_spec *spec, struct host **ret_host, struct err *err)
{
	CLEANUP(free_ptr) char *initramfs = xasprintf("%s/initramfs", spec->scratch);
	CLEANUP(serial_pipes_close) struct serial_pipes pipes = SERIAL_PIPES_INIT;
	static const struct host_module vendor = { "kvm-amd", NULL };
	struct host *host = NULL;
	int rc = host_image_write(spec, &vendor, spec->bench_arguments, initramfs, err);

	if (!rc)
		rc = serial_pipes_open(&pipes, err);
	if (!rc)
		rc = start(spec, &pipes, &host, err);
	if (rc < 0)
		return rc;
	if (is_exact(spec->lane))
		host->paths = xasprintf("%s/exit-paths", spec->scratch);
	*ret_host = host;
	return 0;
}

static int run_bench(struct host *host, struct load_outcome *ret_outcome, struct err *err)
{
	int rc;

	if (!ret_outcome->lines.max_bytes)
		ret_outcome->lines = BUF_INIT(LINES_MAX_BYTES);
	rc = emulated_host_watch(host, ret_outcome, err);
	/* Without the end mark, what the plugin saw is not what the benchmark meant to measure. */
	if (!rc && ret_outcome->status == LOAD_OK && host->paths)
		ret_outcome->paths = xstrdup(host->paths);
	return rc;
}

static int read_console(struct host *host, struct buf *ret_console)
{
	if (!ret_console->max_bytes)
		*ret_console = BUF_INIT(CONSOLE_MAX_BYTES);
	console_take(&host->console, ret_console);
	return 0;
}

static void keep_text(void *data, const char *bytes, size_t count)
{
	buf_append_some(data, bytes, count);
}

/* "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)" */
static int emulator_version(struct buf *buf, struct err *err)
{
	const char *argv[] = { emulator_path(), "--version", NULL };
	struct proc_spec spec = {
		.argv = argv, .time_limit_ms = 10000, .output = keep_text, .data = buf
	};
	struct proc_result result;
	int rc = proc_run(&spec, &result, err);

	if (rc < 0)
		return err_wrap(err, "Install the package qemu-system-x86");
	if (result.end != PROC_EXITED || result.status || !buf->length)
		return err_set(err, -ENOEXEC, "%s --version did not work: %.200s", argv[0],
			       buf->data);
	buf->length = strcspn(buf->data, "\n");
	buf->data[buf->length] = '\0';
	return 0;
}

static int probe(struct err *err)
{
	CLEANUP(buf_release) struct buf version = BUF_INIT(4096);
	int rc = emulator_version(&version, err);

	return rc ? rc : host_image_probe(err);
}

static void add_flags(struct buf *buf, const char *key, const char *const *flags)
{
	buf_printf(buf, "%s=", key);
	for (; *flags; flags++)
		buf_printf(buf, "%s%s", *flags, flags[1] ? " " : "\n");
}

static int fingerprint(struct buf *buf, struct err *err)
{
	CLEANUP(buf_release) struct buf version = BUF_INIT(4096);
	int rc = emulator_version(&version, err);

	if (rc < 0)
		return rc;
	buf_printf(buf, "driver=%s\nemulator=%s\n", emulated_svm_driver.name, version.data);
	add_flags(buf, "emulator_arguments", arguments_common);
	add_flags(buf, "emulator_arguments_exact", arguments_exact);
	add_flags(buf, "emulator_arguments_smp", arguments_smp);
	buf_printf(buf, "kernel_arguments=%s\n", kernel_arguments);
	return 0;
}

static const char *const lanes[] = { "exact", "smp", NULL };

const struct host_driver emulated_svm_driver = {
	.name = "emulated-svm",
	.lanes = lanes,
	.isa = "svm",
	.probe = probe,
	.fingerprint = fingerprint,
	.bring_up = bring_up,
	.run_bench = run_bench,
	.read_console = read_console,
	.tear_down = emulated_host_stop,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMX and SVM hosts without hardware: Bochs executes one instruction after another, and all time in
 * it is instructions. Lane "exact": one CPU, the debugger prints what is executed between exit and
 * entry. Lane "smp": two CPUs in turns of 16 instructions: counts are comparable, nothing is really
 * concurrent. Lane "race": two CPUs in turns of one instruction. Lane "posted": VMX with posted
 * interrupts, two CPUs; counts first, in turns of five instructions, then as "race".
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/bochs-emulator.h"
#include "agent/bochs-machine.h"
#include "agent/emulated-host.h"
#include "agent/host-image.h"
#include "agent/sandbox.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

/* The machine's memory, the tables of the emulator, its libraries. */
#define SANDBOX_MEMORY_MAX_BYTES (4ull << 30)
#define SANDBOX_FILE_MAX_BYTES (16ull << 20)

/* Exits at each guest instruction that are counted and not recorded. */
#define WARM_UP 16

/*
 * The exact lane's exits, in percent of the workloads' table: each is printed instruction by
 * instruction, 100 KB of text, and they are all alike.
 */
#define EXACT_ARGUMENTS "--scale 2"

/* Two emulated CPUs on one thread: all of the table would take two minutes. */
#define SMP_ARGUMENTS "--scale 25"

/*
 * Instructions in a second of the host's time. The fewer, the sooner it has booted. With two CPUs
 * there must be many between two timer ticks (100 a second): each makes a vCPU exit, and would hide
 * a lost kick, which takes 400000 instructions to prove.
 */
#define EXACT_INSTRUCTIONS_PER_S 50000000
#define INSTRUCTIONS_PER_S 200000000

/* How Bochs ends when the kernel in it resets: "exception(): 3rd (14) exception with no resolution,
 * shutdown status is 00h, resetting". */
#define RESET_WORDS "exception with no resolution"

/* What the drivers differ in. To add one: a row, and its driver at the end of this file. */
struct flavour {
	const struct host_driver *driver;
	enum bochs_release release;
	const char *model, *cpu_options;
	struct host_module vendor;
	const char *note; /* on the vendor's module, for the fingerprint */
};

static const struct flavour flavours[] = {
	{ &bochs3_vmx_driver, BOCHS_3, "corei7_skylake_x", "", { "kvm-intel", "kvm-intel-posted" },
	  "posted-interrupt descriptors aligned to a page (kernel-configs/posted.mbox)" },
	{ &bochs_svm_driver, BOCHS_2, "zambezi", "", { "kvm-amd", NULL }, NULL },
	{ &bochs_vmx_driver, BOCHS_2, "corei7_haswell_4770", "", { "kvm-intel", NULL }, NULL },
};

/*
 * Beside what every host is told:
 *	tsc_early_khz	the TSC counts instructions; Linux would believe the model's 3.5 GHz
 *	idle=halt	an IPI to a CPU that waits by MWAIT is seen 7 ms late
 *	reboot=triple	a triple fault ends Bochs, a reset would boot the machine again
 */
static char *kernel_arguments(const struct bochs_machine *machine)
{
	return xasprintf(HOST_IMAGE_KERNEL_ARGUMENTS " tsc_early_khz=%u idle=halt reboot=triple",
			 machine->instructions_per_s / 1000);
}

static const struct flavour *flavour_of(const struct host_driver *driver)
{
	const struct flavour *flavour = flavours;

	while (flavour->driver != driver)
		flavour++;
	return flavour;
}

static bool is_posted(const char *lane)
{
	return !strcmp(lane, "posted");
}

static struct bochs_machine machine_for(const struct flavour *flavour, const char *lane)
{
	bool exact = !strcmp(lane, "exact"), steps = !strcmp(lane, "race") || is_posted(lane);

	return (struct bochs_machine){ .model = flavour->model,
				       .cpu_options = flavour->cpu_options,
				       .cpus = exact ? 1 : 2,
				       .quantum = steps ? 1 : 16,
				       .steps = steps,
				       .trace = exact,
				       .instructions_per_s = exact ? EXACT_INSTRUCTIONS_PER_S
								   : INSTRUCTIONS_PER_S };
}

static int start(const struct load_spec *spec, const struct flavour *flavour,
		 struct bochs_machine *machine, struct serial_pipes *pipes, struct host **ret_host,
		 struct err *err)
{
	bool sandboxed = !sandbox_probe(NULL);
	const char *folder = sandboxed ? "/scratch" : spec->scratch;
	CLEANUP(free_ptr) char *configuration = xasprintf("%s/bochsrc", folder);
	CLEANUP(free_ptr) char *commands = xasprintf("%s/commands", folder);
	const char *preload = machine->trace ? spec->bochs_stdio : NULL;
	CLEANUP(bochs_command_release) struct bochs_command command = { 0 };
	const char *options[] = { "-q", "-f", configuration, "-rc", commands, NULL };
	const char *argv[BOCHS_COMMAND_WORDS_MAX + sizeof(options) / sizeof(options[0])];
	struct sandbox_bind binds[4] = { { spec->scratch, "/scratch", true } };
	size_t binds_count = 1, words = 0;
	const int keep_fds[] = { pipes->console_write, pipes->lines_write, -1 };
	struct sandbox_spec sandbox = { .argv = argv,
					.binds = binds,
					.folder = "/scratch",
					.keep_fds = keep_fds,
					.memory_max_bytes = SANDBOX_MEMORY_MAX_BYTES,
					.file_max_bytes = SANDBOX_FILE_MAX_BYTES };
	CLEANUP(sandbox_argv_free) char **wrapped = NULL;
	int rc = bochs_command_make(flavour->release, sandboxed,
				    preload && sandboxed ? "/bochs-stdio.so" : preload, &command,
				    err);

	if (rc < 0)
		return rc;
	machine->firmware = command.firmware;
	rc = bochs_machine_write_files(machine, folder, pipes->console_write, pipes->lines_write,
				       spec->scratch, err);
	for (; command.words[words]; words++)
		argv[words] = command.words[words];
	memcpy(&argv[words], options, sizeof(options));
	if (command.from)
		binds[binds_count++] = (struct sandbox_bind){ command.from, command.to, false };
	if (preload)
		binds[binds_count++] = (struct sandbox_bind){ preload, "/bochs-stdio.so", false };
	if (sandboxed)
		wrapped = sandbox_argv(&sandbox, NULL);
	return rc ? rc
		  : emulated_host_start(spec, sandboxed ? (const char *const *)wrapped : argv,
					pipes, ret_host, err);
}

static const char *extra_arguments(const char *lane)
{
	return !strcmp(lane, "exact") ? EXACT_ARGUMENTS : !strcmp(lane, "smp") ? SMP_ARGUMENTS : "";
}

static int write_disc(const struct load_spec *spec, const struct flavour *flavour,
		      const struct bochs_machine *machine, struct err *err)
{
	CLEANUP(free_ptr) char *initramfs = xasprintf("%s/initramfs", spec->scratch);
	CLEANUP(free_ptr) char *kernel = xasprintf("%s/bzImage", spec->artifacts);
	CLEANUP(free_ptr) char *words = kernel_arguments(machine);
	CLEANUP(free_ptr)
	char *arguments = xasprintf("%s %s", spec->bench_arguments, extra_arguments(spec->lane));
	int rc = host_image_write(spec, &flavour->vendor, arguments, initramfs, err);

	return rc ? rc : bochs_machine_write_disc(kernel, initramfs, words, spec->scratch, err);
}

static int bring_up(const struct flavour *flavour, const struct load_spec *spec,
		    struct host **ret_host, struct err *err)
{
	struct bochs_machine machine = machine_for(flavour, spec->lane);
	CLEANUP(serial_pipes_close) struct serial_pipes pipes = SERIAL_PIPES_INIT;
	struct host *host = NULL;
	int rc = write_disc(spec, flavour, &machine, err);

	if (!rc)
		rc = serial_pipes_open(&pipes, err);
	if (!rc)
		rc = start(spec, flavour, &machine, &pipes, &host, err);
	if (rc < 0)
		return rc;
	host->reset_words = RESET_WORDS;
	if (machine.trace) {
		host->trace = bochs_trace_new(WARM_UP);
		host->paths = xasprintf("%s/exit-paths", spec->scratch);
	}
	*ret_host = host;
	return 0;
}

static int run_bench(struct host *host, struct load_outcome *ret_outcome, struct err *err)
{
	int rc;

	if (!ret_outcome->lines.max_bytes)
		ret_outcome->lines = BUF_INIT(LINES_MAX_BYTES);
	rc = emulated_host_watch(host, ret_outcome, err);
	if (rc || ret_outcome->status != LOAD_OK || !host->trace)
		return rc;
	rc = bochs_trace_write(host->trace, host->paths, err);
	if (!rc)
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

static int probe(const struct flavour *flavour, struct err *err)
{
	char version[64];
	int rc = bochs_version(flavour->release, version, sizeof(version), err);

	if (!rc)
		rc = bochs_machine_probe(err);
	return rc ? rc : host_image_probe(err);
}

static int fingerprint(const struct flavour *flavour, struct buf *buf, struct err *err)
{
	static const char *const lanes[] = { "exact", "posted", "race", "smp" };
	char version[64];
	int rc = bochs_version(flavour->release, version, sizeof(version), err);

	if (rc < 0)
		return rc;
	buf_printf(buf, "driver=%s\nemulator=%s\n", flavour->driver->name, version);
	if (flavour->note)
		buf_printf(buf, "kvm_intel=%s\n", flavour->note);
	for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++) {
		if (is_posted(lanes[i]) != (flavour->release == BOCHS_3))
			continue;
		CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
		struct bochs_machine machine = machine_for(flavour, lanes[i]);
		CLEANUP(free_ptr) char *words = kernel_arguments(&machine);

		bochs_machine_describe(&machine, &text);
		for (char *c = text.data; *c; c++)
			*c = *c == '\n' ? ';' : *c;
		buf_printf(buf, "emulator_configuration_%s=%s\nkernel_arguments_%s=%s\n", lanes[i],
			   text.data, lanes[i], words);
	}
	buf_printf(buf, "exact_arguments=" EXACT_ARGUMENTS "\n"
			"smp_arguments=" SMP_ARGUMENTS "\n"
			"concurrency=interleaved, one CPU at a time\n");
	return 0;
}

/* A fiftieth of real hardware's speed, and a sweep of the race lane is as long as it is. */
static void limits(const char *lane, uint64_t *ret_limit_ms, uint64_t *ret_silence_ms)
{
	*ret_limit_ms = !strcmp(lane, "exact") ? 180000 : !strcmp(lane, "smp") ? 600000 : 900000;
	*ret_silence_ms = 120000;
}

/* A driver's functions that must know whose they are. */
#define OF(name)                                                                                   \
	static int probe_##name(struct err *err)                                                   \
	{                                                                                          \
		return probe(flavour_of(&name##_driver), err);                                     \
	}                                                                                          \
	static int fingerprint_##name(struct buf *buf, struct err *err)                            \
	{                                                                                          \
		return fingerprint(flavour_of(&name##_driver), buf, err);                          \
	}                                                                                          \
	static int bring_up_##name(const struct load_spec *spec, struct host **ret_host,           \
				   struct err *err)                                                \
	{                                                                                          \
		return bring_up(flavour_of(&name##_driver), spec, ret_host, err);                  \
	}                                                                                          \
	const struct host_driver name##_driver

#define DRIVER(name_, isa_, lanes_, own)                                                           \
	{                                                                                          \
		.name = name_, .isa = isa_, .lanes = lanes_, .probe = probe_##own,                 \
		.fingerprint = fingerprint_##own, .limits = limits, .bring_up = bring_up_##own,    \
		.run_bench = run_bench, .read_console = read_console,                              \
		.tear_down = emulated_host_stop,                                                   \
	}

/* QEMU has svm's exact and smp lanes; this driver takes them too when it is asked for by name. */
static const char *const lanes_svm[] = { "race", NULL };
static const char *const lanes_vmx[] = { "exact", "race", "smp", NULL };
static const char *const lanes_posted[] = { "posted", NULL };

OF(bochs_svm) = DRIVER("bochs-svm", "svm", lanes_svm, bochs_svm);
OF(bochs_vmx) = DRIVER("bochs-vmx", "vmx", lanes_vmx, bochs_vmx);
OF(bochs3_vmx) = DRIVER("bochs3-vmx", "vmx", lanes_posted, bochs3_vmx);

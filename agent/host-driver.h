/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seam between "measure this load" and the kind of machine it is measured on. Above it nothing
 * knows how a host exists; below it nothing knows what a campaign is.
 *
 *	const struct host_driver *driver = host_driver_find(lane, isa);
 *	rc = driver->bring_up(&spec, &host, err);		// rc < 0: this machine's fault
 *	if (!rc)
 *		rc = driver->run_bench(host, &outcome, err);	// the variant's are in outcome
 *	driver->read_console(host, &outcome.console);
 *	driver->tear_down(host);
 *
 * To add a driver: one file that defines a struct host_driver, and its row in host-driver.c.
 */
#ifndef RUNWAY_AGENT_HOST_DRIVER_H
#define RUNWAY_AGENT_HOST_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

#define CONSOLE_MAX_BYTES (1 << 20)
#define LINES_MAX_BYTES (8 << 20)

enum load_status {
	LOAD_OK,
	LOAD_PANIC,	   /* the host kernel died: panic, oops, BUG, triple fault of the host */
	LOAD_HANG,	   /* no end mark within the limit */
	LOAD_LOAD_FAILED,  /* a module would not load */
	LOAD_GUEST_FAILED, /* a guest triple-faulted, failed to enter, or never finished */
	LOAD_HOST_FAILED,  /* the machine's own fault: tried again elsewhere or later */
};

const char *load_status_name(enum load_status status); /* "ok", "panic", … as in docs/api.md */

/* What to bring up. All strings stay the caller's. */
struct load_spec {
	const char *lane;	     /* "exact", "posted", "race" or "smp" */
	const char *isa;	     /* "svm" or "vmx" */
	const char *artifacts;	     /* folder with the build's files under their artifact names */
	const char *scratch;	     /* empty folder of this load's own; the caller removes it */
	const char *bench;	     /* path of the static runway-bench */
	const char *bench_arguments; /* for "runway-bench run", one line */
	const char *host_init;	     /* path of workloads/host-init */
	const char *plugin;	     /* path of exit-path.so */
	const char *bochs_stdio;     /* path of bochs-stdio.so; NULL: Bochs prints slowly */
	uint64_t limit_ms;	     /* from bring-up to end mark */
	uint64_t silence_ms;	     /* no byte on either serial line for this long is a hang */
	bool (*cancelled)(void *data); /* asked a few times a second; may be NULL */
	void *data;
};

/* How the vCPU threads of an emulated host fared during one repetition of a workload. */
struct rep_delay {
	char workload[64];
	char pass[16];
	unsigned rep;
	uint64_t wall_ns;
	uint64_t run_delay_ns; /* the worst vCPU thread's time on a run queue, from schedstat */
};

struct load_outcome {
	enum load_status status;
	bool silent;	    /* LOAD_HANG: it printed nothing any more; not that it took too long */
	char sentence[512]; /* what happened, for a person; with LOAD_OK "" or the kernel's first
			       warning about itself */
	struct buf lines;   /* runway-bench's JSON lines, as they came */
	struct buf console; /* first and last parts of the kernel's console, bounded */
	char *paths;	    /* exact lane: file with the plugin's output, or NULL */
	struct rep_delay *delays;
	size_t delays_count;
	uint64_t duration_ms;
};

void load_outcome_release(struct load_outcome *outcome);

struct host;

struct host_driver {
	const char *name;	  /* "emulated-svm" */
	const char *const *lanes; /* NULL-ended */
	const char *isa;
	/* 0 when this machine can run it, else a sentence on what is missing. */
	int (*probe)(struct err *err);
	/* What makes results comparable: appends "key=value" lines (emulator and its version, CPU
	 * model …). */
	int (*fingerprint)(struct buf *buf, struct err *err);
	/* How long a load may take in a lane, from bring-up to end mark, and be silent; NULL: as
	 * long as the caller thinks. */
	void (*limits)(const char *lane, uint64_t *ret_limit_ms, uint64_t *ret_silence_ms);
	int (*bring_up)(const struct load_spec *spec, struct host **ret_host, struct err *err);
	/* Returns 0 with outcome's status whatever the variant did; < 0 only for the machine's own
	 * faults. */
	int (*run_bench)(struct host *host, struct load_outcome *ret_outcome, struct err *err);
	int (*read_console)(struct host *host, struct buf *ret_console);
	void (*tear_down)(
		struct host *host); /* accepts NULL; nothing of the host is left running */
};

extern const struct host_driver bochs3_vmx_driver;
extern const struct host_driver bochs_svm_driver;
extern const struct host_driver bochs_vmx_driver;
extern const struct host_driver emulated_svm_driver;

/*
 * Whether a load's numbers depend on nothing but the build and the driver: then loads may share the
 * machine. What is sampled has it for itself.
 */
bool host_lane_is_deterministic(const char *lane);

/* NULL when no driver has that lane and ISA. */
const struct host_driver *host_driver_find(const char *lane, const char *isa);
/* By its name, whatever lanes it is used for; NULL when there is none. */
const struct host_driver *host_driver_named(const char *name);

#endif

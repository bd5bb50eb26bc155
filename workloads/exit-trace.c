// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/exit-trace.h"

#include <asm/svm.h>
#include <asm/vmx.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/kvm.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define HIST_MAX_BYTES (1 << 20)
#define TRIGGER "hist:keys=exit_reason"

struct reason {
	uint64_t number;
	const char *name;
};

/* The kernel's own lists, by which its tracepoints print them too. */
static const struct reason svm_reasons[] = { SVM_EXIT_REASONS };
static const struct reason vmx_reasons[] = { VMX_EXIT_REASONS };

void exit_reason_name(enum isa isa, uint64_t reason, char *ret_name, size_t bytes)
{
	const struct reason *reasons = isa == ISA_SVM ? svm_reasons : vmx_reasons;
	size_t count = isa == ISA_SVM ? sizeof(svm_reasons) / sizeof(*svm_reasons)
				      : sizeof(vmx_reasons) / sizeof(*vmx_reasons);

	/* VMX keeps flags above the basic reason. */
	if (isa == ISA_VMX)
		reason &= 0xffff;
	for (size_t i = 0; i < count; i++) {
		if (reasons[i].number != reason)
			continue;
		snprintf(ret_name, bytes, "%s", reasons[i].name);
		for (char *c = ret_name; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		return;
	}
	snprintf(ret_name, bytes, "reason-%" PRIu64, reason);
}

static int write_trigger(const char *tracefs, const char *trigger, struct err *err)
{
	char path[PATH_MAX];
	int rc;

	snprintf(path, sizeof(path), "%s/events/kvm/kvm_exit/trigger", tracefs);
	CLEANUP(close_fd) int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, -errno, "Cannot open %s", path);
	rc = file_write_all(fd, trigger, strlen(trigger));
	if (rc < 0)
		return err_sys(err, rc, "Cannot set the trigger \"%s\" in %s", trigger, path);
	return 0;
}

int exit_trace_start(const char *tracefs, struct err *err)
{
	return write_trigger(tracefs, TRIGGER, err);
}

int exit_trace_parse(const char *path, enum isa isa, struct counters *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(HIST_MAX_BYTES);
	int rc = file_read(path, &text, err);
	char *rest = text.data, *line;

	if (rc < 0)
		return rc;
	*ret = (struct counters){ 0 };
	while ((line = strsep(&rest, "\n"))) {
		uint64_t reason, hits;
		char name[COUNTER_NAME_BYTES];

		/* "{ exit_reason:        114 } hitcount:         20" */
		if (sscanf(line, "{ exit_reason: %" SCNu64 " } hitcount: %" SCNu64, &reason,
			   &hits) != 2)
			continue;
		exit_reason_name(isa, reason, name, sizeof(name));
		rc = counters_add(ret, name, hits);
		if (rc < 0)
			return err_set(err, rc, "%s has more than %d exit reasons.", path,
				       COUNTERS_MAX);
	}
	return 0;
}

int exit_trace_stop(const char *tracefs, enum isa isa, struct counters *ret, struct err *err)
{
	char path[PATH_MAX];
	int rc, stopped;

	snprintf(path, sizeof(path), "%s/events/kvm/kvm_exit/hist", tracefs);
	rc = exit_trace_parse(path, isa, ret, err);
	/* The trigger must go even if it could not be read. */
	stopped = write_trigger(tracefs, "!" TRIGGER, rc < 0 ? NULL : err);
	return rc < 0 ? rc : stopped;
}

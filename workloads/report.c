// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/report.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

#include "lib/cleanup.h"
#include "workloads/line.h"

#define FORMAT_VERSION 1

static void send_line(struct bench *bench, struct line *line)
{
	int rc = line_send(line, bench->out_fd);

	if (rc < 0 && !bench->rc)
		bench->rc = rc;
}

/* What KVM gives a new vCPU; 0 when it does not say. */
static uint64_t tsc_khz(void)
{
	CLEANUP(close_fd) int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	CLEANUP(close_fd) int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
	CLEANUP(close_fd) int vcpu = vm < 0 ? -1 : ioctl(vm, KVM_CREATE_VCPU, 0);
	int khz = vcpu < 0 ? 0 : ioctl(vcpu, KVM_GET_TSC_KHZ, 0);

	return khz > 0 ? (uint64_t)khz : 0;
}

void report_hello(struct bench *bench)
{
	struct utsname name = { 0 };
	struct line line;

	uname(&name);
	line_open(&line, "hello");
	line_number(&line, "version", FORMAT_VERSION);
	line_text(&line, "isa", isa_name(bench->isa));
	line_text(&line, "lane", lane_name(bench->lane));
	line_number(&line, "cpus", bench->cpus);
	line_text(&line, "kernel", name.release);
	host_facts_parameters(bench->sys, &line);
	host_facts_mitigations(bench->sys, &line);
	line_number(&line, "tsc_khz", tsc_khz());
	send_line(bench, &line);
}

static void open_rep(struct line *line, const char *type, const struct rep *rep)
{
	line_open(line, type);
	line_text(line, "workload", rep->workload->name);
	line_text(line, "pass", pass_name(rep->pass));
	line_number(line, "rep", rep->number);
}

void report_begin(struct bench *bench, const struct rep *rep)
{
	struct line line;

	open_rep(&line, "begin", rep);
	send_line(bench, &line);
}

static void add_counters(struct line *line, const char *key, const struct counters *counters)
{
	line_object(line, key);
	for (size_t i = 0; i < counters->count; i++)
		line_number(line, counters->items[i].name, counters->items[i].value);
	line_close(line, '}');
}

void report_rep(struct bench *bench, const struct rep *rep)
{
	struct line line;

	open_rep(&line, "rep", rep);
	line_number(&line, "vcpus", rep->vm.vcpus_count);
	line_number(&line, "iterations", rep->vm.spec.iterations);
	line_number(&line, "sent", rep->sent);
	line_number(&line, "received", rep->received);
	line_number(&line, "destinations", rep->destinations);
	add_counters(&line, "kvm", &rep->kvm);
	add_counters(&line, "irq", &rep->irq);
	if (rep->pass == PASS_COUNTING)
		add_counters(&line, "exits_by_reason", &rep->exits_by_reason);
	line_array(&line, "run_delay_ns");
	for (unsigned i = 0; i < rep->vm.vcpus_count; i++)
		line_number(&line, NULL, rep->vm.vcpus[i].run_delay_ns);
	line_close(&line, ']');
	line_number(&line, "wall_ns", rep->wall_ns);
	if (vm_was_cut(&rep->vm))
		line_bool(&line, "cut", true);
	send_line(bench, &line);
}

void report_site(struct bench *bench, const struct rep *rep)
{
	struct line line;

	line_open(&line, "site");
	line_text(&line, "workload", rep->workload->name);
	line_text(&line, "kind", rep->workload->exit_kind);
	line_address(&line, "guest_pc", workload_site(rep->workload, bench->isa));
	if (rep->vcpu)
		line_address(&line, "vcpu", rep->vcpu);
	line_number(&line, "exits", rep->vm.spec.iterations);
	send_line(bench, &line);
}

static void open_gate(struct line *line, const char *gate, const struct workload *workload,
		      bool passed, const char *detail)
{
	line_open(line, "gate");
	line_text(line, "gate", gate);
	line_text(line, "workload", workload->name);
	line_bool(line, "passed", passed);
	line_text(line, "detail", detail);
}

void report_delivery(struct bench *bench, const struct workload *workload, uint64_t expected,
		     uint64_t received)
{
	char detail[128];
	struct line line;

	snprintf(detail, sizeof(detail), "%" PRIu64 " of %" PRIu64 " IPIs arrived", received,
		 expected);
	open_gate(&line, "delivery", workload, expected == received, detail);
	send_line(bench, &line);
}

void report_kick(struct bench *bench, const struct workload *workload,
		 const struct kick_result *result)
{
	char detail[256];
	struct line line;

	if (result->lost)
		snprintf(detail, sizeof(detail),
			 "%" PRIu64 " of %" PRIu64 " kicks were lost (%" PRIu64
			 " found the vCPU in the guest), %u offsets: the guest ran on",
			 result->lost, result->kicks, result->needed, result->offsets);
	else
		snprintf(detail, sizeof(detail),
			 "none of %" PRIu64 " kicks was lost, %" PRIu64
			 " found the vCPU in the guest, %u offsets",
			 result->kicks, result->needed, result->offsets);
	open_gate(&line, "kick", workload, !result->lost, detail);
	line_number(&line, "offsets", result->offsets);
	line_number(&line, "kicks", result->kicks);
	line_number(&line, "needed", result->needed);
	line_number(&line, "arrived", result->arrived);
	line_number(&line, "lost", result->lost);
	line_number(&line, "inconclusive", result->inconclusive);
	line_number(&line, "cycle_turns", result->cycle_turns);
	line_number(&line, "turns_max", result->turns_max);
	send_line(bench, &line);
}

void report_skip(struct bench *bench, const struct workload *workload, const char *why)
{
	struct line line;

	line_open(&line, "skip");
	line_text(&line, "workload", workload->name);
	line_text(&line, "why", why);
	send_line(bench, &line);
}

void report_fail(struct bench *bench, const struct workload *workload, const char *what,
		 const char *detail)
{
	struct line line;

	line_open(&line, "fail");
	line_text(&line, "workload", workload ? workload->name : "");
	line_text(&line, "what", what);
	line_text(&line, "detail", detail);
	send_line(bench, &line);
	bench->failed = true;
}

void report_end(struct bench *bench)
{
	struct line line;

	line_open(&line, "end");
	line_bool(&line, "ok", !bench->failed);
	send_line(bench, &line);
}

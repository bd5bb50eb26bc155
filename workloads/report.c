// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/report.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

#include "lib/cleanup.h"
#include "lib/histogram.h"
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

/* Without them what a workload did cannot be done again. */
static void add_workloads(struct line *line, const struct bench *bench)
{
	line_object(line, "workloads");
	for (size_t i = 0; i < workloads_count; i++) {
		char text[128];

		if (!bench_wants(bench, &workloads[i]))
			continue;
		snprintf(text, sizeof(text), "vcpus %u, iterations %llu, gap_turns %u",
			 workload_vcpus(&workloads[i], bench->cpus),
			 (unsigned long long)rep_iterations(bench, &workloads[i]),
			 (unsigned)workloads[i].gap_turns);
		line_text(line, workloads[i].name, text);
	}
	line_close(line, '}');
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
	line_number(&line, "timing", bench->timing);
	line_number(&line, "counting", bench->counting);
	add_workloads(&line, bench);
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

void report_latency(struct bench *bench, const struct rep *rep)
{
	CLEANUP(histogram_release) struct histogram histogram = HISTOGRAM_INIT;
	size_t count;
	const uint64_t *latencies = vm_latencies(&rep->vm, &count);
	struct line line;

	for (size_t i = 0; i < count; i++)
		histogram_record(&histogram, latencies[i], 1);
	if (!count)
		return;
	open_rep(&line, "latency", rep);
	line_text(&line, "target", rep->workload->latency_of);
	line_number(&line, "bits", HISTOGRAM_BITS);
	line_array(&line, "buckets");
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (!histogram.counts[i])
			continue;
		line_array(&line, NULL);
		line_number(&line, NULL, i);
		line_number(&line, NULL, histogram.counts[i]);
		line_close(&line, ']');
	}
	line_close(&line, ']');
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

static void report_dirty_gate(struct bench *bench, const struct workload *workload,
			      const struct dirty_result *result)
{
	char detail[256];
	struct line line;

	if (result->late)
		snprintf(detail, sizeof(detail),
			 "%" PRIu64 " of %" PRIu64
			 " requests for the dirty log left pages with the processor for more than "
			 "%d instructions, first at %" PRId64,
			 result->late, result->pending, DIRTY_BOUND_TICKS, result->first_late);
	else
		snprintf(detail, sizeof(detail),
			 "%" PRIu64 " pages of %" PRIu64
			 " requests were in the dirty log within %" PRId64 " instructions",
			 result->pages, result->pending, result->latency_max);
	open_gate(&line, "dirty-log", workload, !result->late, detail);
	send_line(bench, &line);
}

void report_dirty_log(struct bench *bench, const struct workload *workload,
		      const struct dirty_result *result)
{
	struct line line;

	if (!workload->dirty_shown)
		report_dirty_gate(bench, workload, result);
	line_open(&line, "dirty");
	line_text(&line, "workload", workload->name);
	line_text(&line, "kind", workload->exit_kind);
	line_signed(&line, "from", result->first);
	line_signed(&line, "to", result->last);
	line_number(&line, "rounds", result->rounds);
	line_number(&line, "unsteady", result->unsteady);
	line_signed(&line, "cycle", result->cycle);
	line_number(&line, "bound", DIRTY_BOUND_TICKS);
	line_number(&line, "requests", result->requests);
	line_number(&line, "pending", result->pending);
	line_number(&line, "pages", result->pages);
	line_number(&line, "late", result->late);
	if (result->late)
		line_signed(&line, "first_late", result->first_late);
	line_signed(&line, "latency", result->latency_max);
	send_line(bench, &line);
}

static void report_map(struct bench *bench, const struct workload *workload,
		       const struct race_map *map)
{
	struct race_range range;
	struct line line;

	line_open(&line, "race");
	line_text(&line, "workload", workload->name);
	line_text(&line, "kind", workload->exit_kind);
	line_text(&line, "sender", race_sender_name(workload->race_sender));
	line_signed(&line, "from", map->first);
	line_signed(&line, "to", map->first + (int64_t)map->count - 1);
	line_number(&line, "tried", map->tried);
	line_number(&line, "rounds", map->rounds);
	line_number(&line, "unsteady", map->unsteady);
	line_signed(&line, "cycle", map->cycle);
	line_signed(&line, "send", map->send_max);
	line_signed(&line, "latency", map->latency_max);
	line_array(&line, "ranges");
	for (size_t at = 0; race_map_next(map, &at, &range);) {
		line_array(&line, NULL);
		line_signed(&line, NULL, range.from);
		line_signed(&line, NULL, range.to);
		line_text(&line, NULL, race_state_name(range.state));
		line_close(&line, ']');
	}
	line_close(&line, ']');
	send_line(bench, &line);
}

/* How many runs of equal states a map has; a host that repeats itself makes few. */
static size_t ranges_of(const struct race_map *map)
{
	struct race_range range;
	size_t count = 0;

	for (size_t at = 0; race_map_next(map, &at, &range);)
		count++;
	return count;
}

void report_race(struct bench *bench, const struct workload *workload, const struct race_map *map)
{
	size_t lost = race_map_count(map, RACE_LOST) + race_map_count(map, RACE_LOST_IPI);
	struct race_range range = { 0 };
	char detail[256], some[64] = "";
	struct line line;

	if (map->tried < map->count)
		snprintf(some, sizeof(some), ", %zu of them tried", map->tried);
	for (size_t at = 0; lost && race_map_next(map, &at, &range);)
		if (range.state == RACE_LOST || range.state == RACE_LOST_IPI)
			break;
	if (lost)
		snprintf(detail, sizeof(detail),
			 "the event was lost at %zu of %zu offsets, first at %" PRId64 "%s", lost,
			 map->count, range.from, some);
	else
		snprintf(detail, sizeof(detail),
			 "the event arrived at every one of %zu offsets (%" PRId64 " to %" PRId64
			 "%s)",
			 map->count, map->first, map->first + (int64_t)map->count - 1, some);
	open_gate(&line, "race", workload, !lost, detail);
	send_line(bench, &line);
	if (ranges_of(map) <= RACE_RANGES_MAX)
		report_map(bench, workload, map);
	else
		report_fail(bench, workload, "system",
			    "The map changes so often that this host does not repeat itself.");
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

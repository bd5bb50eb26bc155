// SPDX-License-Identifier: GPL-2.0-or-later
/* Running a VM's vCPUs: threads, what an exit to user space means, the watchdog. */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "workloads/counters.h"
#include "workloads/vm.h"

#define STOP_SIGNAL SIGUSR1
#define WATCHDOG_SIGNAL SIGALRM

/* Seconds after the limit at which even a guest that still moves is stopped. */
#define ALARMS_MAX 60

const char *vm_result_name(enum vm_result result)
{
	static const char *const names[] = {
		"ok",		"stopped",	  "timeout",	 "triple-fault",
		"entry-failed", "internal-error", "guest-fault", "system",
	};

	return names[result];
}

static unsigned vcpus_count(const struct vm *vm)
{
	return vm->vcpus_count + vm->fresh_count;
}

/* Over all of them, those that no leg runs at the end. */
static struct vcpu *vcpu_at(struct vm *vm, unsigned index)
{
	return index < vm->vcpus_count ? &vm->vcpus[index] : &vm->fresh[index - vm->vcpus_count];
}

/* Makes every KVM_RUN return: one that is to come by the flag, one that is on by the signal. */
static void stop_vcpus(struct vm *vm)
{
	for (unsigned i = 0; i < vcpus_count(vm); i++)
		__atomic_store_n(&vcpu_at(vm, i)->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
	/* A thread that is not yet running will meet the flag. */
	for (unsigned i = 0; i < vcpus_count(vm); i++)
		if (__atomic_load_n(&vcpu_at(vm, i)->running, __ATOMIC_SEQ_CST))
			pthread_kill(vcpu_at(vm, i)->self, STOP_SIGNAL);
}

static void on_stop(int number)
{
	(void)number; /* its arrival alone ends KVM_RUN */
}

/* The first alarm asks the guest to stop; those that follow, one a second, watch it do so. */
static void on_watchdog(int number, siginfo_t *info, void *context)
{
	struct vm *vm = info->si_value.sival_ptr;
	uint64_t received;

	(void)number;
	(void)context;
	if (info->si_code != SI_TIMER)
		return;
	received = vm_received(vm);
	if (!vm->alarms++)
		__atomic_store_n(&vm_shared(vm)->stop, 1, __ATOMIC_SEQ_CST);
	else
		vm->stalled_s = received == vm->received ? vm->stalled_s + 1 : 0;
	vm->received = received;
	if (vm->stalled_s >= vm->stall_limit_s || vm->alarms > ALARMS_MAX)
		stop_vcpus(vm);
}

int vm_install_signals(struct err *err)
{
	struct sigaction stop = { .sa_handler = on_stop };
	struct sigaction watchdog = { .sa_sigaction = on_watchdog, .sa_flags = SA_SIGINFO };

	if (sigaction(STOP_SIGNAL, &stop, NULL) < 0 ||
	    sigaction(WATCHDOG_SIGNAL, &watchdog, NULL) < 0)
		return err_sys(err, -errno, "Cannot install signal handlers");
	return 0;
}

__attribute__((format(printf, 3, 4))) static bool end_leg(struct vcpu *vcpu, enum vm_result result,
							  const char *format, ...)
{
	va_list arguments;

	vcpu->outcome.result = result;
	va_start(arguments, format);
	vsnprintf(vcpu->outcome.detail, sizeof(vcpu->outcome.detail), format, arguments);
	va_end(arguments);
	return true;
}

static uint64_t guest_rip(const struct vcpu *vcpu)
{
	struct kvm_regs regs = { 0 };

	ioctl(vcpu->fd, KVM_GET_REGS, &regs);
	return regs.rip;
}

static bool on_port(struct vcpu *vcpu)
{
	const struct guest_fault *fault = &vm_shared(vcpu->vm)->fault;

	switch (vcpu->run->io.port) {
	case GUEST_PORT_USER:
		return false;
	case GUEST_PORT_READY:
	case GUEST_PORT_DONE:
		return end_leg(vcpu, VM_OK, "%s", "");
	case GUEST_PORT_FAULT:
		return end_leg(vcpu, VM_GUEST_FAULT,
			       "Guest vCPU %" PRIu64 " got vector %" PRIu64 " (error code %#" PRIx64
			       ") at rip %#" PRIx64 ".",
			       fault->vcpu, fault->vector, fault->error, fault->rip);
	default:
		return end_leg(vcpu, VM_INTERNAL_ERROR,
			       "vCPU %u used port %#x, which no guest program does (rip %#" PRIx64
			       ").",
			       vcpu->number, vcpu->run->io.port, guest_rip(vcpu));
	}
}

/* What an exit to user space means. True when the leg is over for this vCPU. */
static bool on_exit_to_user(struct vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		return on_port(vcpu);
	case KVM_EXIT_SHUTDOWN:
		return end_leg(vcpu, VM_TRIPLE_FAULT, "vCPU %u triple-faulted at rip %#" PRIx64 ".",
			       vcpu->number, guest_rip(vcpu));
	case KVM_EXIT_FAIL_ENTRY:
		return end_leg(vcpu, VM_ENTRY_FAILED,
			       "The processor refused to enter vCPU %u: hardware reason %#" PRIx64
			       " (rip %#" PRIx64 ").",
			       vcpu->number,
			       (uint64_t)run->fail_entry.hardware_entry_failure_reason,
			       guest_rip(vcpu));
	case KVM_EXIT_INTERNAL_ERROR:
		return end_leg(vcpu, VM_INTERNAL_ERROR,
			       "KVM gave up on vCPU %u: internal error %u at rip %#" PRIx64 ".",
			       vcpu->number, run->internal.suberror, guest_rip(vcpu));
	default:
		return end_leg(vcpu, VM_INTERNAL_ERROR,
			       "vCPU %u left KVM_RUN for reason %u, which no guest program causes "
			       "(rip %#" PRIx64 ").",
			       vcpu->number, run->exit_reason, guest_rip(vcpu));
	}
}

static void run_leg(struct vcpu *vcpu)
{
	bool over = false;

	while (!over) {
		if (!ioctl(vcpu->fd, KVM_RUN, 0))
			over = on_exit_to_user(vcpu);
		else if (errno != EINTR && errno != EAGAIN)
			over = end_leg(vcpu, VM_SYSTEM, "KVM_RUN of vCPU %u: %s.", vcpu->number,
				       strerror(errno));
		else if (__atomic_load_n(&vcpu->run->immediate_exit, __ATOMIC_SEQ_CST))
			over = end_leg(vcpu, VM_STOPPED, "%s", "");
	}
	if (vcpu->outcome.result != VM_OK && vcpu->outcome.result != VM_STOPPED)
		stop_vcpus(vcpu->vm);
}

/* 0 where the kernel keeps no schedstat: nothing is known then, and the emulator's is still seen.
 */
static uint64_t run_delay_ns(void)
{
	uint64_t delay_ns = 0;

	counters_read_run_delay("/proc/thread-self/schedstat", &delay_ns, NULL);
	return delay_ns;
}

static void *vcpu_thread(void *argument)
{
	struct vcpu *vcpu = argument;
	uint64_t before;

	vcpu->self = pthread_self();
	__atomic_store_n(&vcpu->running, true, __ATOMIC_SEQ_CST);
	before = run_delay_ns();
	run_leg(vcpu);
	vcpu->run_delay_ns = run_delay_ns() - before;
	return NULL;
}

static int start_watchdog(struct vm *vm, unsigned limit_s, struct err *err)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = WATCHDOG_SIGNAL,
				  .sigev_value.sival_ptr = vm };
	struct itimerspec times = { .it_value.tv_sec = limit_s, .it_interval.tv_sec = 1 };

	vm->alarms = 0;
	vm->stalled_s = 0;
	if (timer_create(CLOCK_MONOTONIC, &event, &vm->watchdog) < 0)
		return err_sys(err, -errno, "Cannot create the watchdog's timer");
	timer_settime(vm->watchdog, 0, &times, NULL);
	return 0;
}

static void prepare_leg(struct vm *vm)
{
	for (unsigned i = 0; i < vcpus_count(vm); i++) {
		struct vcpu *vcpu = vcpu_at(vm, i);

		vcpu->running = false;
		vcpu->run_delay_ns = 0;
		vcpu->run->immediate_exit = 0;
		vcpu->outcome = (struct vm_outcome){ 0 };
	}
}

/* The leg's outcome: the first failure that is a vCPU's own, else the watchdog's. */
static void sum_up(struct vm *vm, struct vm_outcome *ret_outcome)
{
	bool stopped = false;

	for (unsigned i = 0; i < vcpus_count(vm); i++) {
		const struct vm_outcome *outcome = &vcpu_at(vm, i)->outcome;

		if (outcome->result > VM_STOPPED) {
			*ret_outcome = *outcome;
			return;
		}
		stopped |= outcome->result == VM_STOPPED;
	}
	*ret_outcome = (struct vm_outcome){ .result = stopped ? VM_TIMEOUT : VM_OK };
	if (stopped)
		snprintf(ret_outcome->detail, sizeof(ret_outcome->detail),
			 "The guest did not finish and did not move for %u s: %" PRIu64
			 " IPIs sent, %" PRIu64 " received.",
			 vm->stalled_s, vm_sent(vm), vm_received(vm));
}

bool vm_was_cut(const struct vm *vm)
{
	return __atomic_load_n(&vm_shared(vm)->stop, __ATOMIC_SEQ_CST);
}

/*
 * If it began on the caller's CPU and moved itself, a caller that goes on to spin in the kernel would
 * keep it from ever getting there.
 */
int vm_start_thread(unsigned cpu, void *(*run)(void *), void *argument, pthread_t *ret_thread)
{
	pthread_attr_t attributes;
	cpu_set_t set;
	int rc;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(set), &set);
	rc = pthread_create(ret_thread, &attributes, run, argument);
	pthread_attr_destroy(&attributes);
	return rc;
}

int vm_begin(struct vm *vm, unsigned limit_s, struct err *err)
{
	int rc = start_watchdog(vm, limit_s, err);

	if (rc < 0)
		return rc;
	prepare_leg(vm);
	for (vm->threads = vm->spec.driven; vm->threads < vm->vcpus_count && !rc; vm->threads += !rc) {
		struct vcpu *vcpu = &vm->vcpus[vm->threads];

		rc = vm_start_thread(vcpu->cpu, vcpu_thread, vcpu, &vcpu->thread);
	}
	if (rc) {
		struct vm_outcome outcome;

		stop_vcpus(vm);
		vm_finish(vm, &outcome);
		return err_sys(err, -rc, "Cannot start a thread for each vCPU");
	}
	return 0;
}

void vm_finish(struct vm *vm, struct vm_outcome *ret_outcome)
{
	for (unsigned i = vm->spec.driven; i < vm->threads; i++)
		pthread_join(vm->vcpus[i].thread, NULL);
	timer_delete(vm->watchdog);
	sum_up(vm, ret_outcome);
}

enum vm_result vm_drive(struct vcpu *vcpu)
{
	run_leg(vcpu);
	return vcpu->outcome.result;
}

void vm_run(struct vm *vm, unsigned limit_s, struct vm_outcome *ret_outcome)
{
	bool in_caller = vm->vcpus_count == 1 && vm->vcpus[0].cpu == 0;
	struct err err;
	int rc;

	if (in_caller) {
		rc = start_watchdog(vm, limit_s, &err);
		if (!rc) {
			uint64_t before = run_delay_ns();

			prepare_leg(vm);
			vm->threads = 0;
			run_leg(&vm->vcpus[0]);
			vm->vcpus[0].run_delay_ns = run_delay_ns() - before;
		}
	} else {
		rc = vm_begin(vm, limit_s, &err);
		for (unsigned i = 0; i < vm->spec.driven && !rc; i++)
			vm_drive(&vm->vcpus[i]);
	}
	if (!rc) {
		vm_finish(vm, ret_outcome);
		return;
	}
	*ret_outcome = (struct vm_outcome){ .result = VM_SYSTEM };
	snprintf(ret_outcome->detail, sizeof(ret_outcome->detail), "%.200s.", err.text);
}

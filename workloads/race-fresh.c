// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/race-fresh.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "workloads/kick/runway-kick.h"
#include "workloads/race-setup.h"

/* On the CPU that they will run on. */
static int fill_pool(struct fresh *fresh, struct err *err)
{
	for (unsigned i = 0; i < FRESH_POOL; i++) {
		struct vcpu *vcpu;
		int rc = vm_add_fresh(fresh->vm, &vcpu, err);

		if (!rc)
			rc = race_setup_attach(fresh->device_fd, vcpu, err);
		if (rc < 0)
			return rc;
		if (ioctl(fresh->device_fd, RUNWAY_KICK_FILL) < 0)
			return err_sys(err, -errno,
				       "Cannot give vCPU %u the memory that it will need",
				       vcpu->number);
	}
	return 0;
}

/* It waits in user mode, so that nothing but the system call is between the moment and KVM. */
static void bring_in(struct fresh *fresh)
{
	volatile struct guest_race *page = fresh->page;

	for (uint64_t last = page->go, round = last;; last = round) {
		struct vcpu *vcpu;

		while (round == last)
			round = page->go;
		if (round == (uint64_t)RACE_OVER)
			return;
		vcpu = fresh->vcpu;
		vcpu->self = pthread_self();
		__atomic_store_n(&vcpu->running, true, __ATOMIC_SEQ_CST);
		page->before = runway_wait_until(page->at);
		vm_drive(vcpu);
		__atomic_store_n(&vcpu->running, false, __ATOMIC_SEQ_CST);
		__atomic_store_n(&fresh->back, round, __ATOMIC_SEQ_CST);
	}
}

static void *target_thread(void *argument)
{
	struct fresh *fresh = argument;

	fresh->rc = fill_pool(fresh, &fresh->err);
	__atomic_store_n(&fresh->filled, true, __ATOMIC_SEQ_CST);
	if (!fresh->rc)
		bring_in(fresh);
	return NULL;
}

static int start(struct fresh *fresh, struct err *err)
{
	struct vm *vm = fresh->vm;
	int rc = vm_begin(vm, fresh->limit_s, err);

	if (rc < 0)
		return rc;
	fresh->begun = true;
	fresh->page = (void *)(vm->memory + GUEST_RACE);
	fresh->filled = false;
	rc = vm_start_thread(vm->vcpus[0].cpu, target_thread, fresh, &fresh->thread);
	if (rc)
		return err_sys(err, -rc, "Cannot start a thread for the target");
	fresh->threaded = true;
	while (!__atomic_load_n(&fresh->filled, __ATOMIC_SEQ_CST))
		usleep(1000);
	if (fresh->rc < 0)
		*err = fresh->err;
	fresh->taken = 0;
	return fresh->rc;
}

bool fresh_is_first(const struct fresh *fresh)
{
	return fresh->taken == 1;
}

bool fresh_is_back(const struct fresh *fresh, uint64_t round)
{
	return __atomic_load_n(&fresh->back, __ATOMIC_SEQ_CST) == round;
}

void fresh_end(struct fresh *fresh, struct vm_outcome *ret_outcome)
{
	if (fresh->threaded) {
		fresh->page->go = (uint64_t)RACE_OVER;
		pthread_join(fresh->thread, NULL);
	}
	*ret_outcome = (struct vm_outcome){ .result = VM_OK };
	if (fresh->begun)
		vm_finish(fresh->vm, ret_outcome);
	fresh->begun = fresh->threaded = false;
}

static int make_pool(struct fresh *fresh, struct err *err)
{
	struct vm_outcome outcome;
	int rc;

	if (++fresh->pools > FRESH_POOLS_MAX)
		return err_set(err, -ENODATA,
			       "%u vCPUs were not enough: too many rounds are disturbed.",
			       FRESH_POOL * FRESH_POOLS_MAX);
	fresh_end(fresh, &outcome);
	rc = vm_renew(fresh->vm, err);
	if (rc < 0)
		return rc;
	vm_run(fresh->vm, fresh->limit_s, &outcome);
	if (outcome.result != VM_OK)
		return err_set(err, -EIO, "%s", outcome.detail);
	return start(fresh, err);
}

int fresh_begin(struct fresh *fresh, unsigned limit_s, struct err *err)
{
	fresh->limit_s = limit_s;
	fresh->pools = 1;
	return start(fresh, err);
}

int fresh_next(struct fresh *fresh, struct vcpu **ret_vcpu, struct err *err)
{
	int rc = fresh->taken < FRESH_POOL ? 0 : make_pool(fresh, err);

	if (rc < 0)
		return rc;
	fresh->vcpu = &fresh->vm->fresh[++fresh->taken];
	*ret_vcpu = fresh->vcpu;
	return race_setup_attach(fresh->device_fd, fresh->vcpu, err);
}

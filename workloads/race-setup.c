// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/race-setup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/cleanup.h"

int race_setup_vm(struct vm *vm, struct err *err)
{
	struct kvm_enable_cap poll = { .cap = KVM_CAP_HALT_POLL };
	uint64_t offset = 0;

	ioctl(vm->fd, KVM_ENABLE_CAP, &poll);
	for (unsigned i = 0; i < vm->vcpus_count; i++) {
		struct kvm_device_attr attr = { .group = KVM_VCPU_TSC_CTRL,
						.attr = KVM_VCPU_TSC_OFFSET,
						.addr = (uintptr_t)&offset };

		if (ioctl(vm->vcpus[i].fd, KVM_SET_DEVICE_ATTR, &attr) < 0)
			return err_sys(err, -errno, "Cannot give vCPU %u the host's TSC", i);
	}
	return 0;
}

int race_setup_attach(int device_fd, const struct vcpu *vcpu, struct err *err)
{
	struct runway_kick_attach attach = { .vcpu_fd = vcpu->fd };

	if (ioctl(device_fd, RUNWAY_KICK_ATTACH, &attach) < 0)
		return err_sys(err, -errno, "Cannot attach the kick device to a vCPU");
	return 0;
}

int race_read_counters(int device_fd, const struct vcpu *vcpu, struct runway_kick_counters *ret,
		       struct err *err)
{
	*ret = (struct runway_kick_counters){ .cpu = vcpu->cpu };
	if (ioctl(device_fd, RUNWAY_KICK_COUNTERS, ret) < 0)
		return err_sys(err, -errno, "Cannot read the counters of the kick device");
	return 0;
}

bool race_vcpu_is_alive(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->run->immediate_exit, __ATOMIC_SEQ_CST) == 0;
}

int race_setup_device(const char *device, const struct vcpu *vcpu, int *ret_fd, struct err *err)
{
	CLEANUP(close_fd) int fd = open(device, O_RDWR | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_sys(err, -errno, "Cannot open %s (is runway-kick.ko loaded?)", device);
	rc = race_setup_attach(fd, vcpu, err);
	if (rc < 0)
		return rc;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

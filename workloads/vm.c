// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/cleanup.h"

/* Where guest memory is in this process: the same in each run, and free under sanitizers too. */
#define MEMORY_ADDRESS ((void *)0x551000000000)
#define CPUID_ENTRIES_MAX 256
#define CPUID_1_ECX_X2APIC (1u << 21)
#define CPUID_1_ECX_TSC_DEADLINE (1u << 24)
#define CODE_SELECTOR 8
#define DATA_SELECTOR 16

/* Where the guest has it, behind MEMORY_ADDRESS. */
static int map_memory(const struct vm *vm, struct kvm_userspace_memory_region *region,
		      struct err *err)
{
	void *wanted = (uint8_t *)MEMORY_ADDRESS + region->guest_phys_addr;
	void *memory =
		mmap(wanted, region->memory_size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_FIXED_NOREPLACE, -1, 0);

	if (memory == MAP_FAILED)
		return err_sys(err, -errno, "Cannot map %llu bytes for the guest",
			       (unsigned long long)region->memory_size);
	region->userspace_addr = (uintptr_t)memory;
	if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, region) < 0) {
		int rc = err_sys(err, -errno, "Cannot give the guest its memory");

		munmap(memory, region->memory_size);
		return rc;
	}
	return 0;
}

static int make_memory(struct vm *vm, struct err *err)
{
	struct kvm_userspace_memory_region region = { .memory_size = GUEST_MEMORY_BYTES };
	int rc = map_memory(vm, &region, err);

	if (!rc)
		vm->memory = (uint8_t *)region.userspace_addr;
	return rc;
}

static void write_word(struct vm *vm, uint64_t address, uint64_t value)
{
	memcpy(vm->memory + address, &value, sizeof(value));
}

/* Identity-mapped page tables, segments, one interrupt gate for each vector, the programs. */
static void fill_memory(struct vm *vm)
{
	size_t image_bytes = (size_t)(__stop_guest_image - __start_guest_image);

	write_word(vm, GUEST_PML4, GUEST_PDPT | 3);
	write_word(vm, GUEST_PDPT, GUEST_PD | 3);
	write_word(vm, GUEST_PD, 0x83 | 0x60); /* 2 MiB page, accessed and dirty */
	write_word(vm, GUEST_GDT + CODE_SELECTOR, 0x00af9b000000ffff);
	write_word(vm, GUEST_GDT + DATA_SELECTOR, 0x00cf93000000ffff);
	for (unsigned vector = 0; vector < 256; vector++) {
		uint64_t stub = guest_address(guest_stubs) + vector * GUEST_STUB_BYTES;

		write_word(vm, GUEST_IDT + 16 * vector,
			   (stub & 0xffff) | CODE_SELECTOR << 16 | 0x8eULL << 40 |
				   (stub >> 16 & 0xffff) << 48);
		write_word(vm, GUEST_IDT + 16 * vector + 8, stub >> 32);
	}
	memcpy(vm->memory + GUEST_IMAGE, __start_guest_image, image_bytes);
}

static int set_cpuid(struct vm *vm, const struct vcpu *vcpu, struct err *err)
{
	struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entries[CPUID_ENTRIES_MAX];
	} cpuid = { .head.nent = CPUID_ENTRIES_MAX };

	if (ioctl(vm->kvm_fd, KVM_GET_SUPPORTED_CPUID, &cpuid) < 0)
		return err_sys(err, -errno, "Cannot ask KVM which CPUID it supports");
	for (unsigned i = 0; i < cpuid.head.nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid.head.entries[i];

		if (entry->function == 1) {
			entry->ecx |= CPUID_1_ECX_X2APIC | CPUID_1_ECX_TSC_DEADLINE;
			entry->ebx = (entry->ebx & 0xffffff) | vcpu->number << 24;
		} else if (entry->function == 0xb || entry->function == 0x1f) {
			entry->edx = vcpu->number;
		}
	}
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid) < 0)
		return err_sys(err, -errno, "Cannot set the CPUID of vCPU %u", vcpu->number);
	return 0;
}

static int set_registers(struct vm *vm, const struct vcpu *vcpu, struct err *err)
{
	static const struct kvm_segment code = { .limit = ~0u,
						 .selector = CODE_SELECTOR,
						 .type = 11,
						 .present = 1,
						 .s = 1,
						 .l = 1,
						 .g = 1 };
	static const struct kvm_segment data = { .limit = ~0u,
						 .selector = DATA_SELECTOR,
						 .type = 3,
						 .present = 1,
						 .s = 1,
						 .db = 1,
						 .g = 1 };
	const struct vm_spec *spec = &vm->spec;
	struct kvm_regs regs = {
		.rip = guest_address(guest_start),
		.rflags = 2,
		.rsp = GUEST_STACKS + 0x1000 * (vcpu->number + 1),
		.rbx = guest_address(spec->entry),
		.rbp = GUEST_SHARED + SHARED_VCPU + SHARED_VCPU_BYTES * vcpu->number,
		.r8 = guest_address(__stop_guest_image),
		.r9 = spec->gap_turns,
		.r10 = vcpu->number + 1,
		.r11 = spec->isa == ISA_VMX,
		.r12 = vcpu->number,
		.r14 = spec->vcpus,
		.r15 = spec->iterations,
	};
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) < 0)
		return err_sys(err, -errno, "Cannot read the registers of vCPU %u", vcpu->number);
	sregs.cr0 = 0x80010031; /* PG WP NE ET PE */
	sregs.cr3 = GUEST_PML4;
	sregs.cr4 = 0x20;   /* PAE */
	sregs.efer = 0x500; /* LMA LME */
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.gdt.base = GUEST_GDT;
	sregs.gdt.limit = 23;
	sregs.idt.base = GUEST_IDT;
	sregs.idt.limit = 4095;
	/* Enabled, x2APIC, and the bootstrap processor's bit. */
	sregs.apic_base = 0xfee00000 | 0x800 | 0x400 | (vcpu->number ? 0 : 0x100);
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) < 0 || ioctl(vcpu->fd, KVM_SET_REGS, &regs) < 0)
		return err_sys(err, -errno, "Cannot set the registers of vCPU %u", vcpu->number);
	return 0;
}

static int make_vcpu(struct vm *vm, unsigned number, struct err *err)
{
	struct kvm_mp_state runnable = { KVM_MP_STATE_RUNNABLE };
	struct vcpu *vcpu = &vm->vcpus[number];
	void *run;
	int rc;

	*vcpu = (struct vcpu){ .vm = vm,
			       .number = number,
			       .cpu = (vm->spec.first_cpu + number) % vm->spec.cpus };
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, number);
	if (vcpu->fd < 0)
		return err_sys(err, -errno, "Cannot create vCPU %u", number);
	vm->vcpus_count++;
	run = mmap(NULL, vm->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (run == MAP_FAILED)
		return err_sys(err, -errno, "Cannot map the state of vCPU %u", number);
	vcpu->run = run;
	rc = set_cpuid(vm, vcpu, err);
	if (!rc)
		rc = set_registers(vm, vcpu, err);
	if (!rc && ioctl(vcpu->fd, KVM_SET_MP_STATE, &runnable) < 0)
		rc = err_sys(err, -errno, "Cannot make vCPU %u runnable", number);
	return rc;
}

static int make_vm(struct vm *vm, struct err *err)
{
	uint64_t identity_map = 0xfffbc000;
	int bytes;

	vm->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm_fd < 0)
		return err_sys(err, -errno, "Cannot open /dev/kvm");
	bytes = ioctl(vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (bytes < (int)sizeof(struct kvm_run))
		return err_set(err, -EINVAL, "KVM's state of a vCPU has %d bytes.", bytes);
	vm->run_bytes = (size_t)bytes;
	vm->fd = ioctl(vm->kvm_fd, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		return err_sys(err, -errno, "Cannot create a VM");
	/* Only VMX needs these two, and only without unrestricted guests. */
	ioctl(vm->fd, KVM_SET_TSS_ADDR, 0xfffbd000);
	ioctl(vm->fd, KVM_SET_IDENTITY_MAP_ADDR, &identity_map);
	if (ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0) < 0)
		return err_sys(err, -errno, "Cannot create the in-kernel interrupt controllers");
	return 0;
}

int vm_add_dirty_pages(struct vm *vm, struct err *err)
{
	struct kvm_userspace_memory_region region = { .slot = VM_DIRTY_SLOT,
						      .flags = KVM_MEM_LOG_DIRTY_PAGES,
						      .guest_phys_addr = GUEST_DIRTY,
						      .memory_size = GUEST_DIRTY_PAGES * 4096 };
	int rc = map_memory(vm, &region, err);

	if (rc < 0)
		return rc;
	vm->dirty_pages = true;
	write_word(vm, GUEST_PD + 8 * (GUEST_DIRTY >> 21), GUEST_DIRTY | 0x83 | 0x60);
	return 0;
}

int vm_create(const struct vm_spec *spec, struct vm *vm, struct err *err)
{
	int rc;

	vm->spec = *spec;
	rc = make_vm(vm, err);
	if (!rc)
		rc = make_memory(vm, err);
	if (!rc)
		fill_memory(vm);
	for (unsigned i = 0; i < spec->vcpus && !rc; i++)
		rc = make_vcpu(vm, i, err);
	return rc;
}

void vm_release(struct vm *vm)
{
	for (unsigned i = 0; i < vm->vcpus_count; i++) {
		if (vm->vcpus[i].run)
			munmap(vm->vcpus[i].run, vm->run_bytes);
		close_fd(&vm->vcpus[i].fd);
	}
	close_fd(&vm->fd);
	close_fd(&vm->kvm_fd);
	if (vm->dirty_pages)
		munmap(vm->memory + GUEST_DIRTY, GUEST_DIRTY_PAGES * 4096);
	if (vm->memory)
		munmap(vm->memory, GUEST_MEMORY_BYTES);
	*vm = VM_INIT;
}

struct guest_shared *vm_shared(const struct vm *vm)
{
	return (struct guest_shared *)(vm->memory + GUEST_SHARED);
}

uint64_t vm_sent(const struct vm *vm)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < vm->vcpus_count; i++)
		sum += __atomic_load_n(&vm_shared(vm)->vcpus[i].sent, __ATOMIC_ACQUIRE);
	return sum;
}

uint64_t vm_received(const struct vm *vm)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < vm->vcpus_count; i++)
		for (unsigned from = 0; from < GUEST_VCPUS_MAX; from++)
			sum += __atomic_load_n(&vm_shared(vm)->vcpus[i].received[from],
					       __ATOMIC_ACQUIRE);
	return sum;
}

const uint64_t *vm_latencies(const struct vm *vm, size_t *ret_count)
{
	uint64_t count = __atomic_load_n(&vm_shared(vm)->latencies, __ATOMIC_ACQUIRE);

	*ret_count = count < GUEST_LATENCY_MAX ? (size_t)count : GUEST_LATENCY_MAX;
	return (const uint64_t *)(const void *)(vm->memory + GUEST_LATENCY);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/vm.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

/* Where guest memory is in this process: the same in each run, and free under sanitizers too. */
#define MEMORY_ADDRESS ((void *)0x551000000000)
#define CPUID_ENTRIES_MAX 256
#define CPUID_1_ECX_X2APIC (1u << 21)
#define CPUID_1_ECX_TSC_DEADLINE (1u << 24)
#define MSR_X2APIC_SVR 0x80f
#define OTHER_TSC_OFFSET (1ULL << 40)
#define RFLAGS_FIXED 0x002
#define RFLAGS_IF 0x200
#define CODE_SELECTOR 8
#define DATA_SELECTOR 16

/* Behind MEMORY_ADDRESS, where the guest has it. */
static int map_memory(uint64_t guest_address, size_t bytes, uint8_t **ret_memory, struct err *err)
{
	void *memory =
		mmap((uint8_t *)MEMORY_ADDRESS + guest_address, bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_FIXED_NOREPLACE, -1, 0);

	if (memory == MAP_FAILED)
		return err_sys(err, -errno, "Cannot map %zu bytes for the guest", bytes);
	*ret_memory = memory;
	return 0;
}

static int give_slot(const struct vm *vm, const struct kvm_userspace_memory_region *region,
		     struct err *err)
{
	if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, region) < 0)
		return err_sys(err, -errno, "Cannot give the guest its memory");
	return 0;
}

static int give_memory(const struct vm *vm, struct err *err)
{
	struct kvm_userspace_memory_region region = { .memory_size = GUEST_MEMORY_BYTES,
						      .userspace_addr = (uintptr_t)vm->memory };

	return give_slot(vm, &region, err);
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

static int ask_for_cpuid(struct vm *vm, struct err *err)
{
	vm->cpuid =
		xcalloc(1, sizeof(*vm->cpuid) + CPUID_ENTRIES_MAX * sizeof(vm->cpuid->entries[0]));
	vm->cpuid->nent = CPUID_ENTRIES_MAX;
	if (ioctl(vm->kvm_fd, KVM_GET_SUPPORTED_CPUID, vm->cpuid) < 0)
		return err_sys(err, -errno, "Cannot ask KVM which CPUID it supports");
	return 0;
}

static int set_cpuid(const struct vcpu *vcpu, struct err *err)
{
	struct kvm_cpuid2 *cpuid = vcpu->vm->cpuid;

	for (unsigned i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		if (entry->function == 1) {
			entry->ecx |= CPUID_1_ECX_X2APIC | CPUID_1_ECX_TSC_DEADLINE;
			entry->ebx = (entry->ebx & 0xffffff) | vcpu->number << 24;
		} else if (entry->function == 0xb || entry->function == 0x1f) {
			entry->edx = vcpu->number;
		}
	}
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid) < 0)
		return err_sys(err, -errno, "Cannot set the CPUID of vCPU %u", vcpu->number);
	return 0;
}

static bool is_fresh(const struct vcpu *vcpu)
{
	return vcpu->number >= vcpu->vm->spec.vcpus;
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
	bool fresh = is_fresh(vcpu);
	unsigned place = fresh ? 0 : vcpu->number;
	struct kvm_regs regs = {
		.rip = guest_address(fresh ? spec->entry : guest_start),
		.rflags = fresh ? RFLAGS_FIXED | RFLAGS_IF : RFLAGS_FIXED,
		.rsp = GUEST_STACKS + 0x1000 * (place + 1),
		.rbx = guest_address(spec->entry),
		.rbp = GUEST_SHARED + SHARED_VCPU + SHARED_VCPU_BYTES * place,
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

/* What guest_start does by itself: an APIC that is not enabled drops what is sent to it. */
static int enable_apic(const struct vcpu *vcpu, struct err *err)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = { .head.nmsrs = 1, .entry = { .index = MSR_X2APIC_SVR, .data = 0x1ff } };

	if (ioctl(vcpu->fd, KVM_SET_MSRS, &msrs) != 1)
		return err_sys(err, -errno, "Cannot enable the APIC of vCPU %u", vcpu->number);
	return 0;
}

static int set_tsc_offset(const struct vcpu *vcpu, uint64_t offset, struct err *err)
{
	struct kvm_device_attr attr = { .group = KVM_VCPU_TSC_CTRL,
					.attr = KVM_VCPU_TSC_OFFSET,
					.addr = (uintptr_t)&offset };

	if (ioctl(vcpu->fd, KVM_SET_DEVICE_ATTR, &attr) < 0)
		return err_sys(err, -errno, "Cannot set the TSC of vCPU %u", vcpu->number);
	return 0;
}

static int make_vcpu(struct vm *vm, struct vcpu *vcpu, unsigned number, struct err *err)
{
	struct kvm_mp_state runnable = { KVM_MP_STATE_RUNNABLE };
	void *run;
	int rc;

	*vcpu = (struct vcpu){ .vm = vm, .number = number };
	vcpu->cpu = (vm->spec.first_cpu + (is_fresh(vcpu) ? 0 : number)) % vm->spec.cpus;
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, number);
	if (vcpu->fd < 0)
		return err_sys(err, -errno, "Cannot create vCPU %u", number);
	run = mmap(NULL, vm->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (run == MAP_FAILED)
		return err_sys(err, -errno, "Cannot map the state of vCPU %u", number);
	vcpu->run = run;
	rc = set_cpuid(vcpu, err);
	if (!rc)
		rc = set_registers(vm, vcpu, err);
	if (!rc && ioctl(vcpu->fd, KVM_SET_MP_STATE, &runnable) < 0)
		rc = err_sys(err, -errno, "Cannot make vCPU %u runnable", number);
	return rc;
}

static void release_vcpus(const struct vm *vm, struct vcpu *vcpus, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (vcpus[i].run)
			munmap(vcpus[i].run, vm->run_bytes);
		close_fd(&vcpus[i].fd);
	}
}

int vm_add_fresh(struct vm *vm, struct vcpu **ret_vcpu, struct err *err)
{
	struct vcpu *vcpu = &vm->fresh[vm->fresh_count];
	int rc;

	assert(vm->fresh_count <= vm->spec.fresh);
	rc = make_vcpu(vm, vcpu, vm->spec.vcpus + vm->fresh_count, err);
	if (!rc)
		rc = enable_apic(vcpu, err);
	/* The first one is never run: it is there to have another TSC. */
	if (!rc)
		rc = set_tsc_offset(vcpu, vm->fresh_count ? 0 : OTHER_TSC_OFFSET, err);
	if (rc < 0) {
		release_vcpus(vm, vcpu, 1);
		return rc;
	}
	/* Counted when it is complete: the watchdog may look at any time. */
	vm->fresh_count++;
	*ret_vcpu = vcpu;
	return 0;
}

static int make_vcpus(struct vm *vm, struct err *err)
{
	struct vcpu *other;
	int rc = 0;

	for (unsigned i = 0; i < vm->spec.vcpus && !rc; i++)
		rc = make_vcpu(vm, &vm->vcpus[vm->vcpus_count++], i, err);
	if (rc < 0 || !vm->spec.fresh)
		return rc;
	vm->fresh = xcalloc(vm->spec.fresh + 1, sizeof(*vm->fresh));
	return vm_add_fresh(vm, &other, err);
}

static int open_kvm(struct vm *vm, struct err *err)
{
	int bytes;

	vm->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm_fd < 0)
		return err_sys(err, -errno, "Cannot open /dev/kvm");
	bytes = ioctl(vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (bytes < (int)sizeof(struct kvm_run))
		return err_set(err, -EINVAL, "KVM's state of a vCPU has %d bytes.", bytes);
	vm->run_bytes = (size_t)bytes;
	return 0;
}

static int make_vm(struct vm *vm, struct err *err)
{
	uint64_t identity_map = 0xfffbc000;

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
	uint8_t *memory = NULL;
	int rc = map_memory(GUEST_DIRTY, region.memory_size, &memory, err);

	if (rc < 0)
		return rc;
	vm->dirty_pages = true; /* from here on vm_release() takes them away */
	region.userspace_addr = (uintptr_t)memory;
	rc = give_slot(vm, &region, err);
	if (!rc)
		write_word(vm, GUEST_PD + 8 * (GUEST_DIRTY >> 21), GUEST_DIRTY | 0x83 | 0x60);
	return rc;
}

int vm_create(const struct vm_spec *spec, struct vm *vm, struct err *err)
{
	int rc;

	vm->spec = *spec;
	rc = open_kvm(vm, err);
	if (!rc)
		rc = make_vm(vm, err);
	if (!rc)
		rc = map_memory(0, GUEST_MEMORY_BYTES, &vm->memory, err);
	if (!rc)
		rc = give_memory(vm, err);
	if (!rc)
		fill_memory(vm);
	if (!rc)
		rc = ask_for_cpuid(vm, err);
	return rc ? rc : make_vcpus(vm, err);
}

static void release_all_vcpus(struct vm *vm)
{
	release_vcpus(vm, vm->vcpus, vm->vcpus_count);
	release_vcpus(vm, vm->fresh, vm->fresh_count);
	free(vm->fresh);
	vm->fresh = NULL;
	vm->vcpus_count = vm->fresh_count = 0;
}

int vm_renew(struct vm *vm, struct err *err)
{
	int rc;

	release_all_vcpus(vm);
	rc = make_vm(vm, err);
	if (!rc)
		rc = give_memory(vm, err);
	return rc ? rc : make_vcpus(vm, err);
}

void vm_release(struct vm *vm)
{
	release_all_vcpus(vm);
	free(vm->cpuid);
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

// SPDX-License-Identifier: GPL-2.0-or-later
/* On this machine's own /dev/kvm; skipped where there is none. */
#include "workloads/vm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/cleanup.h"
#include "workloads/workload.h"

static bool usable;

static int try_kvm(void **state)
{
	CLEANUP(vm_release) struct vm vm = VM_INIT;
	struct vm_spec spec = {
		.entry = workload_find("exit-cpuid")->entry, .vcpus = 1, .cpus = 1, .iterations = 1
	};
	struct err err = ERR_INIT;

	(void)state;
	usable = !vm_create(&spec, &vm, &err);
	if (!usable)
		print_message("# no usable /dev/kvm: %s\n", err.text);
	return vm_install_signals(&err);
}

static void make_ready(struct vm *vm, const char *workload, unsigned vcpus, uint64_t iterations)
{
	struct vm_spec spec = { .entry = workload_find(workload)->entry,
				.vcpus = vcpus,
				.cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
				.iterations = iterations };
	struct vm_outcome outcome;
	struct err err;

	if (!usable || spec.cpus < vcpus)
		skip();
	*vm = VM_INIT;
	assert_int_equal(vm_create(&spec, vm, &err), 0);
	vm_run(vm, 10, &outcome);
	assert_int_equal(outcome.result, VM_OK);
}

/* Puts other instructions where the program begins. */
static void replace_program(struct vm *vm, const void *code, size_t bytes)
{
	memcpy(vm->memory + guest_address(vm->spec.entry), code, bytes);
}

static void a_program_runs_to_its_end(void **state)
{
	CLEANUP(vm_release) struct vm vm = VM_INIT;
	struct vm_outcome outcome;

	(void)state;
	make_ready(&vm, "exit-cpuid", 1, 100);
	vm_run(&vm, 10, &outcome);
	assert_int_equal(outcome.result, VM_OK);
	assert_false(vm_was_cut(&vm));
}

static void every_ipi_that_is_sent_arrives(void **state)
{
	CLEANUP(vm_release) struct vm vm = VM_INIT;
	struct vm_outcome outcome;

	(void)state;
	make_ready(&vm, "ipi-halt", 2, 50);
	vm_run(&vm, 60, &outcome);
	assert_string_equal(outcome.detail, "");
	assert_int_equal(vm_sent(&vm), 50);
	assert_int_equal(vm_received(&vm), 50);
}

static void an_exception_is_reported_with_its_vector(void **state)
{
	static const uint8_t ud2[] = { 0x0f, 0x0b };
	CLEANUP(vm_release) struct vm vm = VM_INIT;
	struct vm_outcome outcome;
	char rip[32];

	(void)state;
	make_ready(&vm, "exit-cpuid", 1, 1);
	replace_program(&vm, ud2, sizeof(ud2));
	vm_run(&vm, 10, &outcome);
	assert_int_equal(outcome.result, VM_GUEST_FAULT);
	assert_non_null(strstr(outcome.detail, "vector 6 "));
	snprintf(rip, sizeof(rip), "rip %#llx", (unsigned long long)guest_address(vm.spec.entry));
	assert_non_null(strstr(outcome.detail, rip));
}

static void a_triple_fault_is_reported(void **state)
{
	static const uint8_t ud2[] = { 0x0f, 0x0b };
	CLEANUP(vm_release) struct vm vm = VM_INIT;
	struct vm_outcome outcome;

	(void)state;
	make_ready(&vm, "exit-cpuid", 1, 1);
	replace_program(&vm, ud2, sizeof(ud2));
	memset(vm.memory + GUEST_IDT, 0, 4096);
	vm_run(&vm, 10, &outcome);
	assert_int_equal(outcome.result, VM_TRIPLE_FAULT);
}

static void a_guest_that_hangs_is_stopped(void **state)
{
	static const uint8_t jump_to_itself[] = { 0xeb, 0xfe };
	CLEANUP(vm_release) struct vm vm = VM_INIT;
	struct vm_outcome outcome;

	(void)state;
	make_ready(&vm, "exit-cpuid", 1, 1);
	replace_program(&vm, jump_to_itself, sizeof(jump_to_itself));
	vm.stall_limit_s = 1;
	vm_run(&vm, 1, &outcome);
	assert_int_equal(outcome.result, VM_TIMEOUT);
}

static void a_guest_that_is_slow_ends_early_and_in_order(void **state)
{
	CLEANUP(vm_release) struct vm vm = VM_INIT;
	struct vm_outcome outcome;

	(void)state;
	make_ready(&vm, "ipi-self", 1, 1000000000);
	vm_run(&vm, 1, &outcome);
	assert_int_equal(outcome.result, VM_OK);
	assert_true(vm_was_cut(&vm));
	assert_true(vm_sent(&vm) > 0);
	assert_int_equal(vm_sent(&vm), vm_received(&vm));
}

static void one_vcpu_that_fails_ends_the_others(void **state)
{
	/* vCPU 1 executes an invalid instruction, vCPU 0 spins: test %r12,%r12; jz .; ud2 */
	static const uint8_t code[] = { 0x4d, 0x85, 0xe4, 0x74, 0xfe, 0x0f, 0x0b };
	CLEANUP(vm_release) struct vm vm = VM_INIT;
	struct vm_outcome outcome;

	(void)state;
	make_ready(&vm, "ipi-spin", 2, 1);
	replace_program(&vm, code, sizeof(code));
	vm_run(&vm, 60, &outcome);
	assert_int_equal(outcome.result, VM_GUEST_FAULT);
	assert_non_null(strstr(outcome.detail, "vCPU 1 "));
}

static struct guest_race *race_page(const struct vm *vm)
{
	return (struct guest_race *)(vm->memory + GUEST_RACE);
}

/* In a VM that is past its first leg: sends an MSI to a new vCPU, then runs it. */
static void enter_with_an_event(struct vm *vm)
{
	struct guest_race *page = race_page(vm);
	struct kvm_msi msi = { .data = GUEST_VECTOR };
	struct vcpu *vcpu;
	struct err err;

	assert_int_equal(vm_add_fresh(vm, &vcpu, &err), 0);
	*page = (struct guest_race){
		.go = vcpu->number, .until = UINT64_MAX, .expect = 1, .received = vm_received(vm)
	};
	msi.address_lo = 0xfee00000 | vcpu->number << 12;
	assert_true(ioctl(vm->fd, KVM_SIGNAL_MSI, &msi) > 0);
	assert_int_equal(vm_drive(vcpu), VM_OK);
	assert_int_equal(page->done, vcpu->number);
	assert_true(page->arrived != 0);
}

static void make_ready_for_fresh(struct vm *vm, unsigned fresh)
{
	struct vm_spec spec = { .entry = workload_find("race-first-entry-msi")->entry,
				.vcpus = 1,
				.cpus = 1,
				.driven = 1,
				.fresh = fresh };
	struct vm_outcome outcome;
	struct err err;

	if (!usable)
		skip();
	assert_int_equal(vm_create(&spec, vm, &err), 0);
	vm_run(vm, 10, &outcome);
	assert_int_equal(outcome.result, VM_OK);
}

/* Its APIC is enabled before it has executed anything. */
static void an_event_before_a_first_entry_arrives(void **state)
{
	CLEANUP(vm_release) struct vm vm = VM_INIT;

	(void)state;
	make_ready_for_fresh(&vm, 2);
	enter_with_an_event(&vm);
	enter_with_an_event(&vm);
	assert_int_equal(vm_received(&vm), 2);
}

static void a_renewed_vm_has_new_vcpus_in_the_same_memory(void **state)
{
	CLEANUP(vm_release) struct vm vm = VM_INIT;
	struct vm_outcome outcome;
	struct err err;

	(void)state;
	make_ready_for_fresh(&vm, 1);
	enter_with_an_event(&vm);
	assert_int_equal(vm_renew(&vm, &err), 0);
	vm_run(&vm, 10, &outcome);
	assert_int_equal(outcome.result, VM_OK);
	enter_with_an_event(&vm);
	assert_int_equal(vm_received(&vm), 2);
}

/* It is behind the guest's memory, and empty: no page of it has been written. */
static void pages_whose_writes_are_logged_can_be_added(void **state)
{
	CLEANUP(vm_release) struct vm vm = VM_INIT;
	uint64_t bitmap = UINT64_MAX;
	struct kvm_dirty_log log = { .slot = VM_DIRTY_SLOT, .dirty_bitmap = &bitmap };
	struct vm_outcome outcome;
	struct err err;

	(void)state;
	make_ready(&vm, "exit-cpuid", 1, 10);
	assert_int_equal(vm_add_dirty_pages(&vm, &err), 0);
	vm.memory[GUEST_DIRTY + GUEST_DIRTY_PAGES * 4096 - 1] = 1;
	vm_run(&vm, 10, &outcome);
	assert_int_equal(outcome.result, VM_OK);
	assert_int_equal(ioctl(vm.fd, KVM_GET_DIRTY_LOG, &log), 0);
	assert_int_equal(bitmap, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_runs_to_its_end),
		cmocka_unit_test(every_ipi_that_is_sent_arrives),
		cmocka_unit_test(an_exception_is_reported_with_its_vector),
		cmocka_unit_test(a_triple_fault_is_reported),
		cmocka_unit_test(a_guest_that_hangs_is_stopped),
		cmocka_unit_test(a_guest_that_is_slow_ends_early_and_in_order),
		cmocka_unit_test(one_vcpu_that_fails_ends_the_others),
		cmocka_unit_test(an_event_before_a_first_entry_arrives),
		cmocka_unit_test(a_renewed_vm_has_new_vcpus_in_the_same_memory),
		cmocka_unit_test(pages_whose_writes_are_logged_can_be_added),
	};

	return cmocka_run_group_tests_name("vm", tests, try_kvm, NULL);
}

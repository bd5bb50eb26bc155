// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU TCG plugin: which instructions an SVM host executes from a VM-exit to the next VM-entry.
 *
 *	qemu-system-x86_64 -accel tcg,thread=single -icount shift=0,sleep=off -smp 1 \
 *		-plugin exit-path.so,out=FILE[,warm-up=N] …
 *
 * Until the host executes its first VMRUN only VMRUN itself is instrumented, so that booting costs
 * nothing. The first one throws all translated code away (QEMU does that at the next block
 * boundary, which is the end of VMRUN: the guest's first instruction is already translated anew)
 * and from then on every instruction and every store is.
 *
 * Between VMRUN and the instruction after it, whatever executes is the guest.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/path-table.h"
#include "agent/tcg/qemu-plugin-abi.h"

#define WARM_UP_DEFAULT 16

/* QEMU hands callbacks one word of data, which is the instruction's address: the state is here. */
static struct {
	struct path_table table;
	const char *out;
	uint64_t id;
	uint64_t run_pc;   /* the host's VMRUN */
	uint64_t after_pc; /* where the host goes on after a VM-exit; 0 before the first VMRUN */
	uint64_t guest_pc; /* the guest instruction that began last; 0 when none did since VMRUN */
	bool in_guest;
	bool counting;
	bool armed;
} state;

int qemu_plugin_version = QEMU_PLUGIN_ABI_VERSION;

static void on_instruction(unsigned cpu, void *data)
{
	uint64_t pc = (uintptr_t)data;

	(void)cpu;
	if (state.in_guest) {
		if (pc != state.after_pc) {
			state.guest_pc = pc;
			return;
		}
		state.in_guest = false;
		state.counting = true;
		path_begin(&state.table);
	}
	if (state.counting)
		path_instruction(&state.table, pc);
}

static void on_store(unsigned cpu, uint32_t info, uint64_t address, void *data)
{
	(void)cpu;
	(void)data;
	/* QEMU 7.2 calls for loads too, whatever was registered. */
	if (state.counting && qemu_plugin_mem_is_store(info))
		path_store(&state.table, address, 1u << qemu_plugin_mem_size_shift(info));
}

static void arm(uint64_t id);

static void on_run(uint64_t pc, uint64_t size)
{
	/* A guest that is itself a hypervisor: to its host an instruction like any other. */
	if (state.in_guest && pc != state.run_pc) {
		state.guest_pc = pc;
		return;
	}
	if (state.counting)
		path_end(&state.table, state.guest_pc);
	state.counting = false;
	state.in_guest = true;
	state.guest_pc = 0;
	state.run_pc = pc;
	state.after_pc = pc + size;
	if (!state.armed) {
		state.armed = true;
		qemu_plugin_reset(state.id, arm);
	}
}

static void on_run_3(unsigned cpu, void *data)
{
	(void)cpu;
	on_run((uintptr_t)data, 3);
}

static void on_run_4(unsigned cpu, void *data)
{
	(void)cpu;
	on_run((uintptr_t)data, 4);
}

/* VMRUN's length, with one prefix at most (an assembler emits none or an address-size prefix), or
 * 0. */
static size_t run_size(const struct qemu_plugin_insn *insn)
{
	static const uint8_t opcode[] = { 0x0f, 0x01, 0xd8 };
	const uint8_t *bytes = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);

	if (size == 3 && !memcmp(bytes, opcode, 3))
		return 3;
	if (size == 4 && (bytes[0] == 0x67 || (bytes[0] & 0xf0) == 0x40) &&
	    !memcmp(bytes + 1, opcode, 3))
		return 4;
	return 0;
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		void *pc = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);
		size_t size = run_size(insn);

		if (size)
			qemu_plugin_register_vcpu_insn_exec_cb(insn,
							       size == 3 ? on_run_3 : on_run_4,
							       QEMU_PLUGIN_NO_REGISTERS, pc);
		else if (state.armed)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_instruction,
							       QEMU_PLUGIN_NO_REGISTERS, pc);
		if (state.armed)
			qemu_plugin_register_vcpu_mem_cb(insn, on_store, QEMU_PLUGIN_NO_REGISTERS,
							 QEMU_PLUGIN_STORES, NULL);
	}
}

static void on_end(uint64_t id, void *data)
{
	FILE *file = fopen(state.out, "we");
	int rc = file ? path_table_write(&state.table, file) : -errno;

	(void)id;
	(void)data;
	if (file && fclose(file) && !rc)
		rc = -errno;
	if (rc < 0)
		fprintf(stderr, "exit-path: cannot write %s: %s\n", state.out, strerror(-rc));
	path_table_release(&state.table);
	/* Blocks that still run until QEMU is gone must not touch the table. */
	state.counting = state.in_guest = false;
}

static void arm(uint64_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
}

int qemu_plugin_install(uint64_t id, const struct qemu_plugin_info *info, int argc, char **argv)
{
	uint64_t warm_up = WARM_UP_DEFAULT;

	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4)) {
			state.out = argv[i] + 4;
		} else if (!strncmp(argv[i], "warm-up=", 8)) {
			warm_up = strtoull(argv[i] + 8, NULL, 10);
		} else {
			fprintf(stderr, "exit-path: unknown argument %s\n", argv[i]);
			return -1;
		}
	}
	if (!state.out || !info->system_emulation || info->system.max_vcpus != 1) {
		fprintf(stderr, "exit-path: needs out=FILE and a machine with one CPU (-smp 1)\n");
		return -1;
	}
	state.id = id;
	path_table_init(&state.table, warm_up);
	arm(id);
	return 0;
}

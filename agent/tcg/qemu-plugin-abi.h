/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of QEMU's plugin interface (version 1, QEMU 4.2 to 8.x) that exit-path.so uses. QEMU
 * exports these functions from its executable; distributions do not package the header.
 *
 * A plugin defines qemu_plugin_version and qemu_plugin_install(). Callbacks run on the vCPU's
 * thread.
 */
#ifndef RUNWAY_AGENT_TCG_QEMU_PLUGIN_ABI_H
#define RUNWAY_AGENT_TCG_QEMU_PLUGIN_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_PLUGIN_ABI_VERSION 1

struct qemu_plugin_tb;
struct qemu_plugin_insn;

struct qemu_plugin_info {
	const char *target_name;
	struct {
		int min, cur;
	} version;
	bool system_emulation;
	union {
		struct {
			int smp_vcpus, max_vcpus;
		} system;
	};
};

enum qemu_plugin_register_use { QEMU_PLUGIN_NO_REGISTERS };
enum qemu_plugin_access { QEMU_PLUGIN_LOADS = 1, QEMU_PLUGIN_STORES = 2 };

/* Called when a block is translated; what it registers on the instructions is compiled in. */
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*translated)(uint64_t id,
							      struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);

uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

/* Called before the instruction executes, so also when it then faults or is intercepted. */
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*executes)(unsigned cpu, void *data),
					    enum qemu_plugin_register_use use, void *data);
/* Called after each access; info says how wide it was (log2 of its bytes). */
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*accessed)(unsigned cpu, uint32_t info,
						       uint64_t address, void *data),
				      enum qemu_plugin_register_use use,
				      enum qemu_plugin_access access, void *data);
unsigned qemu_plugin_mem_size_shift(uint32_t info);
bool qemu_plugin_mem_is_store(uint32_t info);

/*
 * Drops every callback and every translated block, at the next block boundary, then calls done(),
 * which may register anew.
 */
void qemu_plugin_reset(uint64_t id, void (*done)(uint64_t id));

void qemu_plugin_register_atexit_cb(uint64_t id, void (*ends)(uint64_t id, void *data), void *data);

/* Provided by the plugin. */
extern int qemu_plugin_version;
int qemu_plugin_install(uint64_t id, const struct qemu_plugin_info *info, int argc, char **argv);

#endif

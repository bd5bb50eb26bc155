// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/bochs-trace.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "agent/path-table.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

/* The debugger prints no longer ones. */
#define LINE_MAX_BYTES 1024

/* Where a VMCB holds what an exit was for and where the guest is; it begins a page. */
#define VMCB_EXIT_CODE 0x070
#define VMCB_RIP 0x578
/* External and virtual interrupts, NMI, SMI, INIT: the guest's next instruction did not begin. */
#define EXIT_CODE_INTERRUPT_FIRST 0x60
#define EXIT_CODE_INTERRUPT_LAST 0x64

/* Guests live below 2 MiB, host kernels in the upper half: see bochs_trace_add() on exits. */
#define UPPER_HALF (1ull << 63)

struct bochs_trace {
	struct path_table table;
	char line[LINE_MAX_BYTES];
	size_t line_bytes;
	uint64_t guest_pc; /* the guest instruction that began last; 0 when none did since entry */
	bool in_guest;
	bool counting;
	bool svm; /* the last entry was by VMRUN: the exit is read off the VMCB */
	uint64_t exit_code;
};

struct bochs_trace *bochs_trace_new(uint64_t warm_up)
{
	struct bochs_trace *trace = xcalloc(1, sizeof(*trace));

	path_table_init(&trace->table, warm_up);
	return trace;
}

void bochs_trace_free(struct bochs_trace **trace)
{
	if (!*trace)
		return;
	path_table_release(&(*trace)->table);
	free_ptr(trace);
}

struct text {
	const char *at, *end;
};

static bool starts(struct text text, const char *words)
{
	size_t length = strlen(words);

	return (size_t)(text.end - text.at) >= length && !memcmp(text.at, words, length);
}

static bool skip(struct text *text, const char *words)
{
	if (!starts(*text, words))
		return false;
	text->at += strlen(words);
	return true;
}

/* Past the next occurrence of words. */
static bool skip_past(struct text *text, const char *words)
{
	const char *found = memmem(text->at, (size_t)(text->end - text->at), words, strlen(words));

	if (!found)
		return false;
	text->at = found + strlen(words);
	return true;
}

static bool take_hex(struct text *text, uint64_t *ret_number)
{
	uint64_t number = 0;
	unsigned digits = 0;

	for (; text->at < text->end && digits <= 16; text->at++, digits++) {
		char c = *text->at;

		if (c >= '0' && c <= '9')
			number = number << 4 | (uint64_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			number = number << 4 | (uint64_t)((c | 0x20) - 'a' + 10);
		else
			break;
	}
	*ret_number = number;
	return digits && digits <= 16;
}

static bool take_decimal(struct text *text, uint32_t *ret_number)
{
	const char *begin = text->at;
	uint32_t number = 0;

	for (; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++)
		if (text->at - begin < 8)
			number = number * 10 + (uint32_t)(*text->at - '0');
	*ret_number = number;
	return text->at > begin && text->at - begin <= 8;
}

static void on_entry(struct bochs_trace *trace, bool svm)
{
	if (trace->counting)
		path_end(&trace->table, trace->guest_pc);
	trace->counting = false;
	trace->in_guest = true;
	trace->svm = svm;
	trace->exit_code = trace->guest_pc = 0;
}

/*
 * What executes between an entry and the first instruction in the upper half is the guest. An
 * instruction is printed before it is executed, thus before it is intercepted: the last one of the
 * guest is the one that exited. (On SVM see read_exit().)
 */
static void on_instruction(struct bochs_trace *trace, uint64_t pc, struct text mnemonic)
{
	bool svm = starts(mnemonic, "vmrun");

	if (trace->in_guest) {
		if (pc < UPPER_HALF) {
			trace->guest_pc = pc;
			return;
		}
		if (trace->svm && trace->exit_code >= EXIT_CODE_INTERRUPT_FIRST &&
		    trace->exit_code <= EXIT_CODE_INTERRUPT_LAST)
			trace->guest_pc = 0;
		trace->in_guest = false;
		trace->counting = true;
		path_begin(&trace->table);
	}
	if (svm || starts(mnemonic, "vmresume") || starts(mnemonic, "vmlaunch"))
		on_entry(trace, svm);
	else if (trace->counting)
		path_instruction(&trace->table, pc);
}

/* "(0).[12345] [0x000001234567] 0010:ffffffff81234567 (unk. ctxt): mov rax, rbx ; 4889d8" */
static bool read_instruction(struct bochs_trace *trace, struct text text)
{
	uint64_t pc;

	if (!skip(&text, "(0).["))
		return false;
	while (text.at < text.end && *text.at >= '0' && *text.at <= '9')
		text.at++;
	if (starts(text, "] ???"))
		return true;
	if (!skip_past(&text, "] [0x") || !skip_past(&text, "] ") || !skip_past(&text, ":") ||
	    !take_hex(&text, &pc) || !skip_past(&text, "): "))
		return false;
	on_instruction(trace, pc, text);
	return true;
}

/* "0x00000000 0x00010004" */
static bool take_value(struct text *text, uint64_t *ret_value)
{
	uint64_t high, low;

	if (!skip(text, "0x") || !take_hex(text, &high) || !skip(text, " 0x") ||
	    !take_hex(text, &low))
		return false;
	*ret_value = high << 32 | (low & UINT32_MAX);
	return true;
}

/*
 * "[CPU0 WR]: PHY 0x00000065a578 (len=8, INVALID): 0x00000000 0x00010004	; VMCS": the
 * debugger does not find the instructions of a guest with nested paging on SVM, but it sees where
 * the processor writes down how far the guest got.
 */
static bool read_exit(struct bochs_trace *trace, struct text text)
{
	uint64_t address, value;

	if (!skip(&text, "WR]: PHY 0x") || !take_hex(&text, &address) ||
	    !skip_past(&text, "(len=8, ") || !skip_past(&text, "): ") || !take_value(&text, &value))
		return false;
	if ((address & 0xfff) == VMCB_RIP && value < UPPER_HALF)
		trace->guest_pc = value;
	else if ((address & 0xfff) == VMCB_EXIT_CODE)
		trace->exit_code = value;
	return true;
}

/*
 * "[CPU0 WR]: LIN 0xffffc90000123ff8 PHY 0x000001234ff8 (len=8, WB): 0x00000000 0x00000001"; RW is
 * a read that a write to the same place follows. Accesses without LIN are the processor's own
 * (page tables, the VMCS).
 */
static bool read_access(struct bochs_trace *trace, struct text text)
{
	uint64_t address;
	uint32_t bytes;

	if (!skip(&text, "[CPU0 "))
		return false;
	if (trace->in_guest && trace->svm)
		read_exit(trace, text);
	if (!trace->counting || !trace->table.length ||
	    !(starts(text, "WR]: LIN 0x") || starts(text, "RW]: LIN 0x")))
		return true;
	if (!skip_past(&text, "LIN 0x") || !take_hex(&text, &address) ||
	    !skip_past(&text, "(len=") || !take_decimal(&text, &bytes) || !bytes || bytes > 64 ||
	    address > UINT64_MAX - bytes)
		return false;
	path_store(&trace->table, address, bytes);
	return true;
}

/* The newest is what says why an emulator ended. */
static void keep(struct buf *other, const char *line, size_t bytes)
{
	if (bytes + 1 > other->max_bytes - other->length)
		buf_consume(other, other->length / 2);
	buf_append_some(other, line, bytes);
	buf_append_some(other, "\n", 1);
}

static void read_line(struct bochs_trace *trace, struct buf *other)
{
	struct text text = { trace->line, trace->line + trace->line_bytes };

	if (read_instruction(trace, text) || read_access(trace, text))
		return;
	/* Where the debugger stops, tracing is switched on or off: what was under way is not whole.
	 */
	if (memmem(trace->line, trace->line_bytes, "breakpoint", 10))
		trace->in_guest = trace->counting = false;
	keep(other, trace->line, trace->line_bytes);
}

void bochs_trace_add(struct bochs_trace *trace, const char *bytes, size_t count, struct buf *other)
{
	const char *end = bytes + count;

	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t length = (size_t)((newline ?: end) - bytes);
		size_t room = sizeof(trace->line) - trace->line_bytes;

		memcpy(trace->line + trace->line_bytes, bytes, length < room ? length : room);
		trace->line_bytes += length < room ? length : room;
		if (!newline)
			return;
		read_line(trace, other);
		trace->line_bytes = 0;
		bytes = newline + 1;
	}
}

int bochs_trace_write(struct bochs_trace *trace, const char *path, struct err *err)
{
	CLEANUP(close_file) FILE *file = fopen(path, "we");
	int rc;

	if (!file)
		return err_sys(err, -errno, "Cannot create %s", path);
	rc = path_table_write(&trace->table, file);
	if (!rc && fflush(file))
		rc = -errno;
	return rc < 0 ? err_sys(err, rc, "Cannot write %s", path) : 0;
}

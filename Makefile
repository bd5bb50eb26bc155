# SPDX-License-Identifier: GPL-2.0-or-later
#
#	make run      install what is missing, build, measure series/ and print the ranking
#	make check    install what is missing, run every test
#	make bench    measure Runway itself, as ratios
#	make bench-stats  simulate campaigns: power, then false positives
#	make          build into build/
#	make install  PREFIX=/usr/local DESTDIR=: programs, manual pages, completion
#	DEVELOPER=1   -Werror and strict warnings;  SANITIZE=address,undefined|thread
#	make fuzz     build the targets of libFuzzer into build/fuzz/fuzz/ (needs clang)
#	make analyze  clang-tidy and cppcheck;      make format   clang-format

B := build
CC ?= gcc
PKG := libgit2 jansson libmicrohttpd sqlite3 libcurl gmime-3.0 nettle libdw libelf gsl libarchive
CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wno-format-nonliteral
ifdef DEVELOPER
WARN += -Werror -Wundef -Wpointer-arith -Wwrite-strings -Wvla
endif
comma := ,
ifdef SANITIZE
B := build/$(subst $(comma),-,$(SANITIZE))
SAN := -fsanitize=$(SANITIZE) -fno-omit-frame-pointer
endif
# Expanded on first use, so that `make setup` runs before the libraries are there.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKG)))$(PKG_CFLAGS)
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -I. -I$(B)/gen -include lib/banned.h $(WARN) $(CFLAGS) $(SAN) $(PKG_CFLAGS)

# What each program links beside librunway.a.
LIBS_lib = $(shell pkg-config --libs gmime-3.0 jansson nettle)
LIBS_server = $(shell pkg-config --libs libmicrohttpd sqlite3 jansson gmime-3.0 nettle libcurl gsl) -lm
LIBS_agent = $(shell pkg-config --libs libgit2 libcurl jansson gmime-3.0 nettle libdw libelf)
LIBS_cli = $(shell pkg-config --libs libarchive libcurl jansson gmime-3.0 nettle) -lm
LIBS_workloads =

PARTS := server agent cli workloads
PROGRAM_server := runwayd
PROGRAM_agent := runway-agent
PROGRAM_cli := runway
PROGRAM_workloads := runway-bench
PROGRAMS := $(foreach p,$(PARTS),$(B)/bin/$(PROGRAM_$p))

sources = $(filter-out $1/test-%,$(wildcard $1/*.c $1/*.S))
objects = $(addprefix $(B)/obj/,$(addsuffix .o,$(call sources,$1)))
# A part without its main(): what its tests link.
parts_of = $(filter-out %/main.c.o,$(call objects,$1))
TESTS := $(foreach p,lib $(PARTS),$(patsubst %.c,$(B)/test/%,$(wildcard $p/test-*.c)))

.DEFAULT_GOAL := all
all: $(PROGRAMS) $(B)/lib/exit-path.so $(B)/lib/bochs-stdio.so

$(B)/librunway.a: $(call objects,lib)
	$(AR) rcs $@ $^

# runway-bench runs as the only program of a host under test: static, and never with sanitizers, for
# which it has objects of its own.
BENCH := $(patsubst $(B)/obj/%,$(B)/plain/%,$(call objects,workloads) \
	$(foreach f,alloc buf cleanup err file histogram list,$(B)/obj/lib/$f.c.o))
$(B)/plain/%: SAN :=

define object
$(B)/$1/%.c.o: %.c | $(B)/gen/sql.h
	@mkdir -p $$(@D)
	$(CC) $$(ALL_CFLAGS) -MMD -MP -c -o $$@ $$<
$(B)/$1/%.S.o: %.S
	@mkdir -p $$(@D)
	$(CC) -I. -MMD -MP -c -o $$@ $$<
endef
$(foreach o,obj plain,$(eval $(call object,$o)))

define program
$(B)/bin/$(PROGRAM_$1): $(if $(filter workloads,$1),$(BENCH),$(call objects,$1) $(B)/librunway.a)
	@mkdir -p $$(@D)
	$(CC) $(if $(filter workloads,$1),-static,$(SAN)) -o $$@ $$^ $$(LIBS_$1) -pthread
$(B)/test/$1/%: $1/%.c $(call parts_of,$1) $(B)/librunway.a
	@mkdir -p $$(@D)
	$(CC) $$(ALL_CFLAGS) -MMD -MP -MF $$@.d -o $$@ $$< $(call parts_of,$1) $(B)/librunway.a $$(LIBS_$1) -lcmocka -pthread
endef
$(foreach p,$(PARTS),$(eval $(call program,$p)))
$(B)/test/lib/%: lib/%.c $(B)/librunway.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(B)/librunway.a $(LIBS_lib) -lcmocka -pthread

# Manual pages and completion, from what the programs say of themselves.
SHARE := $(addprefix $(B)/share/,runway.1 runwayd.8 runway-agent.8 runway.bash _runway)
$(B)/share/runway.1: ARGUMENTS := help --man
$(B)/share/runway.bash: ARGUMENTS := completion bash
$(B)/share/_runway: ARGUMENTS := completion zsh
$(B)/share/runway.1 $(B)/share/runway.bash $(B)/share/_runway: $(B)/bin/runway
	@mkdir -p $(@D)
	$< $(ARGUMENTS) > $@.tmp && mv $@.tmp $@
$(B)/share/%.8: man/%.8.in man/options.awk $(B)/bin/%
	@mkdir -p $(@D)
	$(B)/bin/$* --help | awk -f man/options.awk $< - > $@.tmp && mv $@.tmp $@
share: $(SHARE)

# Simulated campaigns, on the server's own planner and mathematics.
$(B)/simulate: $(patsubst %.c,$(B)/obj/%.c.o,$(wildcard tests/simulate/*.c)) $(call parts_of,server) $(B)/librunway.a
	$(CC) $(SAN) -o $@ $^ $(LIBS_server) -pthread

# What make bench drives a server with, and what it holds it against.
HTTP_BENCH := $(B)/http/hello $(B)/http/load
$(B)/http/%: tests/http/%.c $(B)/librunway.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS_server) -pthread

# libFuzzer's targets and a server under the same sanitizers, in a build of their own by clang. To add
# one: tests/fuzz/x.c, inputs in tests/fuzz/corpus/x/, and below, sorted, what it links.
FUZZ_bench := $(patsubst %,$(B)/obj/agent/%.c.o,json-bench json-field)
FUZZ_counters := $(patsubst %,$(B)/obj/workloads/%.c.o,counters exit-trace kvm-stats)
FUZZ_mbox :=
FUZZ_patch := $(patsubst %,$(B)/obj/agent/%.c.o,diff diff-header diff-path locate)
FUZZ_request = $(call parts_of,server)
FUZZ_route = $(call parts_of,server)
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*.c))
.SECONDEXPANSION:
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.c.o $$(FUZZ_$$*) $(B)/librunway.a
	@mkdir -p $(@D)
	$(CC) $(SAN) -fsanitize=fuzzer -o $@ $^ $(LIBS_server) -pthread
fuzzers: $(FUZZERS) $(B)/bin/$(PROGRAM_server)
fuzz:
	@$(MAKE) --no-print-directory -s -j2 B=build/fuzz CC=clang CFLAGS='-O1 -g' \
		SANITIZE=fuzzer-no-link,address,undefined fuzzers

# The plugin that QEMU loads; its ABI comes with QEMU, no library is linked.
$(B)/lib/exit-path.so: $(wildcard agent/tcg/*.c agent/tcg/*.h) agent/path-table.c agent/path-table.h
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -D_GNU_SOURCE -I. $(WARN) -O2 -g -fPIC -shared -o $@ $(filter %.c,$^)

# What Bochs is made to load.
$(B)/lib/bochs-stdio.so: agent/preload/bochs-stdio.c
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -D_GNU_SOURCE -I. $(WARN) -O2 -g -fPIC -shared -o $@ $<

# What it includes as bytes.
$(B)/obj/server/embed.S.o: server/openapi.json $(wildcard server/docs/*)

# Migrations and named statements as C strings.
$(B)/gen/sql.h: sql/embed.awk $(wildcard sql/*.sql)
	@mkdir -p $(@D)
	LC_ALL=C awk -f sql/embed.awk $(sort $(wildcard sql/*.sql)) > $@.tmp && mv $@.tmp $@

setup:
	@deploy/install-packages run
setup-check:
	@deploy/install-packages check

run: setup
	@$(MAKE) --no-print-directory -s all
	@deploy/run

check: setup-check
	@$(MAKE) --no-print-directory -s -j2 all tests $(B)/simulate
	@B=$(B) tests/run

tests: $(TESTS)

bench: setup-check
	@$(MAKE) --no-print-directory -s all $(HTTP_BENCH)
	@tests/bench

bench-stats: setup-check
	@$(MAKE) --no-print-directory -s $(B)/simulate
	@$(B)/simulate

install: all share
	@B=$(B) PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" deploy/install

analyze:
	clang-tidy --quiet $(foreach p,lib $(PARTS),$(wildcard $p/*.c)) -- $(ALL_CFLAGS)
	cppcheck --quiet --enable=warning,portability --inline-suppr -I. lib $(PARTS)

format:
	clang-format -i $(foreach p,lib $(PARTS) agent/preload agent/tcg tests/http tests/simulate,$(wildcard $p/*.c $p/*.h))

clean:
	rm -rf build

.PHONY: all run check install share tests fuzz fuzzers bench bench-stats setup setup-check analyze format clean
.SECONDARY:
# Not all of $(B): tests keep whole kernel trees below it.
-include $(shell find $(B)/obj $(B)/plain $(B)/test -name '*.d' -type f 2>/dev/null)

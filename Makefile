# clockwitness: clockwitnessd measures, clockwitness explains.
#
#   make            both programs, in $(BUILD)/
#   make demo       the whole job on this machine, without a network, in under a minute
#   make check      all tests            make SAN=1 check   the same under ASan and UBSan
#   make deps       install what is missing (Debian); deps-build: to build alone
#   make help       everything else

NAME    = clockwitness
VERSION = 0.1.0

BUILD      ?= $(if $(SAN),build-san,build)
PREFIX     ?= /usr/local
SBINDIR    ?= $(PREFIX)/sbin
BINDIR     ?= $(PREFIX)/bin
MANDIR     ?= $(PREFIX)/share/man
SYSCONFDIR ?= /etc
UNITDIR    ?= $(PREFIX)/lib/systemd/system
PRESETDIR  ?= $(PREFIX)/lib/systemd/system-preset
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
CATALOGDIR ?= $(PREFIX)/lib/systemd/catalog
DATADIR    ?= $(PREFIX)/share
ZSHDIR     ?= zsh/site-functions
INSTALL    ?= install
PKG_CONFIG ?= pkg-config
SEEDS      ?= 50
FUZZ_S     ?= 60
KILLS      ?= 1000
JOBS       ?= 4
CFLAGS     ?= -O2 -g

# a comma that $(if) does not take for its own
, = ,
Q = $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-7s %s\n')

DEPS_BUILD = gcc libc6-dev pkg-config libevent-dev libsystemd-dev libinih-dev \
             libsodium-dev libjansson-dev libarchive-dev libssl-dev libzstd-dev libseccomp-dev
DEPS_TEST  = chromium check python3 perl strace jq openssl coreutils util-linux iproute2 \
             libseccomp2 libgnutls30 libcap2 tzdata python3-yaml dpkg-dev systemd-container dbus zstd e2fsprogs mount
DEPS_LINT  = clang clang-format clang-tidy cppcheck mandoc shellcheck systemd libclang-rt-14-dev lintian

WARNINGS = -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wvla \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wcast-qual \
  -Wcast-align -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef -Wswitch-enum \
  -Wfloat-equal -Wdouble-promotion -Wnull-dereference -Wimplicit-fallthrough \
  $(if $(WERROR),-Werror)
HARDEN = $(if $(SAN),,-fstack-protector-strong -fstack-clash-protection -fPIE \
  -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
HARDEN_LD = $(if $(SAN),,-pie -Wl$(,)-z$(,)relro$(,)-z$(,)now$(,)-z$(,)noexecstack)
SANITIZE = $(if $(SAN),-fsanitize=address$(,)undefined -fno-sanitize-recover=all \
  -fno-omit-frame-pointer)

ALL_CPPFLAGS = -Iinclude -DCLOCKWITNESS_VERSION='"$(VERSION)"' \
  -DCLOCKWITNESS_SYSCONFDIR='"$(SYSCONFDIR)"' $(CPPFLAGS)
SMALL    = $(if $(STATIC),-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables)
SMALL_LD = $(if $(STATIC),-Wl$(,)--gc-sections -Wl$(,)-z$(,)pack-relative-relocs \
  -Wl$(,)--build-id=none)
# nothing in the daemon unwinds its stack
LEAN_LD  = -Wl$(,)-T$(,)daemon/static.ld -Wl$(,)--no-eh-frame-hdr
# conclusions are replayed bit for bit: no fused multiply-add
ALL_CFLAGS = -std=c11 -ffp-contract=off $(WARNINGS) $(HARDEN) $(SANITIZE) $(SMALL) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LD) $(SANITIZE) $(SMALL_LD) $(LDFLAGS)

core_c   = $(wildcard core/*.c)
daemon_c = $(wildcard daemon/*.c)
tools_c  = $(wildcard tools/*.c)
tests_c  = $(wildcard tests/test_*.c)
progs_c  = $(wildcard tests/prog_*.c)
mains_c  = $(wildcard tests/*_main.c tests/preload_*.c)
fuzz_c   = $(wildcard tests/fuzz_*.c)
shared_c = $(filter-out $(tests_c) $(progs_c) $(mains_c) $(fuzz_c),$(wildcard tests/*.c))
core_o   = $(core_c:%.c=$(BUILD)/%.o)
daemon_o = $(daemon_c:%.c=$(BUILD)/%.o)
tools_o  = $(tools_c:%.c=$(BUILD)/%.o)
shared_o = $(shared_c:%.c=$(BUILD)/%.o)
test_bin = $(tests_c:%.c=$(BUILD)/%)
fuzz_bin = $(fuzz_c:%.c=$(BUILD)/%)
prog_bin = $(progs_c:%.c=$(BUILD)/%) $(BUILD)/tests/preload_clock.so \
           $(BUILD)/tests/preload_phc.so
test_t   = $(sort $(wildcard tests/*.t))

$(BUILD)/core/%.o:   ALL_CFLAGS += -pedantic-errors
$(BUILD)/daemon/%.o: ALL_CPPFLAGS += -D_GNU_SOURCE
$(BUILD)/tools/%.o:  ALL_CPPFLAGS += -D_GNU_SOURCE
$(BUILD)/tests/%.o:  ALL_CPPFLAGS += -D_GNU_SOURCE

# asked for only where something is compiled, so that deps and clean need nothing
pkg = $(shell $(PKG_CONFIG) $(if $(STATIC),--static) --$(1) $(2))
DAEMON_PKGS = libevent_core libevent_extra inih libsodium libseccomp \
              $(if $(NOSYSTEMD),,libsystemd) $(if $(NOZSTD),,libzstd)
TOOLS_PKGS  = libsodium jansson $(if $(NOARCHIVE),,libarchive) inih libcrypto libzstd \
              $(if $(NOSYSTEMD),,libsystemd)
TESTS_PKGS  = $(TOOLS_PKGS) check
# what goes onto a host in trouble is small, and core with it
$(BUILD)/daemon/%.o $(BUILD)/core/%.o: ALL_CFLAGS += $(if $(STATIC),-Os)
$(BUILD)/daemon/%.o: ALL_CPPFLAGS += $(if $(NOSYSTEMD),-DWITHOUT_SYSTEMD) \
  $(if $(STATIC),-DWITHOUT_NSS) $(if $(NOZSTD),-DWITHOUT_ZSTD)
$(BUILD)/tools/%.o: ALL_CPPFLAGS += $(if $(NOARCHIVE),-DWITHOUT_ARCHIVE) \
  $(if $(NOSYSTEMD),-DWITHOUT_SYSTEMD)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all deps deps-build deps-lint engines check run-check lint format demo run-demo install uninstall deb run-deb \
  static check-static sim bench-year run-bench-year bench-accuracy run-bench-accuracy fuzz run-fuzz compare-correct bench-correct clean help FORCE

all: $(BUILD)/$(NAME)d $(BUILD)/$(NAME)

$(BUILD)/core.a: $(core_o)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/$(NAME)d: $(daemon_o) $(BUILD)/core.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(if $(STATIC),-static-pie $(LEAN_LD)) -o $@ $^ \
	  $(call pkg,libs,$(DAEMON_PKGS)) -lm

$(BUILD)/$(NAME): $(tools_o) $(BUILD)/core.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(if $(STATIC),-static-pie) -o $@ $^ \
	  $(call pkg,libs,$(TOOLS_PKGS)) -lm

# the engines against simulated truth: tests/sim_main.c says how to use it
$(BUILD)/simulate: $(BUILD)/tests/sim_main.o $(shared_o) $(BUILD)/core.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(call pkg,libs,libsodium check) -lm

# the same worlds as the daemon sees them: tests/sim_live_main.c
$(BUILD)/simulate-live: $(BUILD)/tests/sim_live_main.o $(shared_o) $(BUILD)/core.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(call pkg,libs,libsodium check) -lm

sim: deps
	@$(MAKE) --no-print-directory $(BUILD)/simulate
	$(BUILD)/simulate -n $(SEEDS)

# all tampering there is, on longer files than in check: tests/test_campaign.c
.PHONY: campaign
campaign: deps
	@$(MAKE) --no-print-directory $(BUILD)/tests/test_campaign
	CAMPAIGN=100 $(BUILD)/tests/test_campaign

# kill -9 at random moments, KILLS of them, and what was acknowledged is there
.PHONY: campaign-kill
campaign-kill: deps
	@$(MAKE) --no-print-directory all
	BUILD='$(BUILD)' KILLS=$(KILLS) nice prove -v tests/kill.t

# ten seconds of 10,000 malformed replies each
.PHONY: campaign-flood
campaign-flood: deps
	@$(MAKE) --no-print-directory all
	BUILD='$(BUILD)' FLOOD_S=10 prove -v tests/flood.t

# CPU time of verifying, beside hashing alone; DAYS=30
.PHONY: bench-verify run-bench-verify
bench-verify: deps
	@$(MAKE) --no-print-directory run-bench-verify

run-bench-verify: all $(BUILD)/tests/prog_make_year $(BUILD)/tests/prog_hash
	BUILD='$(BUILD)' tests/bench_verify

# unit tests may call the daemon's configuration and the tools' line source, never their main
$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(shared_o) \
  $(filter-out %/main.o,$(daemon_o) $(tools_o)) $(BUILD)/core.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ \
	  $(call pkg,libs,$(DAEMON_PKGS) $(TESTS_PKGS)) -lm

# fuzzers with a main of ours, which runs them on files; with FUZZ, libFuzzer's
$(BUILD)/tests/fuzz_%: $(BUILD)/tests/fuzz_%.o $(if $(FUZZ),,$(BUILD)/tests/corpus_main.o) \
  $(filter-out %/main.o,$(tools_o)) $(BUILD)/core.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(if $(FUZZ),-fsanitize=fuzzer) -o $@ $^ \
	  $(call pkg,libs,$(TOOLS_PKGS)) -lm

# what the scenarios need beside the products
$(BUILD)/tests/prog_%: $(BUILD)/tests/prog_%.o $(BUILD)/tests/pen.o $(BUILD)/core.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(call pkg,libs,libsodium) -lm

$(BUILD)/tests/preload_%.so: tests/preload_%.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) -std=c11 -O2 -fPIC -shared $(WARNINGS) -o $@ $<

$(BUILD)/%.o: %.c $(BUILD)/.flags
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# a change of flags rebuilds everything
$(BUILD)/.flags: FORCE
	@mkdir -p $(BUILD)
	@printf '%s\n' '$(subst ','\'',$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(STATIC) $(NOSYSTEMD) $(NOARCHIVE) $(NOZSTD))' \
	  | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(STATIC) $(NOSYSTEMD) $(NOARCHIVE) $(NOZSTD))' > $@

-include $(core_o:.o=.d) $(daemon_o:.o=.d) $(tools_o:.o=.d) $(shared_o:.o=.d) $(test_bin:=.d) $(progs_c:%.c=$(BUILD)/%.d) \
  $(fuzz_bin:=.d) $(mains_c:%.c=$(BUILD)/%.d)

deps:
	@tests/install-packages $(DEPS_BUILD) $(DEPS_TEST)

deps-build:
	@tests/install-packages $(DEPS_BUILD)

deps-lint:
	@tests/install-packages $(DEPS_BUILD) $(DEPS_TEST) $(DEPS_LINT)

check: deps
	@tests/unpack-chrony $(BUILD)/peers
	@$(MAKE) --no-print-directory run-check

# DuckDB for tests/export.t, from the npm registry; without it that comparison is skipped
engines:
	@mkdir -p $(BUILD)/engines
	cd $(BUILD)/engines && npm install --no-save --no-audit --no-fund @duckdb/node-api

# scenarios wait more than they compute: several at a time, and they first
run-check: all $(test_bin) $(prog_bin) $(fuzz_bin) $(BUILD)/simulate $(BUILD)/simulate-live
	BUILD='$(BUILD)' prove --exec '' -j $(JOBS) $(PROVEFLAGS) $(test_t) $(test_bin)

demo:
	@tests/install-packages $(DEPS_BUILD) python3 util-linux
	@$(MAKE) --no-print-directory run-demo

run-demo: all
	BUILD='$(BUILD)' tests/demo

# README's commands as they stand there, on fresh systems; FULL=1: for as long, too
.PHONY: check-readme
check-readme:
	@tests/install-packages mmdebstrap systemd-container python3 iproute2 util-linux
	tests/check_readme

# in a virtual machine, whose clock is really set
.PHONY: check-qemu
check-qemu: deps
	@tests/install-packages qemu-system-x86 busybox-static cpio
	@$(MAKE) --no-print-directory static $(BUILD)/$(NAME) build-static/guest
	BUILD='$(BUILD)' tests/check_qemu

build-static/guest: tests/guest_main.c
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 $(WARNINGS) -static-pie -o $@ $<

lint: deps-lint
	@$(MAKE) --no-print-directory all WERROR=1 BUILD=build-lint
	@$(MAKE) --no-print-directory run-lint

# what they find stays in build-fuzz/found; what was a mistake goes to tests/corpus as well
fuzz: deps-lint
	@$(MAKE) --no-print-directory run-fuzz FUZZ=1 SAN=1 CC=clang BUILD=build-fuzz \
	  CFLAGS='-O1 -g -fsanitize=fuzzer-no-link'

run-fuzz: $(fuzz_bin)
	for f in $(patsubst tests/fuzz_%.c,%,$(fuzz_c)); do mkdir -p $(BUILD)/found/$$f; \
	  $(BUILD)/tests/fuzz_$$f -max_total_time=$(FUZZ_S) -max_len=20000 -print_final_stats=1 \
	  -artifact_prefix=$(BUILD)/found/ $(BUILD)/found/$$f tests/corpus/$$f || exit 1; done

# correct -j under ThreadSanitizer, too
.PHONY: check-threads run-check-threads
check-threads: deps
	@$(MAKE) --no-print-directory run-check-threads BUILD=build-threads CFLAGS='-O1 -g -fsanitize=thread'

run-check-threads: all $(BUILD)/tests/prog_make_evidence
	BUILD='$(BUILD)' prove tests/threads.t

# correct against Python, a million lines of each format; beside other tools: tests/bench_correct
compare-correct: deps
	@$(MAKE) --no-print-directory all $(BUILD)/tests/prog_make_evidence
	BUILD='$(BUILD)' tests/compare_correct

bench-correct: deps
	@tests/install-packages mawk
	@$(MAKE) --no-print-directory all $(BUILD)/tests/prog_make_evidence
	BUILD='$(BUILD)' tests/bench_correct

# merge beside cat, sort -m and lnav, which is left out where it cannot be had
.PHONY: bench-merge
bench-merge: deps
	-@tests/install-packages lnav
	@$(MAKE) --no-print-directory all $(BUILD)/tests/prog_make_evidence
	BUILD='$(BUILD)' tests/bench_merge

# the real daemon beside chronyd -x, which is unpacked, not installed; tests/bench_accuracy says more
bench-accuracy: deps
	@tests/unpack-chrony $(BUILD)/peers
	@$(MAKE) --no-print-directory run-bench-accuracy

run-bench-accuracy: all $(BUILD)/tests/preload_clock.so
	BUILD='$(BUILD)' tests/bench_accuracy

# memory, CPU, wakeups, system calls, sizes, beside other time daemons; MINUTES=10
.PHONY: bench-footprint
bench-footprint: deps static
	@tests/unpack-peers $(BUILD)/peers-footprint
	@$(MAKE) --no-print-directory all $(BUILD)/tests/prog_sleep
	BUILD='$(BUILD)' tests/bench_footprint

# a year of evidence, eight servers at 64 s: 3.4 GB in TMPDIR; DAYS=365
bench-year: deps
	@$(MAKE) --no-print-directory run-bench-year

run-bench-year: all $(BUILD)/tests/prog_make_year
	BUILD='$(BUILD)' tests/bench_year

sources = $(core_c) $(daemon_c) $(tools_c) $(tests_c) $(progs_c) $(mains_c) $(shared_c) $(fuzz_c)
headers = $(wildcard include/*.h daemon/*.h tools/*.h tests/*.h)
manuals = $(wildcard */*.[1-8])

run-lint:
	clang-format --dry-run -Werror $(sources) $(headers)
	printf '%s\n' $(core_c) $(daemon_c) $(tools_c) | xargs -P 2 -n 4 sh -c \
	  'exec clang-tidy --quiet "$$@" -- -std=c11 -D_GNU_SOURCE -Iinclude \
	  -DCLOCKWITNESS_VERSION=\"0\" -DCLOCKWITNESS_SYSCONFDIR=\"/etc\"' clang-tidy
	cppcheck --quiet --std=c11 --enable=warning,style,performance,portability \
	  --inline-suppr --error-exitcode=1 -Iinclude -j 2 $(core_c) $(daemon_c) $(tools_c)
	shellcheck tests/install-packages tests/unpack-chrony tools/verify-by-hand tests/systemd-box .ci/run \
	  packaging/make-deb packaging/postinst packaging/prerm packaging/postrm \
	  completion/clockwitness.bash
	mandoc -Tlint -Wwarning $(manuals)
	for u in $(units); do $(call unit,$$u,$(CURDIR)/build-lint) > build-lint/$$u; done
	systemd-analyze verify --man=no $(units:%=build-lint/%)
	for u in $(units); do systemd-analyze security --offline=true --threshold=13 build-lint/$$u \
	  > build-lint/exposure || { cat build-lint/exposure; exit 1; }; done

format:
	clang-format -i $(sources) $(headers)

# without libsystemd, which has no static form, without libarchive, whose own libraries
# Debian has not all as archives, and without NSS: names go through evdns
static:
	@$(MAKE) --no-print-directory all STATIC=1 NOSYSTEMD=1 NOARCHIVE=1 NOZSTD=1 BUILD=build-static
	strip build-static/$(NAME)d build-static/$(NAME)
	ls -l build-static/$(NAME)d build-static/$(NAME)
	sha256sum build-static/$(NAME)d build-static/$(NAME)

# the same octets from another directory; what the file needs on a host: nothing
check-static: deps static $(BUILD)/tests/preload_clock.so
	rm -rf build-again && mkdir -p build-again/elsewhere
	cp -r Makefile core daemon include tools conf build-again/elsewhere/
	$(MAKE) --no-print-directory -C build-again/elsewhere static
	cmp build-static/$(NAME)d build-again/elsewhere/build-static/$(NAME)d
	cmp build-static/$(NAME) build-again/elsewhere/build-static/$(NAME)
	rm -rf build-again
	@$(MAKE) --no-print-directory all
	BUILD='$(BUILD)' prove tests/static.t

# the units share what confines them
units = $(NAME)d.service $(NAME)-capture@.service
unit  = sed -e '/^@HARDENING@$$/{r systemd/hardening.conf' -e 'd}' -e 's|@SBINDIR@|$(2)|' \
  -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|' systemd/$(1)

# bash looks by the command's name, and finds both in one file
completions = $(NAME).bash:bash-completion/completions/$(NAME) \
  $(NAME).bash:bash-completion/completions/$(NAME)d \
  $(NAME).zsh:$(ZSHDIR)/_$(NAME) \
  $(NAME).fish:fish/vendor_completions.d/$(NAME).fish \
  $(NAME)d.fish:fish/vendor_completions.d/$(NAME)d.fish

install: all
	$(INSTALL) -D -m 755 $(BUILD)/$(NAME)d $(DESTDIR)$(SBINDIR)/$(NAME)d
	$(INSTALL) -D -m 755 $(BUILD)/$(NAME) $(DESTDIR)$(BINDIR)/$(NAME)
	for m in $(manuals); do \
	  $(INSTALL) -D -m 644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/} || exit 1; done
	test -e $(DESTDIR)$(SYSCONFDIR)/$(NAME).conf || \
	  $(INSTALL) -D -m 644 conf/$(NAME).conf $(DESTDIR)$(SYSCONFDIR)/$(NAME).conf
	$(INSTALL) -d $(DESTDIR)$(UNITDIR)
	for u in $(units); do $(call unit,$$u,$(SBINDIR)) > $(DESTDIR)$(UNITDIR)/$$u && \
	  chmod 644 $(DESTDIR)$(UNITDIR)/$$u || exit 1; done
	$(INSTALL) -D -m 644 systemd/$(NAME).sysusers $(DESTDIR)$(SYSUSERSDIR)/$(NAME).conf
	$(INSTALL) -D -m 644 systemd/$(NAME).tmpfiles $(DESTDIR)$(TMPFILESDIR)/$(NAME).conf
	$(INSTALL) -D -m 644 systemd/$(NAME).preset $(DESTDIR)$(PRESETDIR)/50-$(NAME).preset
	$(INSTALL) -D -m 644 systemd/$(NAME).catalog $(DESTDIR)$(CATALOGDIR)/$(NAME).catalog
	for c in $(completions); do \
	  $(INSTALL) -D -m 644 completion/$${c%%:*} $(DESTDIR)$(DATADIR)/$${c#*:} || exit 1; done

# Debian packages, from what is installed into a directory; packaging/make-deb says more
DEB = $(BUILD)/deb
deb: deps
	@tests/install-packages dpkg-dev
	@$(MAKE) --no-print-directory run-deb
	if command -v lintian >/dev/null; then lintian --fail-on error $(DEB)/*.deb; fi

run-deb: all
	rm -rf $(DEB)-stage
	$(MAKE) -s -o all install DESTDIR=$(DEB)-stage PREFIX=/usr SYSCONFDIR=/etc \
	  ZSHDIR=zsh/vendor-completions
	packaging/make-deb $(DEB)-stage $(DEB) $(VERSION)
	rm -rf $(DEB)-stage

# the configuration and the evidence stay
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/$(NAME)d $(DESTDIR)$(BINDIR)/$(NAME) \
	  $(units:%=$(DESTDIR)$(UNITDIR)/%) $(DESTDIR)$(SYSUSERSDIR)/$(NAME).conf \
	  $(DESTDIR)$(TMPFILESDIR)/$(NAME).conf $(DESTDIR)$(PRESETDIR)/50-$(NAME).preset \
	  $(DESTDIR)$(CATALOGDIR)/$(NAME).catalog
	for c in $(completions); do rm -f $(DESTDIR)$(DATADIR)/$${c#*:}; done
	for m in $(manuals); do rm -f $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/}; done

clean:
	rm -rf build build-san build-lint build-static build-fuzz build-threads build-again

help:
	@sed -n '3,9s/^# \{0,1\}//p' Makefile
	@echo '  make sim        the estimate and the guarantee against simulated truth, SEEDS=50'
	@echo '  make bench-accuracy   beside chronyd, same servers, nine minutes; DURATION=120 s a world'
	@echo '  make bench-footprint   memory, CPU, wakeups beside chronyd, ntpd, openntpd; MINUTES=10'
	@echo '  make bench-correct   the correction of logs beside cat, grep, sed, mawk, python; MB=500'
	@echo '  make compare-correct   against Python, a million lines a format; LINES= SEED='
	@echo '  make check-threads   correct by several threads, under ThreadSanitizer'
	@echo '  make bench-merge     the merge of four hosts'"'"' logs beside cat, sort -m, lnav; MB=100'
	@echo '  make bench-verify   CPU time of verifying, beside hashing alone; DAYS=30'
	@echo '  make campaign-kill   the daemon killed at random moments; KILLS=1000'
	@echo '  make campaign-flood   10,000 malformed replies a second, for ten seconds'
	@echo '  make fuzz       the fuzzers with libFuzzer, FUZZ_S=60 seconds each'
	@echo '  make bench-year   a year of evidence read and modelled: time and memory; DAYS=365'
	@echo '  make engines    fetches DuckDB from the npm registry, for tests/export.t'
	@echo '  make campaign   every bit flipped, every line moved, every cut: all tampering is found'
	@echo '  make check-readme   the commands of README on fresh systems, for 20 s instead of 15 min but with FULL=1'
	@echo '  make check-qemu   a clock that is really set, in a virtual machine; three minutes'
	@echo '  make lint       formatter, linters, manual and unit checks'
	@echo '  make format     rewrite the sources in the project'"'"'s style'
	@echo '  make static     one static file each, without libsystemd, in build-static/'
	@echo '  make check-static   twice the same octets; on an empty root; not to be fooled by a preload'
	@echo '  make deb        Debian packages, in build/deb/'
	@echo '  make install    DESTDIR PREFIX SBINDIR BINDIR MANDIR SYSCONFDIR UNITDIR ...'
	@echo '  make uninstall  make clean   JOBS=4 tests at a time   V=1 shows commands   BUILD=dir builds elsewhere'

# Droveway: `make help` lists the targets.

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
CC      ?= cc
OBJCOPY ?= objcopy
SAN     ?=
WERROR  ?=
# The URL where docs/rules.md is published, for the links in SARIF. By default there are no links.
RULES_URL ?=
# The URL where docs/ is published, for the runbooks of the alerts. tools/set_docs_url.sh changes it.
DOCS_URL := https://github.com/droveway/droveway/blob/main/docs
SHELL   := /bin/bash
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# Short lines; V=1 shows the commands.
say = @$(if $(V),,printf '  %-6s %s\n' $(1) $(2);)
Q := $(if $(V),,@)

# --- compiler and libraries -----------------------------------------------------------------------------------------

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
        $(if $(WERROR),-Werror)
HARDEN := -fPIE -fstack-protector-strong -fstack-clash-protection \
          $(if $(filter x86_64-% i%86-%,$(shell $(CC) -dumpmachine 2>/dev/null)),-fcf-protection)
HARDEN_LINK := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed
OPT := -O2 -g
# The program is optimized as a whole, which makes a decision an eighth cheaper. Tests link the same objects without that, which
# is faster. clang 14 cannot write objects for both.
LTO := $(if $(filter 0,$(shell echo | $(CC) -dM -E - 2>/dev/null | grep -c __clang__)),-flto=auto -ffat-lto-objects)
NO_LTO := $(if $(LTO),-fno-lto)
FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2

# SHARED=1 with another BUILD builds a shared library, so that a change needs only test_live to be linked again (tests/mutants).
LIB := $(BUILD)/libdroveway.$(if $(SHARED),so,a)
ifneq ($(SHARED),)
  HARDEN += -fPIC
  HARDEN_LINK += -Wl,-rpath,'$$ORIGIN:$$ORIGIN/../..'
endif

# SAN=address,undefined, SAN=thread or SAN=coverage builds everything that way. Use a separate BUILD folder for each.
ifeq ($(SAN),coverage)
  # Counters are written when the process ends, so there must not be a sandbox.
  SAN_FLAGS := --coverage -fprofile-update=atomic -DDW_COVERAGE
  OPT := -O0 -g
  LTO :=
  FORTIFY :=
else ifneq ($(SAN),)
  SAN_FLAGS := -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
  OPT := -O1 -g
  LTO :=
  FORTIFY :=
endif

LIBRARIES := yaml-0.1 libmicrohttpd gnutls libcrypto libcurl libseccomp
TEST_LIBRARIES := cmocka json-c
LIB_CFLAGS = $(shell pkg-config --cflags $(LIBRARIES))
LIBRARY_LIBS = $(shell pkg-config --libs yaml-0.1) -lm
LIB_LIBS = $(shell pkg-config --libs $(LIBRARIES)) -lm
TEST_LIBS = $(shell pkg-config --libs $(TEST_LIBRARIES))

CPPFLAGS += -D_GNU_SOURCE -DDW_VERSION='"$(VERSION)"' $(if $(RULES_URL),-DDW_RULES_URL='"$(RULES_URL)"') -Iinclude -Isrc -I$(BUILD)/gen
ALL_CFLAGS = -std=c11 $(OPT) $(LTO) $(WARN) $(HARDEN) $(PIC) $(FORTIFY) $(SAN_FLAGS) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LINK) $(SAN_FLAGS) $(LDFLAGS)

# --- build ----------------------------------------------------------------------------------------------------------

LIB_SRC  := $(filter-out src/cli/%,$(wildcard src/*/*.c))
CLI_SRC  := $(wildcard src/cli/*.c)
TEST_SRC := $(wildcard tests/*/test_*.c)
SUPPORT_SRC := $(wildcard tests/support/*.c)
FUZZ_SRC := $(wildcard fuzz/fuzz_*.c)
# cluster.c is linked to each of the others; count.c is preloaded.
BENCH_SRC := $(filter-out bench/cluster.c bench/count.c,$(wildcard bench/*.c))

LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/gen/explanations.o
CLI_OBJ  := $(CLI_SRC:%.c=$(BUILD)/obj/%.o)
SUPPORT_OBJ := $(SUPPORT_SRC:%.c=$(BUILD)/obj/%.o)
# The layers of the public library (include/droveway/). Only what include/ declares is visible outside.
LIBRARY_LAYERS := base json yaml net cni cluster rules files lint library
LIBRARY_OBJ := $(foreach layer,$(LIBRARY_LAYERS),$(filter $(BUILD)/obj/src/$(layer)/%,$(LIB_OBJ))) $(BUILD)/obj/gen/explanations.o
# The number increases with each incompatible change of the C API (docs/library.md).
SONAME := libdroveway.so.0
LIBRARY := $(BUILD)/library/libdroveway.so.$(VERSION) $(BUILD)/library/libdroveway.a
ifeq ($(SHARED),)
$(LIBRARY_OBJ): PIC := -fPIC -fvisibility=hidden
endif

TESTS    := $(TEST_SRC:tests/%.c=$(BUILD)/tests/%)
REPLAYS  := $(FUZZ_SRC:fuzz/fuzz_%.c=$(BUILD)/tests/replay/%)
FUZZERS  := $(FUZZ_SRC:fuzz/%.c=$(BUILD)/fuzz/%)
BENCHES  := $(BENCH_SRC:bench/%.c=$(BUILD)/bench/%) $(BUILD)/bench/libcount.so

.PHONY: all
all: $(BUILD)/droveway $(LIB) ## Build build/droveway and build/libdroveway.a

$(BUILD)/libdroveway.a: $(LIB_OBJ)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

$(BUILD)/libdroveway.so: $(LIB_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -shared -o $@ $^ $(LDFLAGS) $(LIB_LIBS) -pthread

# The public library, which is installed. $(LIB) contains everything for the program and the tests.
.PHONY: library
library: $(LIBRARY) ## Build the public library, shared and static, into build/library
$(BUILD)/library/libdroveway.so.$(VERSION): $(LIBRARY_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -fPIC -fvisibility=hidden -shared -Wl,-soname,$(SONAME) -o $@ $^ \
	  $(filter-out -pie,$(HARDEN_LINK)) -Wl,-z,defs $(LDFLAGS) $(LIBRARY_LIBS) -pthread
# One object, in which the internal symbols are local.
$(BUILD)/library/libdroveway.a: $(LIBRARY_OBJ)
	@mkdir -p $(@D); rm -f $@
	$(call say,AR,$@)
	$(Q)$(CC) -r -nostdlib $(NO_LTO) -o $(@D)/droveway.o $^
	$(Q)$(OBJCOPY) --localize-hidden -R '.gnu.lto_*' -R '.gnu.debuglto_*' $(@D)/droveway.o
	$(Q)$(AR) rcs $@ $(@D)/droveway.o

$(BUILD)/droveway: $(CLI_OBJ) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(LIB_LIBS) -pthread

$(BUILD)/obj/%.o: %.c | libraries
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(if $(filter src/%,$<),,-Itests) $(LIB_CFLAGS) $(ALL_CFLAGS) -pthread -MMD -MP -c -o $@ $<

# The explanations of the rules are built in. The folder is a prerequisite because its time changes when a file is removed.
EXPLANATIONS := $(wildcard src/rules/explanations/*.yaml)
$(BUILD)/gen/explanations.c: $(EXPLANATIONS) src/rules/explanations tools/embed.sh
	@mkdir -p $(@D)
	$(call say,EMBED,$@)
	$(Q)tools/embed.sh explanations $(EXPLANATIONS) > $@
$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c | libraries
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The page of `droveway map -o html` contains its style and its script, and the hashes of both.
PAGE_FILES := $(BUILD)/gen/map/page_files.h
$(PAGE_FILES): src/map/page/style.css src/map/page/script.js tools/embed.sh
	@mkdir -p $(@D)
	$(call say,EMBED,$@)
	$(Q)tools/embed.sh page $(filter src/%,$^) > $@
$(BUILD)/obj/src/map/html.o $(BUILD)/fuzz/obj/src/map/html.o $(BUILD)/tidy/src/map/html.c.ok: $(PAGE_FILES)

# The scripts that `droveway completion` prints.
COMPLETIONS := integrations/completions/droveway.bash integrations/completions/_droveway integrations/completions/droveway.fish
COMPLETION_FILES := $(BUILD)/gen/cli/completion_files.h
$(COMPLETION_FILES): $(COMPLETIONS) tools/embed.sh
	@mkdir -p $(@D)
	$(call say,EMBED,$@)
	$(Q)tools/embed.sh completions $(COMPLETIONS) > $@
$(BUILD)/obj/src/cli/completion.o $(BUILD)/tidy/src/cli/completion.c.ok: $(COMPLETION_FILES)

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)

.PHONY: libraries
libraries:
	@pkg-config --exists $(LIBRARIES) || { \
	  echo "make: a library is missing ($(LIBRARIES)); 'make deps' installs what Droveway needs" >&2; exit 1; }

.PHONY: deps
deps: ## Install the Debian packages that building and testing need
	@tools/deps.sh build test

# --- tests ----------------------------------------------------------------------------------------------------------

$(BUILD)/tests/libsupport.a: $(SUPPORT_OBJ)
	@mkdir -p $(@D); rm -f $@
	$(Q)$(AR) rcs $@ $^

define link_test
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(NO_LTO) -o $@ $^ $(ALL_LDFLAGS) $(LIB_LIBS) $(TEST_LIBS) -pthread
endef
$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/tests/libsupport.a $(LIB)
	$(link_test)

# The test stops judgements at chosen points. The linker cannot wrap a call inside a shared library, so this program is always
# linked statically.
$(BUILD)/tests/serve/test_live: LDFLAGS += -Wl,--wrap=dw_validate
$(BUILD)/tests/serve/test_live: $(BUILD)/obj/tests/serve/test_live.o $(BUILD)/tests/libsupport.a $(BUILD)/libdroveway.a
	$(link_test)

$(BUILD)/tests/replay/%: $(BUILD)/obj/fuzz/fuzz_%.o $(BUILD)/obj/fuzz/replay.o $(BUILD)/obj/fuzz/support.o $(BUILD)/tests/libsupport.a $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(NO_LTO) -o $@ $^ $(ALL_LDFLAGS) $(ORACLE_LIBS) $(LIB_LIBS) $(TEST_LIBS) -pthread

# fuzz_json compares with jansson, which shares two symbols with json-c and so must be linked before it.
$(BUILD)/tests/replay/json $(BUILD)/fuzz/fuzz_json: ORACLE_LIBS = $(shell pkg-config --libs jansson)

.PRECIOUS: $(BUILD)/obj/%.o $(BUILD)/tests/libsupport.a

.PHONY: test
test: deps ## Run all tests, including the fuzzers' saved inputs
	@$(MAKE) --no-print-directory -j$$(nproc) test-run

.PHONY: test-build test-run
ORACLE_READS := $(BUILD)/oracle/droveway-reads
test-build: all $(TESTS) $(REPLAYS) $(ORACLE_READS)
test-run: test-build
	@BUILD=$(BUILD) tests/run.sh $(filter-out $(SKIP:%=$(BUILD)/tests/%),$(TESTS)) $(REPLAYS)
# It simulates years, which takes a third of the processor time of all tests, and depends on nothing outside.
YEARS := certs/test_rotation_years

.PHONY: test-portable
test-portable: test-build ## Run all tests as another user, without IPv6, host names and input, in an unusual time zone and locale
	@tools/deps.sh test portable
	@BUILD=$(BUILD) tests/portable.sh $(filter-out $(BUILD)/tests/$(YEARS),$(TESTS)) $(REPLAYS)

.PHONY: test-sanitizers
test-sanitizers: ## Run all tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory -j$$(nproc) test-run SAN=address,undefined BUILD=$(BUILD)/asan

.PHONY: test-threads
test-threads: ## Run the server's tests under ThreadSanitizer
	@$(MAKE) --no-print-directory -j$$(nproc) test-threads-run SAN=thread BUILD=$(BUILD)/tsan
# Not test_rotation: it has no threads, and simulates years.
THREAD_TESTS := $(filter-out $(BUILD)/tests/certs/test_rotation%,$(filter $(BUILD)/tests/base/test_log% $(BUILD)/tests/http/% $(BUILD)/tests/serve/% $(BUILD)/tests/events/% $(BUILD)/tests/policyreport/% $(BUILD)/tests/certs/test_se% $(BUILD)/tests/kube/test_cluster $(BUILD)/tests/kube/test_feed $(BUILD)/tests/kube/test_api_client \
                         $(BUILD)/tests/cluster/test_view $(BUILD)/tests/library/%,$(TESTS)))
.PHONY: test-threads-build test-threads-run
test-threads-build: all $(THREAD_TESTS)
test-threads-run: test-threads-build
	@TSAN_OPTIONS=halt_on_error=1 BUILD=$(BUILD) tests/run.sh $(THREAD_TESTS)

.PHONY: test-memcheck test-memcheck-run
test-memcheck: ## Run the unit tests under valgrind, to find reads of uninitialized memory
	@tools/deps.sh valgrind
	@$(MAKE) --no-print-directory -j$$(nproc) test-memcheck-run
# These tests are left out:
#   cli, plan/test_clusters     they run build/droveway, which valgrind would not check; test-valgrind does that
#   sandbox                     the filter of system calls would kill valgrind itself
#   test_memory                 it measures the memory of the process, which includes valgrind
#   test_ipam, test_map, test_nodes, test_certs, test_live, test_self_managed, test_rotation, test_rotation_years, test_concurrency, test_server
#   test_suggest, test_certificates, test_admissions_end, test_fix
#                               half a minute or more each (all addresses of a range, 5,000 nodes, RSA keys, years, hundreds of connections)
#   test_limits, test_overload, test_metrics, test_wire
#                               they measure times and limits of the server, which is ten times slower under valgrind
NOT_UNDER_MEMCHECK := cli/% plan/test_clusters sandbox/% base/test_memory cni/test_ipam map/test_map map/test_nodes map/test_suggest fix/test_fix certs/test_certs serve/test_live% certs/test_self_managed certs/test_rotation% \
                      serve/test_concurrency serve/test_admissions_end http/test_certificates http/test_server http/test_limits http/test_overload serve/test_metrics http/test_wire
# SHARE=2/3 runs the second third of the programs.
SHARE ?= 1/1
MEMCHECK_TESTS := $(shell printf '%s\n' $(filter-out $(NOT_UNDER_MEMCHECK:%=$(BUILD)/tests/%),$(TESTS)) | \
                    awk -v share=$(SHARE) 'BEGIN {split(share, part, "/")} NR % part[2] == part[1] % part[2]')
test-memcheck-run: all $(MEMCHECK_TESTS)
	@TEST_TIMEOUT=1200 TEST_UNDER="valgrind --quiet --error-exitcode=99" BUILD=$(BUILD) tests/run.sh $(MEMCHECK_TESTS)

.PHONY: test-valgrind
test-valgrind: all ## Look for leaks in `review` and in `serve` after 10,000 requests
	@tools/deps.sh valgrind
	@BUILD=$(BUILD) tests/valgrind.sh

.PHONY: coverage
# A process that ends while one of its threads is running writes inconsistent branch counts, even negative ones. By default, gcovr
# stops at such a line. Only line coverage is checked.
coverage: ## Measure line coverage of src/; fail under 90 %
	@tools/deps.sh test coverage
	@find $(BUILD)/coverage -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) --no-print-directory -j$$(nproc) test-run SAN=coverage BUILD=$(BUILD)/coverage SKIP=$(YEARS)
	@gcovr --root . --object-directory $(BUILD)/coverage --filter 'src/' --sort-percentage --print-summary \
	  --gcov-ignore-parse-errors --txt $(BUILD)/coverage/report.txt --fail-under-line 90
	@echo "coverage by file: $(BUILD)/coverage/report.txt"

.PHONY: mutants
mutants: ## Make MUTANTS (300) wrong changes, chosen by SEED; fail if the tests miss more than 5 %
	@tools/deps.sh build test mutants
	@BUILD=$(BUILD) tests/mutants/run.py

# Prints how Droveway reads configurations, one per line, to compare that with the plugins' own readers.
$(ORACLE_READS): $(BUILD)/obj/tests/oracle/droveway.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(NO_LTO) -o $@ $^ $(ALL_LDFLAGS) $(LIB_LIBS) -pthread

.PHONY: oracle-readers
oracle-readers: $(ORACLE_READS) ## Compare N (20000) mutated configurations, by SEED, with the plugins' own readers (root)
	@tools/deps.sh build readers
	@BUILD=$(BUILD) tests/oracle/readers/run.sh

.PHONY: payloads
payloads: all ## Write the golden answers of tests/payloads (look at the diff!)
	@BUILD=$(BUILD) tests/payloads/golden.sh

.PHONY: payloads-recorded
payloads-recorded: all ## Record tests/payloads/recorded from a real API server, then write the golden answers
	@tools/deps.sh test e2e
	@BUILD=$(BUILD) tests/payloads/refresh.sh
	@BUILD=$(BUILD) tests/payloads/golden.sh

# --- checks ---------------------------------------------------------------------------------------------------------

C_FILES := $(wildcard include/*/*.h examples/*.c src/*/*.[ch] tests/*/*.[ch] fuzz/*.[ch] bench/*.[ch])

.PHONY: format
format: ## Format the sources
	clang-format -i $(C_FILES)

.PHONY: lint lint-format lint-layers lint-tidy lint-cppcheck lint-shell lint-mutants lint-words
lint: lint-layers lint-format lint-words lint-shell lint-mutants lint-circles lint-cppcheck lint-tidy ## Check style, layers, words, shell scripts; run clang-tidy and cppcheck
.PHONY: structure lint-circles
structure: all ## Count files, functions, lines and circles between files
	@tools/structure.py $(BUILD)
lint-layers: $(BUILD)/libdroveway.a
	@tools/layers.sh $(BUILD)/libdroveway.a
lint-format:
	@clang-format --dry-run -Werror $(C_FILES)
lint-shell:
	@shellcheck -x $$(git ls-files '*.sh' .ci/run)
lint-circles: all
	@tools/structure.py $(BUILD) --circles
lint-mutants:
	@tests/mutants/run.py rows
	@tests/lab/mutants.py rows
lint-words:
	@tools/words.py
lint-cppcheck:
	@cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr --error-exitcode=1 \
	  --suppress=missingIncludeSystem --suppress=varFuncNullUB -D_GNU_SOURCE -Iinclude -Isrc -j$$(nproc) src
lint-tidy: $(addprefix $(BUILD)/tidy/,$(addsuffix .ok,$(LIB_SRC) $(CLI_SRC)))
# The analyzer stops exploring a function after this many steps. A third of clang's default limit takes a third of the time.
ANALYZER_STEPS ?= 75000
ANALYZER := -Xclang -analyzer-config -Xclang max-nodes=$(ANALYZER_STEPS)
# Only changed sources, and those whose headers (from the compiler's .d files) changed.
.SECONDEXPANSION:
$(BUILD)/tidy/%.ok: % .clang-tidy $$(shell grep -oE '(src|include)/[a-z_/]+\.h' $(BUILD)/obj/$$(basename $$*).d 2>/dev/null | sort -u)
	@mkdir -p $(@D)
	$(call say,TIDY,$<)
	$(Q)clang-tidy --quiet --warnings-as-errors='*' $< -- -std=c11 $(CPPFLAGS) $(LIB_CFLAGS) $(ANALYZER) 2>$@.log || { cat $@.log; exit 1; }
	@touch $@

.PHONY: docs
docs: all ## Update the generated parts of docs/
	{ $(BUILD)/droveway rules -o markdown && echo && $(BUILD)/droveway explain --all -o markdown; } > $(BUILD)/rules.md
	mv $(BUILD)/rules.md docs/rules.md
	tools/man.sh $(BUILD)/droveway > docs/droveway.1
	tests/lab/reality.py $(BUILD)/droveway > $(BUILD)/reality.md
	mv $(BUILD)/reality.md docs/reality.md
	tools/layers_svg.py > $(BUILD)/layers.svg
	mv $(BUILD)/layers.svg docs/images/layers.svg

.PHONY: pictures
pictures: all ## Draw the pictures in docs/images from what the program prints
	@tools/deps.sh test demo browser
	tools/pictures.sh $(BUILD)/droveway

# --- Helm chart -----------------------------------------------------------------------------------------------------

.PHONY: chart chart-files gitops
chart: all ## Test the Helm chart, and compare its objects with those of kustomize (the first run builds helm, 5 minutes)
	@tools/deps.sh e2e schemas
	@assets=$$(tests/e2e/assets.sh) && helm=$$(tests/chart/assets.sh) && \
	  KUBECTL=$$assets/kubectl HELM_FOLDER=$$helm BUILD=$(BUILD) tests/chart/check.sh
gitops: ## Check examples/gitops against the CRDs of Argo CD and Flux, and render the chart with its values
	@tools/deps.sh e2e schemas
	@helm=$$(tests/chart/assets.sh) && tests/gitops/check.py $$helm/helm
chart-files: all ## Update the parts of the Helm chart that come from manifests/ and from `droveway schema`
	@tools/deps.sh docs
	@BUILD=$(BUILD) tools/chart.sh

# --- OLM and krew -----------------------------------------------------------------------------------------------------

.PHONY: bundle bundle-test olm-test krew-test
bundle: ## Write the OLM bundle for IMAGE=NAME@sha256:DIGEST to build/bundle
	@tools/deps.sh bundle
	@BUILD=$(BUILD) IMAGE='$(IMAGE)' bundle/generate.sh
bundle-test: ## Validate the OLM bundle, and compare it with the output of kustomize
	@tools/deps.sh bundle e2e
	@assets=$$(tests/e2e/assets.sh) && KUBECTL=$$assets/kubectl tests/bundle/check.sh
olm-test: all ## Let OLM's operator install the bundle on a real API server (the first run builds both)
	@tools/deps.sh bundle test e2e portable
	@BUILD=$(BUILD) tests/bundle/install.sh
krew-test: all ## Validate the krew manifest, and install the plugin with krew
	@tools/deps.sh krew
	@assets=$$(tests/e2e/assets.sh) && KUBECTL=$$assets/kubectl BUILD=$(BUILD) tests/krew/check.sh

# --- fuzzing --------------------------------------------------------------------------------------------------------

FUZZ_SECONDS ?= 1200
FUZZ_CFLAGS = -std=c11 -O1 -g $(WARN) -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_OBJ = $(LIB_SRC:%.c=$(BUILD)/fuzz/obj/%.o) $(BUILD)/fuzz/obj/gen/explanations.o $(BUILD)/fuzz/obj/fuzz/support.o $(BUILD)/fuzz/obj/tests/support/json_patch.o

$(BUILD)/fuzz/obj/%.o: %.c | libraries
	@mkdir -p $(@D)
	$(call say,CLANG,$<)
	$(Q)clang $(CPPFLAGS) $(if $(filter src/%,$<),,-Itests) $(LIB_CFLAGS) $(FUZZ_CFLAGS) -pthread -MMD -MP -c -o $@ $<
$(BUILD)/fuzz/obj/gen/%.o: $(BUILD)/gen/%.c | libraries
	@mkdir -p $(@D)
	$(call say,CLANG,$<)
	$(Q)clang $(CPPFLAGS) $(FUZZ_CFLAGS) -pthread -MMD -MP -c -o $@ $<
$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/obj/fuzz/fuzz_%.o $(FUZZ_OBJ)
	$(call say,LINK,$@)
	$(Q)clang $(FUZZ_CFLAGS) -o $@ $^ $(ORACLE_LIBS) $(LIB_LIBS) $(shell pkg-config --libs json-c) -pthread
.PRECIOUS: $(BUILD)/fuzz/obj/%.o $(BUILD)/fuzz/obj/gen/%.o

.PHONY: fuzz fuzz-build fuzz-smoke
fuzz-build: $(FUZZERS)
fuzz: ## Fuzz every target for FUZZ_SECONDS (1200)
	@tools/deps.sh build fuzz
	@$(MAKE) --no-print-directory -j$$(nproc) fuzz-build
	@BUILD=$(BUILD) fuzz/run.sh $(FUZZ_SECONDS) $(FUZZERS)
fuzz-smoke: ## Fuzz every target for 5 seconds
	@$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=5

# --- benchmarks -----------------------------------------------------------------------------------------------------

$(BUILD)/bench/%: $(BUILD)/obj/bench/%.o $(BUILD)/obj/bench/cluster.o $(BUILD)/libdroveway.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(if $(filter %/engine,$@),,$(NO_LTO)) -o $@ $^ $(ALL_LDFLAGS) $(LIB_LIBS) -pthread

$(BUILD)/bench/libcount.so: bench/count.c
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CPPFLAGS) -std=c11 $(OPT) $(WARN) $(CFLAGS) -fPIC -shared -o $@ $<

.PHONY: bench bench-smoke bench-report bench-guard bench-budget
bench: all $(BENCHES) ## Measure everything (8 minutes) and update docs/performance.md
	@tools/deps.sh bench
	@BUILD=$(BUILD) bench/run.py
	@bench/report.py
bench-report: ## Update docs/performance.md from existing results
	@bench/report.py
bench-smoke: all $(BENCHES) ## Run each benchmark once, briefly, to check that it works; the results are discarded
	@tools/deps.sh bench
	@BUILD=$(BUILD) bench/run.py --smoke
bench-guard: all $(BENCHES) ## Report instructions and allocations per review over bench/budget.tsv; fail above 10 %
	@tools/deps.sh bench
	@BUILD=$(BUILD) bench/guard.py
bench-budget: all $(BENCHES) ## Accept the current instructions and allocations per review
	@tools/deps.sh bench
	@BUILD=$(BUILD) bench/guard.py --accept

# --- tests with real tools --------------------------------------------------------------------------------------------

.PHONY: hardening library-test docs-check sarif schemas console-dashboard monitoring browser manifests integrations e2e oracle-kubevirt drain upgrade-test e2e-versions attacks soak lab lab-smoke lab-generated lab-init lab-clean-test lab-mutants image image-test
hardening: all ## Check how the binary was linked
	@tools/deps.sh build
	@tests/hardening.sh $(BUILD)/droveway
library-test: all library ## Build and run the example of the C API from an installed tree
	@tools/deps.sh build
	@BUILD=$(BUILD) tests/library/installed.sh
docs-check: all ## Check links, names and outputs in the documents
	@tools/deps.sh docs
	@BUILD=$(BUILD) tests/docs/run.sh
sarif: all ## Validate the output of -o sarif against OASIS's schema
	@tools/deps.sh sarif
	@BUILD=$(BUILD) tests/sarif/run.sh
schemas: all ## Validate the output of -o gitlab, and compare `droveway schema` with what Droveway accepts
	@tools/deps.sh schemas
	@BUILD=$(BUILD) tests/schemas/run.sh
console-dashboard: ## Convert the dashboard for OpenShift's console
	@tools/deps.sh monitoring
	@jq -f tools/console_dashboard.jq manifests/components/monitoring/dashboard.json >$(BUILD)/console-dashboard.json
	@mv $(BUILD)/console-dashboard.json manifests/components/monitoring-openshift/
monitoring: all ## Test alert rules, dashboard and metrics with promtool
	@tools/deps.sh monitoring
	@BUILD=$(BUILD) tests/monitoring/check.sh
browser: all ## Open the page of `droveway map -o html` in headless Chromium
	@tools/deps.sh browser
	@BUILD=$(BUILD) tests/browser/run.sh
manifests: all ## Check the output of kustomize for manifests/
	@tools/deps.sh e2e
	@assets=$$(tests/e2e/assets.sh) && KUBECTL=$$assets/kubectl BUILD=$(BUILD) tests/manifests/check.sh
integrations: all ## Test completion, kubectl plugin, man page and pre-commit hook
	@tools/deps.sh test shells e2e
	@assets=$$(tests/e2e/assets.sh) && KUBECTL=$$assets/kubectl BUILD=$(BUILD) tests/integrations/run.sh
e2e: all ## Run kubectl, kube-apiserver and etcd against the webhook (the first run builds them, 10 minutes)
	@tools/deps.sh test e2e
	@BUILD=$(BUILD) tests/e2e/run.sh
oracle-kubevirt: all ## Compare with KubeVirt's own code which pods need an address, for generated objects; ORACLE="--seed N --count N"
	@tools/deps.sh oracle
	@BUILD=$(BUILD) tests/oracle/kubevirt/run.sh $(ORACLE)
drain: all ## Restart two instances behind haproxy during 2,000 applies, none of which may fail
	@tools/deps.sh test e2e
	@BUILD=$(BUILD) tests/drain/run.sh
upgrade-test: all ## Upgrade, roll back and fail to upgrade while kubectl applies all the time, none of which may fail (root)
	@tools/deps.sh test e2e upgrade
	@BUILD=$(BUILD) tests/upgrade/run.sh
VERSIONS ?= $(notdir $(wildcard tests/e2e/versions/1.*)) default
e2e-versions: all ## Run e2e's scenarios on each API server of VERSIONS (1.28 1.30 1.37 default), and write docs/compatibility.md
	@tools/deps.sh test e2e
	@BUILD=$(BUILD) tests/e2e/versions.sh $(VERSIONS)
attacks: all ## Attack a running webhook while it serves an honest client; ATTACK_SECONDS (5) for each attack
	@tools/deps.sh test attacks
	@BUILD=$(BUILD) tests/attacks/run.sh
DURATION ?= 1800
soak: all ## Compare every answer for DURATION (1800) seconds while everything changes
	@tools/deps.sh test e2e
	@BUILD=$(BUILD) DURATION=$(DURATION) tests/soak/run.sh
lab: all ## Attach all recorded CNI configurations to real nodes and compare (as root; ONLY=REGEX, LABS=2; the first run builds programs)
	@tools/deps.sh lab
	@BUILD=$(BUILD) LABS=$(LABS) ONLY='$(ONLY)' tests/lab/lab.sh
lab-smoke: all ## Attach 60 of the recorded configurations, chosen by SEED
	@tools/deps.sh lab
	@BUILD=$(BUILD) LABS=$(LABS) ONLY='$(ONLY)' SAMPLE=60 SEED=$(SEED) tests/lab/lab.sh
COUNT ?= 100
lab-generated: all ## Attach COUNT (100) configurations, generated from SEED
	@tools/deps.sh lab
	@BUILD=$(BUILD) LABS=$(LABS) ONLY='$(ONLY)' GENERATE=$(COUNT) SEED=$(SEED) tests/lab/lab.sh
lab-init: all ## Attach COUNT (50) networks that `droveway init` writes for clusters derived from the laboratory's, by SEED
	@tools/deps.sh lab
	@BUILD=$(BUILD) LABS=$(LABS) COUNT=$(if $(filter command% environment%,$(origin COUNT)),$(COUNT),50) SEED=$(SEED) tests/lab/init.sh
lab-clean-test: all ## Check that the laboratory leaves nothing behind, after success, failure and SIGTERM
	@tools/deps.sh lab
	@tests/lab/clean.sh
lab-mutants: all ## Switch off rules and shift bounds; fail if the laboratory does not notice (ONLY=REGEX of rules, V=1)
	@tools/deps.sh build mutants
	@BUILD=$(BUILD) ONLY='$(ONLY)' tests/lab/mutants.py $(BUILD)/droveway
image: ## Build the container image (podman, buildah or docker)
	@tools/image.sh
image-test: ## Build the image without a registry, run it, inspect it (as root)
	@tools/deps.sh test image
	@tests/image/run.sh

# --- releases -------------------------------------------------------------------------------------------------------

RELEASE ?= $(BUILD)/release
.PHONY: release release-smoke release-test release-twice release-check release-verify release-push release-sign release-publish version-check workflows
release: ## Make all files of a release from a clean tag into build/release (as root; docs/release.md); PARTS="deb portable ..."
	@tools/deps.sh release image bundle
	@RELEASE=$(RELEASE) release/release.sh $(PARTS)
release-test: all ## Install and try what `make release` made: packages in Debian 12, the portable command in Debian 11 and 13
	@tools/deps.sh release
	@BUILD=$(BUILD) tests/release/run.sh $(RELEASE)
release-twice: ## Make a release of HEAD, or PARTS of it, in two different folders and environments, and compare all files
	@tools/deps.sh release image bundle
	@tests/release/twice.sh $(RELEASE) $(PARTS)
release-check: all version-check workflows ## Make the quick parts of a release twice, compare and try them; check versions and workflows
	@tools/deps.sh release image
	@tests/release/twice.sh $(BUILD)/release-check $(RELEASE_CHECK)
	@BUILD=$(BUILD) tests/release/launcher.sh
	@BUILD=$(BUILD) tests/release/run.sh $(BUILD)/release-check
RELEASE_CHECK := source deb notes
release-smoke: all version-check workflows ## Check versions and workflows, and the launcher of the portable command
	@tools/deps.sh release
	@BUILD=$(BUILD) tests/release/launcher.sh
release-verify release-push release-sign release-publish: release-%:
	@RELEASE=$(RELEASE) release/publish.sh $*
version-check: ## Check that the version is the same everywhere
	@tests/release/version.sh
workflows: ## Check .github/workflows with actionlint, and that each step is a make target
	@tools/deps.sh lint
	@tests/release/workflows.sh

# --- other architectures ----------------------------------------------------------------------------------------------

.PHONY: cross test-arch test-arch-smoke images images-test
ARCH ?= arm64
cross: ## Build the program and all tests for ARCH (arm64, s390x, amd64) into build/ARCH, with Debian's cross compiler
	@tools/deps.sh cross
	@CROSS_CC_PREFIX=$(filter %ccache,$(CC)) tools/cross.sh $(ARCH) -j$$(nproc) all test-build
test-arch: cross ## Run all tests, payloads and a webhook for ARCH under qemu-user
	@tools/deps.sh test emulation
	@tests/cross/run.sh $(ARCH)
test-arch-smoke: ## Run the most important tests for arm64 and s390x under qemu-user
	@tools/deps.sh cross test emulation
	@CROSS_CC_PREFIX=$(filter %ccache,$(CC)) tests/cross/smoke.sh
IMAGES ?= $(BUILD)/droveway-$(VERSION)-oci.tar
images: ## Build the images for amd64, arm64 and s390x without a registry, as one OCI index, into IMAGES (as root)
	@tools/deps.sh image
	@tools/images.sh $(IMAGES)
images-test: ## Inspect IMAGES, and run each image's program under qemu-user (as root)
	@tools/deps.sh image emulation
	@tests/image/all.sh $(IMAGES)

# --- demo, CI, installation -----------------------------------------------------------------------------------------

.PHONY: demo
demo: ## Install missing packages, build, run the webhook on a sample cluster and show verdicts
	@tools/deps.sh build demo
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@BUILD=$(BUILD) demo/run.sh

.PHONY: ci check
ci: ## Run everything that CI runs
	tools/ci.sh
# Only CI runs the slowest tests: they wait for limits, simulate years, or open hundreds of connections.
SLOW_TESTS := http/test_limits http/test_wire http/test_server certs/test_rotation_years serve/test_live serve/test_concurrency
check: ## Run before a commit: build, most tests, lint, documents; under four minutes if already built
	@tools/deps.sh build test lint docs
	@$(MAKE) --no-print-directory -j$$(nproc) WERROR=1 all test-build
	@BUILD=$(BUILD) tests/run.sh $(filter-out $(SLOW_TESTS:%=$(BUILD)/tests/%),$(TESTS)) $(REPLAYS)
	@$(MAKE) --no-print-directory WERROR=1 lint-layers lint-format lint-words lint-shell lint-mutants lint-circles docs-check
	@$(MAKE) --no-print-directory -j$$(nproc) WERROR=1 lint-cppcheck lint-tidy

# The folders that Debian's zsh searches by default: one for packages, one for local installations.
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)

.PHONY: install
install: all library ## Install to DESTDIR and PREFIX (/usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/droveway
	install -m 755 $(BUILD)/droveway $(DESTDIR)$(PREFIX)/bin/droveway
	ln -sf droveway $(DESTDIR)$(PREFIX)/bin/kubectl-droveway
	install -m 755 integrations/completions/kubectl_complete-droveway $(DESTDIR)$(PREFIX)/bin/
	install -D -m 644 integrations/completions/droveway.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/droveway
	install -D -m 644 integrations/completions/_droveway $(DESTDIR)$(ZSH_COMPLETIONS)/_droveway
	install -D -m 644 integrations/completions/droveway.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/droveway.fish
	install -D -m 644 docs/droveway.1 $(DESTDIR)$(PREFIX)/share/man/man1/droveway.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include/droveway include/droveway/*.h
	install -D -m 644 -t $(DESTDIR)$(LIBDIR) $(LIBRARY)
	ln -sf libdroveway.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libdroveway.so
	install -D -m 644 src/library/droveway.pc.in $(DESTDIR)$(LIBDIR)/pkgconfig/droveway.pc
	sed -i 's|@prefix@|$(PREFIX)|; s|@libdir@|$(LIBDIR)|; s|@version@|$(VERSION)|' $(DESTDIR)$(LIBDIR)/pkgconfig/droveway.pc
	cp -R examples manifests charts $(DESTDIR)$(PREFIX)/share/doc/droveway/
	install -m 644 *.md LICENSE Containerfile $(DESTDIR)$(PREFIX)/share/doc/droveway/
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/droveway/docs docs/*.md
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/droveway/docs/decisions docs/decisions/*.md
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/droveway/docs/images docs/images/*
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/droveway/docs/runbooks docs/runbooks/*.md
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/droveway/integrations/ci integrations/ci/*

.PHONY: clean
clean: ## Remove the build folder
	rm -rf $(BUILD)

.PHONY: help
help: ## Show this list
	@awk -F':.*## ' '/^# --- / {gsub(/^# -+ | -+$$/, ""); title = $$0} \
	  /^[a-z0-9-]+:.*## / {if (title) print title; title = ""; printf "  make %-18s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

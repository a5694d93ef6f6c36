# make demo: the main job on real traffic; make test: every test. Both install what is missing.

# sudo drops a toolchain's directory from PATH: the usual places are looked at too.
SWIFT ?= $(firstword $(shell command -v swift) $(wildcard /opt/swift/usr/bin/swift /usr/local/swift/usr/bin/swift /usr/share/swift/usr/bin/swift) swift)
RELEASE = -c release --static-swift-stdlib
BINARY = .build/release/tcptune
PREFIX ?= /usr/local

.PHONY: setup build test vm-test examples check check-report fmt demo figures validate fuzz-options fuzz-options-short faults faults-short soak soak-short man completions install clean

setup:
	@Scripts/setup

build: setup
	@echo "building the release binary (half a minute on two cores the first time)"
	@$(SWIFT) build $(RELEASE) --product tcptune
	@strip -o $(BINARY).stripped $(BINARY)
	@ls -lh $(BINARY).stripped | awk '{print $$9 ": " $$5}'

# Kernel tests need root; without it they are skipped, and TCPTUNE_REQUIRE_KERNEL=1 makes that fail.
test: setup
	@Scripts/with-bpffs $(SWIFT) test --no-parallel

# Other kernels, in virtual machines (Tests/vm).
KERNELS ?= 6.1 6.12 7.2
vm-test: build
	@Tests/vm/matrix $(KERNELS)

# The library's example, built as a package of its own.
examples: setup
	@SWIFT=$(SWIFT) Scripts/with-bpffs Examples/check

# What CI checks before it tests.
check:
	$(SWIFT) format lint --strict --recursive Sources Tests Plugins Examples Package.swift

# Sample reports in a real browser; installs Chromium, which is big, when it is missing.
check-report: setup
	@reports=$$(mktemp -d) && trap 'rm -rf "$$reports"' EXIT && \
		TCPTUNE_REPORTS=$$reports $(SWIFT) test --filter writesReports && \
		Scripts/check-report "$$reports"/*.html

fmt:
	$(SWIFT) format --in-place --recursive Sources Tests Plugins Examples Package.swift

demo: build
	@Scripts/with-bpffs Scripts/demo $(BINARY).stripped

# The performance claims, measured again; takes a quarter of an hour.
figures: build
	@Scripts/with-bpffs benchmarks/figures --binary $(BINARY).stripped

# What is known of congestion controllers, and what the documents of ours promise; takes hours.
validate: build
	@benchmarks/validate --binary $(BINARY).stripped --plots docs/plots

# A million raw packets with all sorts of wrong TCP options; CI sends the short form. Some seconds each.
fuzz-options: build
	@benchmarks/fuzz-options --binary $(BINARY).stripped --keep benchmarks/results/fuzz-options.json

fuzz-options-short: build
	@benchmarks/fuzz-options --binary $(BINARY).stripped --packets 40000

# Every verb killed and made to fail, at each of its system calls: half an hour. CI tries some of them.
faults: build
	@Scripts/setup strace bpftool
	@Tests/faults/run --binary $(BINARY).stripped --keep benchmarks/results/faults.json

faults-short: build
	@Scripts/setup strace bpftool
	@Tests/faults/run --binary $(BINARY).stripped --sample 0.002 --kills 2

# Churn with everything on, an hour or five minutes, and whether anything grows meanwhile.
soak: build
	@Tests/soak/run --binary $(BINARY).stripped --results benchmarks/results/soak

soak-short: build
	@Tests/soak/run --binary $(BINARY).stripped --minutes 5 --connections 4000

man:
	$(SWIFT) package plugin --allow-writing-to-package-directory generate-manual --multi-page

completions: build
	@mkdir -p .build/completions
	@for shell in bash zsh fish; do \
		$(BINARY) --generate-completion-script $$shell > .build/completions/tcptune.$$shell; done

install: build completions
	install -D -m 0755 $(BINARY).stripped $(DESTDIR)$(PREFIX)/bin/tcptune
	install -D -m 0644 .build/completions/tcptune.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tcptune
	install -D -m 0644 .build/completions/tcptune.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tcptune
	install -D -m 0644 .build/completions/tcptune.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tcptune.fish

clean:
	$(SWIFT) package clean
	rm -rf demo-output

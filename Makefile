# make demo: the main job on real traffic; make test: every test. Both install what is missing.

# sudo drops a toolchain's directory from PATH: the usual places are looked at too.
SWIFT ?= $(firstword $(shell command -v swift) $(wildcard /opt/swift/usr/bin/swift /usr/local/swift/usr/bin/swift /usr/share/swift/usr/bin/swift) swift)
RELEASE = -c release --static-swift-stdlib
BINARY = .build/release/tcptune
STATIC = .build/static/release/tcptune
MANUAL = .build/man
PREFIX ?= /usr/local

.PHONY: setup build test test-kernels test-kernels-short fetch-kernels examples check check-report fmt demo figures \
	figures-agent validate fuzz fuzz-short fuzz-options fuzz-options-short sanitize faults faults-short soak soak-short \
	man completions install deb check-deb static container check-deploy clean

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

# Debian's kernels, in virtual machines (Tests/vm): the main jobs, and the suites that need a kernel.
# The results are kept, and the tables of README.md and docs/kernels.md made from them.
KERNELS ?= 5.10 6.1 6.12 7.2
test-kernels: build fetch-kernels
	@$(SWIFT) build --build-tests
	@Tests/vm/matrix --keep $(KERNELS)

# The main jobs only.
test-kernels-short: build fetch-kernels
	@Tests/vm/matrix --short $(KERNELS)

fetch-kernels:
	@Scripts/setup qemu-system-x86 bpftool cpio xz-utils nftables python3
	@Tests/vm/fetch $(KERNELS)

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

# The agent on real pods; six minutes on a quiet machine.
figures-agent: build
	@benchmarks/agent --binary $(BINARY).stripped

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
	@CLANG=$(dir $(SWIFT))clang Tests/faults/run --binary $(BINARY).stripped --keep benchmarks/results/faults.json

faults-short: build
	@Scripts/setup strace bpftool
	@CLANG=$(dir $(SWIFT))clang Tests/faults/run --binary $(BINARY).stripped --sample 0.002 --kills 2

# Churn with everything on, an hour or five minutes, and whether anything grows meanwhile.
soak: build
	@Tests/soak/run --binary $(BINARY).stripped --results benchmarks/results/soak

soak-short: build
	@Tests/soak/run --binary $(BINARY).stripped --minutes 5 --connections 4000

# Every parser with a million inputs that it doesn't expect, for hours; the short form takes two minutes.
fuzz: setup
	@SWIFT=$(SWIFT) Scripts/with-bpffs Scripts/fuzz -k benchmarks/results/fuzz.jsonl

fuzz-short: setup
	@SWIFT=$(SWIFT) Scripts/with-bpffs Scripts/fuzz -q -n 1000

# The tests with the sanitizers of addresses and of threads; each builds everything anew.
sanitize: setup
	@SWIFT=$(SWIFT) Scripts/sanitize

man:
	$(SWIFT) package plugin --allow-writing-to-package-directory generate-manual --multi-page --configuration debug
	@Scripts/man-pages .build/plugins/GenerateManual/outputs/tcptune $(MANUAL)

completions: build
	@mkdir -p .build/completions
	@for shell in bash zsh fish; do \
		$(BINARY) --generate-completion-script $$shell | sed '1{/^#!/d}' > .build/completions/tcptune.$$shell; done

install: build completions
	install -D -m 0755 $(BINARY).stripped $(DESTDIR)$(PREFIX)/bin/tcptune
	install -D -m 0644 .build/completions/tcptune.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tcptune
	install -D -m 0644 .build/completions/tcptune.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tcptune
	install -D -m 0644 .build/completions/tcptune.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tcptune.fish
	@for page in $(MANUAL)/*.1; do \
		[ ! -e $$page ] || install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/man/man1 $$page; done

# The Debian package, in .build/deb; `check-deb` has it installed and purged in Debian 12 and 13.
deb: completions man
	@Scripts/setup debhelper dpkg-dev lintian
	@Scripts/build-deb $(MAKE)

check-deb: deb
	@Scripts/check-deb .build/deb/*.deb

# A binary without any shared library, for containers.
static: setup
	@$(SWIFT) build -c release -Xswiftc -static-executable --scratch-path .build/static --product tcptune
	@mkdir -p .build/container
	@strip -o .build/container/tcptune $(STATIC)

# The image, .build/tcptune.oci.tar, which is also tried.
container: static
	@Scripts/setup buildah libcap2-bin
	@Scripts/check-container .build/container .build/tcptune.oci.tar

# What stands in deploy/, checked by the programs that will read it.
check-deploy: setup
	@Scripts/check-deploy

clean:
	$(SWIFT) package clean
	rm -rf demo-output

# SPDX-License-Identifier: GPL-3.0-or-later
# The one entry point, for people and for CI alike.

.PHONY: help demo test unit live lint trials build static bench fuzz install clean bootstrap

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

bootstrap: ## Check for what the build needs; install it with apt when root
	@scripts/bootstrap

demo: static ## Build release, then show real socket events of real programs
	@scripts/demo

test: lint unit trials live ## Everything: lint, unit tests, random handlers, live tests on both kernels

lint: bootstrap ## Check the format of the sources
	@scripts/step "format" swift format lint --strict --recursive Package.swift Sources Tests

unit: bootstrap ## Build without warnings and run the unit tests
	@scripts/step "build for the unit tests" scripts/build-checked --build-tests
	@scripts/step "unit tests" swift test --skip-build --quiet

static: bootstrap ## Build the static release binary: .build-static/release/swtap
	@scripts/step "build the static release binary" scripts/build-checked -c release \
		-Xswiftc -static-executable --product swtap --scratch-path .build-static

trials: static ## Random handlers in the kernel and in the Evaluator; TRIALS=number, TRIALS_FIRST=number
	@SWTAP_TRIALS=1 scripts/step "build the random handlers" scripts/build-checked -c release \
		-Xswiftc -static-executable --product Trials --scratch-path .build-static
	@scripts/step "random handlers" scripts/trials

live: static ## Run the live tests in guests, on both kernels
	@Tests/Live/run

bench: static ## Measure against bpftrace in a guest, and the Evaluator against other interpreters
	@scripts/bench

fuzz: bootstrap ## Random scripts through all rooms; FUZZ_SECONDS, FUZZ_SEED, FUZZ_REPLAY=file
	@scripts/fuzz

build: bootstrap ## Build for development
	@scripts/build-checked

PREFIX ?= /usr/local
install: static ## Install the binary, the examples and the manual below PREFIX
	install -D -m 755 .build-static/release/swtap $(DESTDIR)$(PREFIX)/bin/swtap
	install -d $(DESTDIR)$(PREFIX)/share/swtap/examples
	install -m 644 examples/*.stp $(DESTDIR)$(PREFIX)/share/swtap/examples
	install -D -m 644 docs/swtap.1 $(DESTDIR)$(PREFIX)/share/man/man1/swtap.1

clean: ## Remove what was built; the guests' cache stays
	rm -rf .build .build-static

# make run    a demonstration day on this machine
# make test   everything that .ci/run checks, fastest first, stops at the first failure
# make bench  the figures of the README
# make lambda the programs for AWS Lambda, packed, and what they cost before the first invocation
# make system the template deployed to an emulator and tried as a whole, and what AWS is asked for (part of make test)
# make kills  `rollcall serve` killed KILLS times (kill -9) under load over HTTP; eight times in make test
# make soak   rehearsals over many seeds, in parallel; goes on where it was stopped; shrinks what fails
# make mutants, make fuzz-decoders   changes of the rules that no test notices; mutated input of every decoder
# make fuzz-guided   the same decoders, guided by the code that is reached; needs a nightly toolchain and cargo-fuzz
#
# Needs a Rust toolchain; what else is missing is installed by Debian's apt.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help run test system bench kills soak fuzz-decoders fuzz-guided mutants lambda tools fmt clippy unit doc rehearse fresh fuzz deny infra aws

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
# A clone is built with the versions that were tested; while working the lock file may follow.
LOCKED := $(if $(CI),--locked)
# Where the demonstration keeps its data; it goes on with them when it is started again.
DATA ?= data/demo
# Seconds for rehearsals of seeds that nobody has tried before.
FRESH_SECONDS ?= 60

help:
	@sed -n '1,11s/^# \?//p' Makefile

run: tools portal
	@cargo build $(LOCKED) --release -p rollcall --features portal
	echo
	echo "A made-up town is phoned, a minute passes each second. Ctrl-C stops it, make run goes on with the day."
	echo "Look from another terminal:"
	for command in ledger residents; do echo "  $(TARGET)/release/rollcall $$command --data-dir $(DATA)"; done
	echo
	exec $(TARGET)/release/rollcall serve --demo --speed 60 --data-dir $(DATA)

test: fmt clippy unit doc rehearse fresh fuzz deny portal-check portal-browser infra aws system

fmt: tools
	@echo "== formatting"
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check

clippy: tools
	@echo "== lints"
	cargo clippy $(LOCKED) --workspace --all-targets -- -D warnings

# Rules, contract suites, interruptions, frozen contracts, tidy.
unit: tools
	@echo "== tests"
	if cargo nextest --version > /dev/null 2>&1; then
		cargo nextest run $(LOCKED) --workspace $(if $(CI),--profile ci)
	else
		cargo test $(LOCKED) --workspace --all-targets
	fi

# Links that lead nowhere, and examples that do not run.
doc: tools
	@echo "== documentation"
	RUSTDOCFLAGS="-D warnings" cargo doc $(LOCKED) --workspace --no-deps --quiet
	cargo test $(LOCKED) --workspace --doc --quiet

# Days on a virtual clock: whoever finds a seed that fails adds it as a named regression.
REHEARSE = $(TARGET)/debug/rollcall rehearse
REHEARSED = $(TARGET)/rehearsals

rehearse: tools
	@echo "== rehearsals"
	cargo build $(LOCKED) --quiet -p rollcall
	mkdir -p $(REHEARSED)
	$(call town,200) > $(REHEARSED)/town.csv
	for seed in 1 2 3; do for faults in none mild harsh; do
		$(call one,--seed $$seed --faults $$faults,$$seed-$$faults)
	done; done
	$(call one,--seed 3 --faults harsh,again)
	hash() { grep -o '"trace_hash": *"[^"]*"' "$$1"; }
	[ "$$(hash $(REHEARSED)/3-harsh.json)" = "$$(hash $(REHEARSED)/again.json)" ] \
		|| { echo "rehearsal of the same seed with the same trace: failed"; exit 1; }
	echo "rehearsal of the same seed with the same trace: passed"

fresh: rehearse
	@seed=$$(date +%s)
	echo "== fresh rehearsals for $(FRESH_SECONDS) s, from seed $$seed"
	until=$$((SECONDS + $(FRESH_SECONDS)))
	while [ $$SECONDS -lt $$until ]; do
		$(call one,--seed $$seed --faults harsh,fresh)
		seed=$$((seed + 1))
	done

# The API against its own description.
fuzz: rehearse
	@echo "== API"
	command -v python3 > /dev/null && python3 -c "import ensurepip" 2> /dev/null || $(call apt,python3 python3-venv)
	services/api/fuzz/run $(TARGET)/debug/rollcall

# Licences, sources and doubles of what is built in; where cargo-deny is installed. The data base of
# advisories needs a network: `cargo deny check advisories`.
deny:
	@if cargo deny --version > /dev/null 2>&1; then
		echo "== licences and sources"
		cargo deny --offline check bans licenses sources
	fi

infra: tools
	@echo "== infrastructure"
	infra/lint

# What needs the SDKs is built and tried by itself, so that nothing else waits for them.
FUNCTIONS = ingest loader planner dialer outcomes sweep api
SERVICES = connect dynamodb kinesis s3 sns sqs
empty :=
space := $(empty) $(empty)
comma := ,
WITH_AWS = -p rollcall-aws -p rollcall-host -p rollcall -p rollcall-system $(FUNCTIONS:%=-p rollcall-%) --features \
	$(subst $(space),$(comma),$(strip $(SERVICES:%=rollcall-aws/%) $(FUNCTIONS:%=rollcall-%/lambda) \
	rollcall-host/lambda rollcall/aws rollcall-system/emulators))
# The other tests of these packages have run before.
ON_EMULATORS = package(rollcall-aws) + (package(rollcall-host) & (binary(lambda) + test(lambda))) + (package(rollcall-api) & test(lambda)) + (package(rollcall) & binary(connect))

aws: tools
	@echo "== Amazon's services"
	cargo clippy $(LOCKED) $(WITH_AWS) --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc $(LOCKED) $(WITH_AWS) --no-deps --quiet
	infra/emulators/run cargo nextest run $(LOCKED) $(WITH_AWS) $(if $(CI),--profile ci) -E '$(ON_EMULATORS)'

# The programs as they are shipped, under permissions that are enforced. Built with the features of the step before,
# so that nothing is compiled again for the tests.
system: tools portal
	@echo "== the deployed system"
	infra/lambda/build
	MINISTACK_AUTH=1 infra/emulators/run cargo nextest run $(LOCKED) $(WITH_AWS) $(if $(CI),--profile ci) \
		-E 'package(rollcall-system)'

bench: tools
	@command -v sqlite3 > /dev/null || $(call apt,sqlite3)
	mkdir -p $(TARGET)/bench
	cargo build $(LOCKED) --release -p rollcall -p rollcall-bench
	$(TARGET)/release/rollcall-bench --out $(TARGET)/bench/summary.json

lambda: tools portal
	@infra/lambda/build
	mkdir -p $(TARGET)/bench
	python3 infra/lambda/runtime.py measure target/lambda/*.zip --json $(TARGET)/bench/lambda.json

# make kills KILLS=100 SEED=7: the test of services/rollcall/tests/kills in full; some minutes for a hundred.
KILLS ?= 100
SEED ?= 1

kills: tools
	@KILLS=$(KILLS) KILLS_SEED=$(SEED) cargo test $(LOCKED) -p rollcall --test kills -- --nocapture

# make fuzz-decoders SECONDS=600: each of the four tests that run for a moment in make test, for so long.
fuzz-decoders: SECONDS ?= 600
fuzz-decoders: tools
	@export FUZZ_SECONDS=$(SECONDS) FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)}
	echo "from seed $$FUZZ_SEED"
	cargo test $(LOCKED) -p rollcall-contracts --test fuzz -- --nocapture
	cargo test $(LOCKED) -p rollcall-roster --test roster any_bytes -- --nocapture

# make fuzz-guided SECONDS=600: each of the targets of fuzz/ for so long; a later run goes on with what this one found.
fuzz-guided: SECONDS ?= 600
fuzz-guided: tools
	@fuzz/run $(SECONDS) $(TARGET)/guided

# make mutants FILES="shared/domain/src/rules.rs …": every change of a rule that no test notices. An hour and a half
# for all of it. Needs cargo-mutants (cargo install --locked cargo-mutants).
FILES ?= $(shell find shared/domain/src -name '*.rs')
mutants: tools
	@cargo mutants --version > /dev/null || { echo "cargo install --locked cargo-mutants"; exit 1; }
	CARGO_INCREMENTAL=1 cargo mutants --profile mutants --package rollcall-domain --test-package rollcall-domain \
		$(FILES:%=--file %) --timeout 60 --jobs $(JOBS) --output $(TARGET)/mutants

# make soak SEEDS=10000, or SEEDS=500-900: each seed draws its own scenario, of small towns, so that a campaign
# comes to many. Goes on where it was stopped; another program starts anew. What fails is told with its seed and as
# small as it still fails; it becomes a named regression in services/soak/tests.
SEEDS ?= 1000
JOBS ?= $(shell nproc)

soak: tools
	@cargo build $(LOCKED) --release -p rollcall-soak
	$(TARGET)/release/rollcall-soak --seeds $(SEEDS) --jobs $(JOBS) --dir $(TARGET)/soak

include infra/deploy.mk
include portal/portal.mk

tools:
	@command -v cargo > /dev/null || { echo "cargo is missing: install a Rust toolchain (1.95 or newer)"; exit 1; }
	command -v cc > /dev/null || $(call apt,gcc libc6-dev)
	for part in fmt clippy; do
		cargo $$part --version > /dev/null 2>&1 || rustup component add $$( [ $$part = fmt ] && echo rustfmt || echo clippy )
	done

# $(call apt,packages)
apt = { sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); $$sudo apt-get update -q; \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $(1); } < /dev/null

# $(call town,200): a list of residents with numbers kept for fiction; past 3000 they share them.
town = awk -v residents=$(1) 'BEGIN { split("+447700900 +441632960 +442079460", ranges, " "); \
	print "firstName,lastName,number,reference"; \
	for (i = 0; i < residents; i++) \
		printf "Ada,Example %d,%s%03d,R-%05d\n", i, ranges[int(i / 1000) % 3 + 1], i % 1000, i }'

# $(call one,options,name): one rehearsal with the tests' program, told in one line.
one = if $(REHEARSE) $(REHEARSED)/town.csv --agents 3 --days 2 $(1) --json > $(REHEARSED)/$(2).json \
	&& grep -q '"balanced": *true' $(REHEARSED)/$(2).json; \
	then echo "rehearsal $(1): passed"; \
	else echo "rehearsal $(1): failed"; tail -c 4000 $(REHEARSED)/$(2).json; exit 1; fi

# matrix-pusher: `make help` lists what can be made.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# What is formatted and linted.
SOURCES := Package.swift Sources Tests .ci
# How many seconds `make fuzz` gives each target, and how often `make chaos` kills the sidecar.
FUZZ_SECONDS ?= 60
CHAOS_ROUNDS ?= 200

.PHONY: help demo test build release bench bench-check chaos fuzz sanitize format lint dependencies \
	test-dependencies clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: dependencies ## build and show the main job end to end
	@swift build --product matrix-pusher
	@"$$(swift build --show-bin-path)/matrix-pusher" demo

test: test-dependencies ## build and run all tests
	swift test

build: dependencies ## build everything for debugging
	swift build

release: dependencies ## build the optimised program
	swift build --configuration release --product matrix-pusher
	@echo "built $$(swift build --configuration release --show-bin-path)/matrix-pusher"

bench: dependencies ## build for release, measure everything and print the table (an hour, several GB of disk)
	swift build --configuration release --product matrix-pusher
	swift build --configuration release --product matrix-pusher-bench
	"$$(swift build --configuration release --show-bin-path)/matrix-pusher-bench" reach

bench-check: dependencies ## find out whether the benchmarks run; looks at no time
	.ci/bench-check

chaos: test-dependencies ## the crash test with CHAOS_ROUNDS kills
	CHAOS_ROUNDS=$(CHAOS_ROUNDS) swift test --filter EndToEndTests.Crashes

fuzz: dependencies ## fuzz each target for FUZZ_SECONDS
	.ci/fuzz $(FUZZ_SECONDS)

sanitize: test-dependencies ## run the tests, but for those that measure, under the address and the thread sanitizer
	.ci/sanitize

format: ## format all sources
	swift format --in-place --parallel --recursive $(SOURCES)

lint: ## check the format of all sources
	swift format lint --strict --parallel --recursive $(SOURCES)

dependencies: ## install the system packages that building needs
	@.ci/dependencies

test-dependencies: ## install also those that the tests need
	@.ci/dependencies tests

clean: ## remove what was built
	rm -rf .build .build-*

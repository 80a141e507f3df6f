# What a contributor types. `make test` is everything a change must pass.

SHELL       := /bin/bash -o pipefail
GO          ?= go
BROWSER_FILES = $(shell grep -rl --include='*_test.go' '^//go:build browser' cmd bot core storage statuspage fixtures 2>/dev/null)
BROWSER_PKGS  = $(sort $(patsubst %/,./%,$(dir $(BROWSER_FILES))))
BROWSER_TESTS = $(shell sed -n 's/^func \(Test[A-Za-z0-9_]*\).*/\1/p' $(BROWSER_FILES) | paste -sd'|')

.PHONY: demo test lint unit rest walk compared browser bench figures docs needs soak vuln image

## demo: the whole thing on this machine, with no Slack account
demo:
	@$(GO) run ./cmd/rollcall demo

## test: format, vet, staticcheck, every test with the race detector, a long random walk, then the tests in a browser
test: needs lint unit rest

needs:
	@.ci/needs

lint:
	@unformatted=$$(gofmt -l cmd bot core storage statuspage fixtures 2>/dev/null); \
	 if [ -n "$$unformatted" ]; then echo "These files need gofmt -w:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags browser,image ./...
	$(GO) tool staticcheck -tags browser,image ./...

unit:
	$(GO) test -race -shuffle=on -timeout 20m ./...

# A browser mostly waits: what computes alone goes beside it.
rest:
	@$(MAKE) --no-print-directory --output-sync=target -j3 walk compared browser

# Rollcall and those it is measured against give the same answers.
compared:
	$(GO) -C fixtures/bench vet ./...
	$(GO) -C fixtures/bench test ./...

# The random walk once more, without the race detector and so five times as far; it prints its seed.
walk:
	$(GO) test ./core -count=1 -v -run '^TestWalk$$' -walk.ops=10000

# One package at a time: each drives a browser of its own, and they would starve one another.
browser:
	$(if $(BROWSER_PKGS),$(GO) test -race -shuffle=on -timeout 20m -tags browser -p 1 -run '^($(BROWSER_TESTS))$$' $(BROWSER_PKGS),@echo "no package has browser tests")

## bench: benchmarks with their ratios, to bare bbolt and to SQLite; LARGE=1 measures 10,000 × 50 too
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...
	$(GO) -C fixtures/bench test -run '^$$' -bench . -timeout 60m $(if $(LARGE),-large)

## figures: the table of figures in the README, from a run
figures:
	$(GO) -C fixtures/bench test -run '^$$' -bench . -timeout 60m $(if $(LARGE),-large) -readme "$(CURDIR)/README.md"

## docs: rewrite the generated sections of the README
docs:
	$(GO) test ./cmd/rollcall -run '^TestReadme' -update

## soak: what takes hours: many viewers, a large file, a very large release, a million envelopes, thousands of kills, each fuzz target for FUZZTIME
FUZZTIME ?= 5m
soak:
	ROLLCALL_SOAK=1 $(GO) test -count=1 -v -run '^TestManyWatch$$' -timeout 10m ./statuspage
	$(GO) test ./cmd/rollcall -run '^TestStartsSoonWithALargeFile$$' -soak.megabytes=500 -v
	$(GO) test ./cmd/rollcall -run '^TestMemoryWithAVeryLargeRelease$$' -soak.customers=1000 -v
	$(GO) test ./cmd/rollcall -run '^TestMemoryStaysFlat$$' -timeout 24h -soak.envelopes=1000000 -v
	$(GO) test ./cmd/rollcall -run '^TestCrashesUnderLoadLoseNothing$$' -timeout 24h -crash.lives=3000 -v
	@set -e; for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test $$package -list '^Fuzz' | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; $(GO) test $$package -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME); \
	  done; \
	done

## vuln: known vulnerabilities in what the program calls; needs the network
vuln:
	@$(GO) tool govulncheck ./... || { status=$$?; \
	  if [ $$status != 3 ]; then echo "Nothing is known about vulnerabilities: the database at https://vuln.go.dev was not reached (see above)."; fi; exit $$status; }

## image: build the image and try it as the README's Compose file runs it; needs a container engine
image:
	docker build --tag rollcall .
	$(GO) test ./cmd/rollcall -count=1 -v -tags image -run '^TestTheImageRunsAsTheReadmeSays$$'

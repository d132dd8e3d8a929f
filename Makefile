# GNU make. `make` alone lists the commands.

CARGO ?= cargo
PARTYLINE_RUN ?= target/release/partyline serve --demo

# Daemons and cargo's own programs, where a plain PATH lacks them; and before all else the Node.js that
# tests/install-peers.sh gets where the machine's own is too old.
export PATH := $(abspath $(or $(CARGO_TARGET_DIR),target))/peers/nodejs/bin:$(PATH):$(HOME)/.cargo/bin

# Node.js 20.19 or newer and npm, for the admin pages.
HAS_NODE = command -v npm >/dev/null 2>&1 && \
	node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null

.DEFAULT_GOAL := help
.PHONY: help run admin-ui test test-admin-ui check check-admin-ui audit bench bench-admin-ui openapi clients check-clients chat-demo clean tools

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: tools ## Build the admin pages and the broker, and start it with the demo community
	@if $(HAS_NODE); then $(MAKE) admin-ui; else echo "Without Node.js 20.19 or newer (and npm) the admin pages are left out." >&2; fi
	$(CARGO) build --release --locked
	$(PARTYLINE_RUN)

# A debug build reads the pages from their folder, so tests need not build it anew.
PAGES = cd admin-ui && npm ci --no-audit --no-fund && npm run build

admin-ui: ## Build the admin pages, which the broker serves at /admin
	$(PAGES)
	@touch src/api/admin_page.rs # New files are embedded anew.

NEEDS_NODE = $(HAS_NODE) || { echo "The stories of the admin pages need Node.js 20.19 or newer, and npm." >&2; exit 1; }
# A test is built beside the broker so that crates have the features that they had in `make test`: nothing is built twice.
STORIES = $(CARGO) build --locked --bin partyline --test rooms && cd admin-ui && npm run stories

test: tools ## Install the peers that the tests talk to, and run every test
	tests/install-peers.sh
	@$(NEEDS_NODE)
	$(PAGES)
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
		set -ex; $(CARGO) nextest run --locked; \
	else \
		set -ex; $(CARGO) test --locked --lib --bins --tests; \
	fi
	$(CARGO) test --locked --doc
	$(STORIES)

test-admin-ui: tools ## Build the admin pages, and tell their stories in Chromium, each to a broker of its own
	tests/install-peers.sh
	@$(NEEDS_NODE)
	$(PAGES)
	$(STORIES)

check: tools ## Check format, lints, documentation, licences and sources
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items
	@$(CARGO) deny --version >/dev/null 2>&1 || $(CARGO) install cargo-deny --locked
	$(CARGO) deny --locked check licenses bans sources
	@if $(HAS_NODE); then $(MAKE) check-admin-ui; else echo "Without Node.js 20.19 or newer (and npm) the admin pages are not checked." >&2; fi

check-admin-ui: ## Check the types of the admin pages, and run their tests
	cd admin-ui && npm ci --no-audit --no-fund && npm run check

audit: tools ## Look the dependencies up in the advisory database (needs the network)
	@$(CARGO) deny --version >/dev/null 2>&1 || $(CARGO) install cargo-deny --locked
	$(CARGO) deny --locked check advisories

bench: tools ## Measure, on an otherwise idle machine
	$(CARGO) bench --locked --no-fail-fast --bench '*'
	@if $(HAS_NODE); then $(MAKE) bench-admin-ui MINUTES=5; else echo "Without Node.js 20.19 or newer (and npm) the admin pages are not measured." >&2; fi

MINUTES ?= 60
bench-admin-ui: tools admin-ui ## Leave the overview open under 1,000 texts/s for MINUTES (60), and measure what it costs
	tests/install-peers.sh
	$(CARGO) build --release --locked
	node admin-ui/e2e/left-open.mjs --minutes $(MINUTES)

openapi: tools ## Renew openapi.json, the committed description of the API
	$(CARGO) run --quiet --locked -- openapi >target/openapi.json
	mv target/openapi.json openapi.json

clients: ## Generate the clients anew from openapi.json
	tests/install-peers.sh
	clients/generate.sh

check-clients: ## Check that the clients are those of openapi.json
	clients/generate.sh --check

chat-demo: tools ## Start the sample chat app with a broker of its own
	examples/chat-app/run.sh

clean: ## Remove what was built and installed here
	$(CARGO) clean

# What every build needs before cargo can do the rest.
tools:
	@command -v $(CARGO) >/dev/null 2>&1 || { \
		echo "Rust is missing: install it with rustup (see rustup.rs), then run make again." >&2; exit 1; }
	@command -v cc >/dev/null 2>&1 || { \
		echo "Installing a C compiler (for SQLite and libpq)"; \
		command -v apt-get >/dev/null 2>&1 || { \
			echo "A C compiler is missing: install one (cc), then run make again." >&2; exit 1; }; \
		root=; [ "$$(id -u)" = 0 ] || root=sudo; \
		$$root apt-get -qq update && \
		$$root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y build-essential </dev/null; }

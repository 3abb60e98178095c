# The commands of this project. `make run` and `make test` are all that a fresh machine needs.

.PHONY: help run test torture cluster bench bench-scale soak lint fuzz fairness xerces linkage workbooks

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build and run the demo on https://localhost:8443 (needs only Rust and a C compiler)
	cargo run --locked --profile demo --bin lrs -- demo

test: ## run all tests, on SQLite and PostgreSQL; installs what it needs
	scripts/run-tests

torture: ## kill server and workers a thousand times while all doors are used, on both databases
	scripts/torture

cluster: ## restart nodes and replace the database's primary under load, with HAProxy, PgBouncer and Patroni, and measure it
	scripts/cluster

bench: ## run the benches: micro, load, new and idle connections, pages beside their calls, an upload, a full batch, and the cost of refusals
	cargo bench --locked --bench messages --bench load --bench connections --bench portal --bench records --bench uploads --bench achievements --bench refusals

bench-scale: ## measure calls with 100 thousand, one million and ten million learners, on both databases (takes long, and much disk)
	scripts/with-postgres cargo bench --locked --features learning-records/postgres --bench scale

soak: ## half an hour at four fifths of capacity: rate, times, memory and errors of every minute
	cargo bench --locked --bench soak

fairness: ## measure how much one misbehaving client slows down others (needs Python and Linux)
	cargo build --locked --release
	scripts/fairness target/release/lrs

lint: ## check formatting, clippy (of the default build too) and documentation; warnings are errors
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --features learning-records/postgres -- --deny warnings
	cargo clippy --locked --bins -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --document-private-items --features learning-records/postgres

linkage: ## measure how well learners are found, on public data sets and a dense register (needs Python and pip)
	scripts/linkage/run

xerces: ## compare error texts for invalid requests with the JDK's validator (needs JDK 17)
	cargo build --locked
	python3 scripts/xerces/compare.py target/debug/lrs

workbooks: ## compare what is read from workbooks of many programs with what was written (needs LibreOffice, Gnumeric, Node, Perl)
	cargo build --locked --bin lrs-check
	python3 scripts/workbooks/compare.py target/debug/lrs-check

fuzz: ## run each fuzz target for a minute (needs cargo-fuzz)
	scripts/fuzz

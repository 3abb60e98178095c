# The commands of this project. `make run` and `make test` are all that a fresh machine needs.

.PHONY: help run test torture bench lint fuzz fairness xerces linkage workbooks

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build and serve the demo on https://localhost:8443 (needs Rust and a C compiler, nothing else)
	cargo run --locked --release -- demo

test: ## every test, on SQLite and PostgreSQL; installs what it needs
	scripts/run-tests

torture: ## a hundred kills of server and workers in the middle of large batches, on both databases
	scripts/torture

bench: ## micro benches, the load bench, the bench of a full batch, and what refusals cost
	cargo bench --locked --bench messages --bench load --bench achievements --bench refusals

fairness: ## what one misbehaving client can cost the others (needs Python and Linux)
	cargo build --locked --release
	scripts/fairness target/release/lrs

lint: ## formatting, clippy and documentation, warnings denied
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --features learning-records/postgres -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --document-private-items --features learning-records/postgres

linkage: ## how well learners are found, on public sets and a dense register (needs Python and pip)
	scripts/linkage/run

xerces: ## the texts of invalid requests beside those of the JDK's validator (needs JDK 17)
	cargo build --locked
	python3 scripts/xerces/compare.py target/debug/lrs

workbooks: ## what is read from the workbooks of many writers beside what was meant (needs LibreOffice, Gnumeric, Node, Perl)
	cargo build --locked --bin lrs-check
	python3 scripts/workbooks/compare.py target/debug/lrs-check

fuzz: ## a minute on each fuzz target (needs cargo-fuzz)
	scripts/fuzz

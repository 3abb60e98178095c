//! Runs every stored input of the fuzz targets through the same functions as the fuzzers: what once
//! broke a parser is tested on every run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[path = "../../fuzz/targets.rs"]
#[allow(dead_code)]
mod targets;

#[test]
fn the_stored_inputs_of_the_fuzzers_are_taken() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in targets::TARGETS {
        let mut inputs: Vec<_> = fs::read_dir(root.join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .map(|entry| entry.expect("an entry").path())
            .collect();
        inputs.sort();
        assert!(inputs.len() >= 5, "{name} has a corpus");
        for input in inputs {
            println!("{}", input.display());
            target(&fs::read(&input).expect("an input"));
        }
    }
    let stored: BTreeSet<_> =
        fs::read_dir(&root).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(stored.len(), targets::TARGETS.len(), "every corpus has a target: {stored:?}");
}

//! Decides which lists are read record by record: only those in requests, of which batches consist.

use std::collections::BTreeSet;

use crate::model::{Field, Kind, Service};

/// Whether the field is a list of records that occurs in no reply. It is then read as
/// `xml::Records`; lists in replies are written, and are a `Vec`.
pub fn are_records(service: &Service, field: &Field) -> bool {
    match field.kind {
        Kind::Struct(index) => {
            field.max != Some(1)
                && service.structs.get(index).is_some_and(|item| item.borrows)
                && !answered(service).contains(&index)
        }
        _ => false,
    }
}

/// The structs that occur in replies.
fn answered(service: &Service) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut next: Vec<usize> = service.operations.iter().map(|operation| operation.output.content).collect();
    while let Some(index) = next.pop() {
        if found.insert(index) {
            let fields = service.structs.get(index).into_iter().flat_map(|item| &item.fields);
            next.extend(fields.filter_map(|field| match field.kind {
                Kind::Struct(inner) => Some(inner),
                _ => None,
            }));
        }
    }
    found
}

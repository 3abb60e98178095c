//! The bindings file: facets and mandatory fields that the WSDL cannot express, and the prefixes
//! used in replies.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;

/// The file as parsed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    services: BTreeMap<String, ServiceBinding>,
    #[serde(default, rename = "field")]
    fields: Vec<FieldBinding>,
}

/// What a WSDL cannot say about its service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceBinding {
    /// The path of the endpoint.
    pub path: String,
    /// The shape of its faults. The compiler only passes it on to the description.
    pub fault: String,
    /// Namespace to prefix, for writing; the empty prefix is the default namespace.
    pub prefixes: BTreeMap<String, String>,
    /// Namespaces in which the root of a request is also accepted, in addition to its own.
    #[serde(default)]
    pub other_root_namespaces: Vec<String>,
}

/// Restrictions of a field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldBinding {
    /// `{namespace}Type`, or `element:{namespace}Name` for the type of a global element without a
    /// type name.
    #[serde(rename = "type")]
    pub owner: String,
    /// The local name of the field.
    pub name: String,
    /// A simple type in the facets document.
    pub facet: Option<String>,
    /// Whether the field is mandatory. If not given, numbers and dates are mandatory when the
    /// contract says so.
    pub required: Option<bool>,
    /// The minimum number of occurrences of a repeated field.
    pub minimum_occurs: Option<u32>,
    /// The maximum number of occurrences of a repeated field.
    pub maximum_occurs: Option<u32>,
    /// The source of the rule.
    pub reason: String,
}

/// The bindings, with a record of which rows were used.
#[derive(Debug)]
pub struct Bindings {
    file: PathBuf,
    services: BTreeMap<String, ServiceBinding>,
    fields: BTreeMap<(String, String), FieldBinding>,
    used: RefCell<BTreeSet<(String, String)>>,
}

/// Reads the file.
pub fn load(file: &Path) -> Result<Bindings, Error> {
    let text = std::fs::read_to_string(file).map_err(|source| Error::File { file: file.to_owned(), source })?;
    let wrong = |reason: String| Error::Bindings { file: file.to_owned(), reason };
    let parsed: File = toml::from_str(&text).map_err(|reason| wrong(reason.to_string()))?;
    let mut fields = BTreeMap::new();
    for field in parsed.fields {
        if field.reason.trim().is_empty() {
            return Err(wrong(format!("the row for {} of {} has no reason", field.name, field.owner)));
        }
        let key = (field.owner.clone(), field.name.clone());
        if let Some(first) = fields.insert(key, field) {
            return Err(wrong(format!("two rows for {} of {}", first.name, first.owner)));
        }
    }
    Ok(Bindings { file: file.to_owned(), services: parsed.services, fields, used: RefCell::default() })
}

impl Bindings {
    /// The row of a service.
    pub fn service(&self, name: &str) -> Result<&ServiceBinding, Error> {
        self.services.get(name).ok_or_else(|| self.wrong(format!("[services.{name}] is missing")))
    }

    /// The row for a field, from the first of the owners that has one.
    pub fn field(&self, owners: &[String], name: &str) -> Option<&FieldBinding> {
        owners.iter().find_map(|owner| {
            let key = (owner.clone(), name.to_owned());
            let found = self.fields.get(&key)?;
            self.used.borrow_mut().insert(key);
            Some(found)
        })
    }

    /// Checks that every row was used. An unused row names a field that does not exist.
    pub fn all_used(&self) -> Result<(), Error> {
        let used = self.used.borrow();
        match self.fields.keys().find(|key| !used.contains(*key)) {
            Some((owner, name)) => Err(self.wrong(format!("{owner} has no field {name} in any message"))),
            None => Ok(()),
        }
    }

    fn wrong(&self, reason: String) -> Error {
        Error::Bindings { file: self.file.clone(), reason }
    }
}

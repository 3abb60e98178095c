//! The demonstration: synthetic people and organisations.

mod aims;
mod organisations;
pub mod people;
pub mod population;

/// A fixture of this project is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// The file is not TOML of the expected form.
    #[error("fixture: {0}")]
    Form(#[from] toml::de::Error),
    /// A member has no good value.
    #[error("fixture: {entry} has no good {field}")]
    Value {
        /// Key or role of the entry.
        entry: String,
        /// Name of the member.
        field: &'static str,
    },
    /// Nobody has the role.
    #[error("fixture: nobody is {0}")]
    Role(&'static str),
}

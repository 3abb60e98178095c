//! Declares rows as every door submits them: optional text by the contract's field names, not yet
//! validated.

/// Declares a row: its fields in the contract's order, with their names there.
macro_rules! batch_row {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $member:ident = $field:literal),+ $(,)? }) => {
        $(#[$meta])*
        ///
        /// Absent and empty text are equivalent. The row contains personal data: `Debug` shows none
        /// of it.
        #[derive(Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $member: Option<String>),+
        }

        impl $name {
            /// The fields' names, in the contract's order.
            pub const FIELDS: &'static [&'static str] = &[$($field),+];

            /// The text of a field by its name in the contract; `None` if absent or empty.
            pub fn get(&self, field: &str) -> Option<&str> {
                let text = match field {
                    $($field => self.$member.as_deref(),)+
                    _ => None,
                };
                text.filter(|text| !text.is_empty())
            }

            /// Sets a field by its name in the contract; `false` if there is no such field.
            pub fn set(&mut self, field: &str, text: Option<String>) -> bool {
                match field {
                    $($field => self.$member = text,)+
                    _ => return false,
                }
                true
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use batch_row;

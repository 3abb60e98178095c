//! Whole numbers and fractions.

use std::borrow::Cow;

use super::{Lexical, collapsed, no_value};

/// Parses a collapsed text as a whole number. A number with more digits than any type holds is
/// clamped to the range of `i128`, so that it is reported as out of range rather than as not a
/// number.
///
/// # Errors
/// The Xerces message if the text is not a whole number.
pub fn whole_number(text: &str) -> Result<i128, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(no_value(text, "integer"));
    }
    Ok(text.parse().unwrap_or(if text.starts_with('-') { i128::MIN } else { i128::MAX }))
}

macro_rules! number {
    ($type:ty, $name:literal) => {
        impl Lexical<'_> for $type {
            fn parse(text: Cow<'_, str>) -> Result<Self, String> {
                let text = collapsed(&text);
                let number = whole_number(&text)?;
                <$type>::try_from(number).map_err(|_| {
                    let (bound, limit) = if number < 0 {
                        ("minInclusive", i128::from(<$type>::MIN))
                    } else {
                        ("maxInclusive", i128::from(<$type>::MAX))
                    };
                    format!(
                        "cvc-{bound}-valid: Value '{text}' is not facet-valid with respect to {bound} '{limit}' for type '{}'.",
                        $name
                    )
                })
            }

            fn write(&self, out: &mut String) {
                use std::fmt::Write;
                // Writing to a String cannot fail.
                let _ = write!(out, "{self}");
            }
        }
    };
}

number!(i32, "int");

number!(i64, "long");

number!(u16, "char");

impl Lexical<'_> for f32 {
    fn parse(text: Cow<'_, str>) -> Result<Self, String> {
        let text = collapsed(&text);
        match &*text {
            "INF" => Ok(f32::INFINITY),
            "-INF" => Ok(f32::NEG_INFINITY),
            "NaN" => Ok(f32::NAN),
            number if number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) => {
                number.parse().map_err(|_| no_value(&text, "float"))
            }
            _ => Err(no_value(&text, "float")),
        }
    }

    fn write(&self, out: &mut String) {
        use std::fmt::Write;
        if self.is_nan() {
            out.push_str("NaN");
        } else if self.is_infinite() {
            out.push_str(if *self > 0.0 { "INF" } else { "-INF" });
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "{self}");
        }
    }
}

//! The chains of the audit trail: the hash of a line, and where a chain stands.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The SHA-256 of an audit line and the hash before it, written in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// What stands before the first line of a chain.
    pub const START: Self = Self([0; 32]);

    /// The hash of a line's text, which contains the hash before it.
    pub fn of(text: &[u8]) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// A hash from its 32 bytes; `None` if they are not 32.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 hexadecimal digits. It runs twice for every line written, so it does not format.
    pub fn text(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |value: u8| DIGITS.get(usize::from(value & 15)).copied().map_or('0', char::from);
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainHash({self})")
    }
}

/// A line of a chain, by its place and its hash. As text: `head CHAIN SEQUENCE HASH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// The chain's number, from 1.
    pub chain: i32,
    /// The line's number in the chain, from 1; 0 before the first.
    pub sequence: i64,
    /// The line's hash.
    pub hash: ChainHash,
}

/// The text is not a head of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a head of the audit trail is written as: head CHAIN SEQUENCE HASH")]
pub struct InvalidChainHead;

impl ChainHead {
    /// The place before the first line of a chain.
    pub const fn start(chain: i32) -> Self {
        Self { chain, sequence: 0, hash: ChainHash::START }
    }
}

impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chain, sequence, hash } = self;
        write!(f, "head {chain} {sequence} {hash}")
    }
}

impl FromStr for ChainHead {
    type Err = InvalidChainHead;

    fn from_str(text: &str) -> Result<Self, InvalidChainHead> {
        let mut words = text.split_whitespace();
        let mut word = || words.next().ok_or(InvalidChainHead);
        if word()? != "head" {
            return Err(InvalidChainHead);
        }
        let chain = word()?.parse().map_err(|_| InvalidChainHead)?;
        let sequence = word()?.parse().map_err(|_| InvalidChainHead)?;
        let hash = hash(word()?).ok_or(InvalidChainHead)?;
        if words.next().is_some() { Err(InvalidChainHead) } else { Ok(Self { chain, sequence, hash }) }
    }
}

/// A hash from its 64 hexadecimal digits.
fn hash(text: &str) -> Option<ChainHash> {
    let digits = text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
    let digits: Vec<u8> = digits.collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.as_chunks().0.iter().map(|[high, low]| high << 4 | low).collect();
    if digits.len() == 64 { ChainHash::from_bytes(&bytes) } else { None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_head_reads_back() {
        let head = ChainHead { chain: 2, sequence: 77, hash: ChainHash::of(b"synthetic") };
        assert_eq!(head.to_string().parse(), Ok(head));
        assert_eq!(head.hash.text().len(), 64);
        let short = head.to_string().strip_suffix(char::is_alphanumeric).unwrap().to_owned();
        for wrong in ["", "head", "head 1 2", "tail 1 2 00", "head 1 x 00", &short, &format!("{head} 1")] {
            assert_eq!(wrong.parse::<ChainHead>(), Err(InvalidChainHead), "{wrong}");
        }
    }
}

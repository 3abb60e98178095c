//! Gzip: of requests with a bound on what comes out, of answers when it was asked for.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

/// A request may grow by this factor; the contract's longest batches grow by about thirty.
const RATIO: usize = 100;

/// As much comes out between two looks at the limits.
const STEP: u64 = 64 * 1024;

/// Shorter answers are not worth the header that says how they are packed.
pub(super) const WORTHWHILE: usize = 1024;

/// Why a compressed body is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inflate {
    /// More comes out than the limit or the ratio allows.
    TooLarge,
    /// It is not gzip, or not all of it.
    Damaged,
}

/// What is in a compressed body, up to `limit` bytes. The ratio is looked at on the way, so that a bomb is known by its first bytes and
/// never fills the memory of the limit.
pub(super) fn inflate(packed: &[u8], limit: usize) -> Result<Vec<u8>, Inflate> {
    let mut plain = Vec::with_capacity(limit.min(packed.len().saturating_mul(4)));
    let mut decoder = MultiGzDecoder::new(packed);
    loop {
        let came = decoder.by_ref().take(STEP).read_to_end(&mut plain).map_err(|_| Inflate::Damaged)?;
        let taken = packed.len() - decoder.get_ref().len();
        if plain.len() > limit.min(taken.saturating_mul(RATIO)) {
            return Err(Inflate::TooLarge);
        }
        if came == 0 {
            return Ok(plain);
        }
    }
}

/// The body compressed. Level 1: these texts shrink to a fifth with any level, and the higher ones take three times as long.
pub(super) fn deflate(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(plain);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn there_and_back() {
        let plain = "<ULN>1000000000</ULN>".repeat(100);
        let packed = deflate(plain.as_bytes());
        assert!(packed.len() < plain.len() / 5);
        assert_eq!(inflate(&packed, plain.len()).unwrap(), plain.as_bytes());
        assert_eq!(inflate(&packed, plain.len() - 1), Err(Inflate::TooLarge));
    }

    #[test]
    fn bombs_and_damage() {
        let bomb = deflate(&vec![b' '; 10_000_000]);
        assert_eq!(inflate(&bomb, 100_000_000), Err(Inflate::TooLarge));
        let mut late = String::from_utf8(vec![b' '; 200_000]).unwrap();
        (0..60_000).for_each(|number| late.push_str(&format!("{:x}", number * 7_919_u64 * 104_729)));
        assert_eq!(
            inflate(&deflate(late.as_bytes()), 100_000_000),
            Err(Inflate::TooLarge),
            "its end makes up for nothing"
        );
        let packed = deflate(b"some text that is long enough to be cut");
        assert_eq!(inflate(&packed[..packed.len() - 4], 1000), Err(Inflate::Damaged));
        assert_eq!(inflate(b"<a/>", 1000), Err(Inflate::Damaged));
        assert_eq!(inflate(&[packed.as_slice(), b"junk"].concat(), 1000), Err(Inflate::Damaged));
        assert_eq!(inflate(b"", 1000), Err(Inflate::Damaged));
    }
}

//! Gzip: decompresses requests, with limits on the output, and compresses responses on request.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::{GzEncoder, MultiGzDecoder};

/// The maximum factor by which a request may expand. Batches of 10,000 achievements expand by 14 to
/// 29 as our own client and most others write them, by up to 48 as SOAP::Lite does with a type on
/// every element, and by up to 63 with a namespace declared on each.
const RATIO: usize = 40;

/// Always allowed, whatever the input: a short repetitive request is not a bomb.
const HARMLESS: usize = 1024 * 1024;

/// Compressing a shorter response is not worth the header.
pub(super) const WORTHWHILE: usize = 1024;

/// Why a compressed body is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inflate {
    /// The output exceeds the limit.
    TooLarge,
    /// The output exceeds the ratio.
    TooDense,
    /// Not gzip, or truncated.
    Damaged,
}

/// Decompresses a body as it arrives. The ratio is checked on the way, so that a bomb is recognised
/// by its first bytes and never fills the memory allowed.
pub(super) struct Unpacker {
    decoder: MultiGzDecoder<Bounded>,
    limit: usize,
    /// Bytes read and written so far.
    taken: usize,
    given: usize,
}

/// The output for the last chunk.
struct Bounded {
    plain: Vec<u8>,
    room: usize,
    is_full: bool,
}

impl Unpacker {
    /// Allows at most `limit` bytes of output.
    pub(super) fn new(limit: usize) -> Self {
        let bounded = Bounded { plain: Vec::new(), room: 0, is_full: false };
        Self { decoder: MultiGzDecoder::new(bounded), limit, taken: 0, given: 0 }
    }

    /// Takes the next piece, which is best a small one.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), Inflate> {
        self.taken += piece.len();
        self.make_room();
        let result = self.decoder.write_all(piece);
        self.came(result)
    }

    /// Says that nothing more comes.
    pub(super) fn finish(&mut self) -> Result<(), Inflate> {
        self.make_room();
        let result = self.decoder.try_finish();
        self.came(result)
    }

    /// The output for the last chunk.
    pub(super) fn plain(&self) -> &[u8] {
        &self.decoder.get_ref().plain
    }

    fn make_room(&mut self) {
        let allowed = self.limit.min(self.taken.saturating_mul(RATIO).max(HARMLESS));
        let room = allowed.saturating_sub(self.given);
        let bounded = self.decoder.get_mut();
        bounded.plain.clear();
        bounded.room = room;
    }

    fn came(&mut self, result: io::Result<()>) -> Result<(), Inflate> {
        let Bounded { plain, is_full, .. } = self.decoder.get_ref();
        if *is_full {
            let by_ratio = self.taken.saturating_mul(RATIO).max(HARMLESS) < self.limit;
            return Err(if by_ratio { Inflate::TooDense } else { Inflate::TooLarge });
        }
        result.map_err(|_| Inflate::Damaged)?;
        self.given += plain.len();
        Ok(())
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(room) = self.room.checked_sub(bytes.len()) else {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        self.room = room;
        self.plain.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Compresses a body. Level 1: this text shrinks to a fifth at any level, and higher ones take
/// three times as long.
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

    fn inflate(packed: &[u8], limit: usize) -> Result<Vec<u8>, Inflate> {
        let mut unpacker = Unpacker::new(limit);
        let mut plain = Vec::new();
        for piece in packed.chunks(7) {
            unpacker.push(piece)?;
            plain.extend_from_slice(unpacker.plain());
        }
        unpacker.finish()?;
        plain.extend_from_slice(unpacker.plain());
        Ok(plain)
    }

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
        assert_eq!(inflate(&bomb, 100_000_000), Err(Inflate::TooDense));
        assert_eq!(inflate(&deflate(&vec![b' '; HARMLESS]), 100_000_000).unwrap().len(), HARMLESS);
        assert_eq!(inflate(&deflate(&vec![b' '; HARMLESS + 1]), 100_000_000), Err(Inflate::TooDense));
        let mut late = String::from_utf8(vec![b' '; 2_000_000]).unwrap();
        (0..60_000).for_each(|number| late.push_str(&format!("{:x}", number * 7_919_u64 * 104_729)));
        assert_eq!(
            inflate(&deflate(late.as_bytes()), 100_000_000),
            Err(Inflate::TooDense),
            "its end makes up for nothing"
        );
        let packed = deflate(b"some text that is long enough to be cut");
        assert_eq!(inflate(&packed[..packed.len() - 4], 1000), Err(Inflate::Damaged));
        assert_eq!(inflate(b"<a/>", 1000), Err(Inflate::Damaged));
        assert_eq!(inflate(&[packed.as_slice(), b"junk"].concat(), 1000), Err(Inflate::Damaged));
        assert_eq!(inflate(b"", 1000), Err(Inflate::Damaged));
    }
}

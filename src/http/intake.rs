//! A request's body as it comes in: unpacked and decoded piece by piece, and held to its limit on the way.

use super::budget::Share;
use super::decode::{Decoder, Text};
use super::gzip::{Inflate, Unpacker};
use super::media::Charset;
use super::respond::Refused;

/// Memory set aside for a body on its word alone.
const TRUSTED_LENGTH: usize = 64 * 1024;

/// What has come of a body so far.
pub(super) struct Intake {
    limit: usize,
    /// How much will come, where the request says so and is not compressed.
    declared: Option<usize>,
    /// Bytes before and after they were unpacked.
    received: usize,
    plain: usize,
    unpacker: Option<Box<Unpacker>>,
    decoder: Decoder,
    /// What it holds of the memory for bodies.
    share: Share,
    /// What is wrong with it, for a fault once all of it has come.
    malformed: Option<&'static str>,
}

impl Intake {
    /// For a body of at most `limit` bytes, before and after it is unpacked. `declared` is the Content-Length, if there is one.
    pub(super) fn new(
        limit: usize,
        declared: Option<usize>,
        compressed: bool,
        charset: Option<Charset>,
        share: Share,
    ) -> Result<Self, Refused> {
        if declared.is_some_and(|length| length > limit) {
            return Err(Refused::TOO_LARGE);
        }
        let mut decoder = Decoder::new(charset);
        decoder.reserve(declared.unwrap_or_default().min(TRUSTED_LENGTH));
        let unpacker = compressed.then(|| Box::new(Unpacker::new(limit)));
        let declared = declared.filter(|_| !compressed);
        Ok(Self { limit, declared, received: 0, plain: 0, unpacker, decoder, share, malformed: None })
    }

    /// Bytes of text so far.
    pub(super) const fn length(&self) -> usize {
        self.decoder.length()
    }

    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), Refused> {
        self.received += piece.len();
        if self.received > self.limit {
            return Err(Refused::TOO_LARGE);
        }
        if self.malformed.is_some() {
            return Ok(());
        }
        match self.unpacker.take() {
            None => self.decode(piece)?,
            Some(mut unpacker) => {
                self.unpacked(unpacker.push(piece))?;
                self.unpacker = Some(unpacker);
            }
        }
        Ok(())
    }

    /// The beginning of the text, at most so many bytes of it.
    pub(super) fn beginning(&self, bytes: usize) -> Result<Text, &'static str> {
        self.decoder.beginning(bytes)
    }

    /// The text of the whole body with its share of the memory, or what is wrong with it, for a fault.
    pub(super) fn finish(mut self) -> Result<Result<(Text, Share), &'static str>, Refused> {
        if let (Some(mut unpacker), None) = (self.unpacker.take(), self.malformed) {
            self.unpacked(unpacker.finish())?;
        }
        Ok(match self.malformed {
            Some(malformed) => Err(malformed),
            None => self.decoder.finish().map(|text| (text, self.share)),
        })
    }

    fn unpacked(&mut self, plain: Result<&[u8], Inflate>) -> Result<(), Refused> {
        match plain {
            Ok(plain) => self.decode(plain),
            Err(Inflate::TooLarge) => Err(Refused::TOO_LARGE),
            Err(Inflate::TooDense) => Err(Refused::TOO_DENSE),
            Err(Inflate::Damaged) => {
                self.malformed = Some("The gzip body is damaged.");
                Ok(())
            }
        }
    }

    fn decode(&mut self, plain: &[u8]) -> Result<(), Refused> {
        self.plain += plain.len();
        self.share.grow(self.length() + plain.len())?;
        if self.decoder.room() < plain.len() {
            // The start has come: now the whole of it is believed in. Memory that nothing is written to costs nothing.
            let more = self.declared.map_or(self.plain, |declared| declared.saturating_sub(self.length()));
            self.decoder.reserve(more.max(plain.len()));
        }
        self.malformed = self.decoder.push(plain).err();
        Ok(())
    }
}

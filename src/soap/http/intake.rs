//! A call's body as it comes in: decoded piece by piece into one text.

use super::decode::{Decoder, Text};
use super::media::Charset;
use crate::http::{Body, Coding, Refused, Share};

/// How much memory to allocate for a body only because its header states a length.
const TRUSTED_LENGTH: usize = 64 * 1024;

/// The part of a body received so far.
pub(super) struct Intake {
    /// The expected length, if the request states it and is not compressed.
    declared: Option<usize>,
    /// The bytes received so far, after unpacking.
    plain: usize,
    decoder: Decoder,
    /// The reservation of memory.
    share: Option<Share>,
    /// What is wrong with it, for a fault once all of it has arrived.
    malformed: Option<&'static str>,
}

impl Intake {
    /// Starts with nothing received, and takes over the body's reservation.
    pub(super) fn new(body: &mut Body<'_>, coding: Coding, charset: Option<Charset>) -> Self {
        let declared = body.declared();
        let mut decoder = Decoder::new(charset);
        decoder.reserve(declared.unwrap_or_default().min(TRUSTED_LENGTH));
        let declared = declared.filter(|_| coding == Coding::Identity);
        Self { declared, plain: 0, decoder, share: body.share(), malformed: None }
    }

    /// The length of the text so far, in bytes.
    pub(super) const fn length(&self) -> usize {
        self.decoder.length()
    }

    /// Whether it is known not to be text, whatever else arrives.
    pub(super) const fn is_malformed(&self) -> bool {
        self.malformed.is_some()
    }

    /// Processes the next chunk.
    pub(super) fn push(&mut self, plain: &[u8]) -> Result<(), Refused> {
        if self.is_malformed() {
            return Ok(());
        }
        self.plain += plain.len();
        let length = self.length() + plain.len();
        if let Some(share) = &mut self.share {
            share.grow(length)?;
        }
        if self.decoder.room() < plain.len() {
            // The start has arrived, so now trust the stated length. Memory that is never written
            // to costs nothing.
            let more = self.declared.map_or(self.plain, |declared| declared.saturating_sub(self.length()));
            self.decoder.reserve(more.max(plain.len()));
        }
        self.malformed = self.decoder.push(plain).err();
        Ok(())
    }

    /// The body cannot be unpacked.
    pub(super) fn damaged(&mut self) {
        self.malformed = Some("The gzip body is damaged.");
    }

    /// The beginning of the text, at most this many bytes.
    pub(super) fn beginning(&self, bytes: usize) -> Result<Text, &'static str> {
        self.decoder.beginning(bytes)
    }

    /// The text of the whole body with its reservation, or what is wrong with it, for a fault.
    pub(super) fn finish(self) -> Result<(Text, Option<Share>), &'static str> {
        match self.malformed {
            Some(malformed) => Err(malformed),
            None => self.decoder.finish().map(|text| (text, self.share)),
        }
    }
}

//! Encryption in chunks, each of which is authenticated: ChaCha20-Poly1305 in the STREAM
//! construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its
//! Nonce-Reuse Misuse-Resistance", 2015).
//!
//! A chunk's nonce is its number, and whether it is the last one. A chunk that is missing, doubled,
//! moved or changed cannot be opened, nor can the last one of a file that was cut off.

use std::io::{self, BufRead, Read, Write};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::BackupError;

/// The length of a chunk before it is encrypted; only the last one is shorter.
const CHUNK: usize = 64 * 1024;
/// What encryption adds to a chunk.
const TAG: usize = 16;

/// The key of a file, what each chunk also authenticates, and the number of the next chunk.
struct Chunks {
    key: LessSafeKey,
    header: [u8; 32],
    next: u64,
}

impl Chunks {
    fn new(key: &[u8; 32], header: &[u8]) -> io::Result<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key).map_err(|_| io::Error::other("no key of a file"))?;
        Ok(Self { key: LessSafeKey::new(key), header: *blake3::hash(header).as_bytes(), next: 0 })
    }

    fn nonce(&mut self, is_last: bool) -> Nonce {
        let [a, b, c, d, e, f, g, h] = self.next.to_be_bytes();
        self.next += 1;
        let nonce: [u8; NONCE_LEN] = [0, 0, 0, a, b, c, d, e, f, g, h, u8::from(is_last)];
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Encrypts what is written to it.
pub(super) struct Sealer<W> {
    file: W,
    chunks: Chunks,
    chunk: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    pub(super) fn new(file: W, key: &[u8; 32], header: &[u8]) -> io::Result<Self> {
        Ok(Self { file, chunks: Chunks::new(key, header)?, chunk: Vec::with_capacity(CHUNK + TAG) })
    }

    /// Writes the last chunk.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        Ok(self.file)
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let nonce = self.chunks.nonce(is_last);
        self.chunks
            .key
            .seal_in_place_append_tag(nonce, Aad::from(self.chunks.header), &mut self.chunk)
            .map_err(|_| io::Error::other("a chunk could not be encrypted"))?;
        self.file.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits for the next byte, because it might be the last.
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend(bytes.iter().take(taken));
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Decrypts what is read from it. Nothing of a chunk is given out before all of it is checked.
pub(super) struct Opener<R> {
    file: R,
    chunks: Chunks,
    chunk: io::Cursor<Vec<u8>>,
    ended: bool,
}

impl<R: BufRead> Opener<R> {
    pub(super) fn new(file: R, key: &[u8; 32], header: &[u8]) -> io::Result<Self> {
        Ok(Self { file, chunks: Chunks::new(key, header)?, chunk: io::Cursor::default(), ended: false })
    }

    fn open(&mut self) -> io::Result<()> {
        let mut chunk = Vec::with_capacity(CHUNK + TAG);
        self.file.by_ref().take((CHUNK + TAG).try_into().unwrap_or(u64::MAX)).read_to_end(&mut chunk)?;
        self.ended = self.file.fill_buf()?.is_empty();
        let nonce = self.chunks.nonce(self.ended);
        let opened = self.chunks.key.open_in_place(nonce, Aad::from(self.chunks.header), &mut chunk);
        let length = opened.map_err(|_| io::Error::other(BackupError::OtherKey))?.len();
        chunk.truncate(length);
        self.chunk = io::Cursor::new(chunk);
        Ok(())
    }
}

impl<R: BufRead> Read for Opener<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.chunk.read(bytes)?;
            if read > 0 || self.ended || bytes.is_empty() {
                return Ok(read);
            }
            self.open()?;
        }
    }
}

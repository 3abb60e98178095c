//! The trail file: a sequence of frames of audit lines, each with a checksum that is specific to
//! the file's current generation.
//!
//! **Warning: delicate.** After a crash, this file is the only copy of the lines that are not yet
//! in the table. A mistake in the order of writes and syncs shows only then.
//!
//! # Why it exists
//!
//! A durable write costs 25 to 65 microseconds of processor time, depending on how it is done
//! (`docs/speed.md`). Frames are written in place over preallocated zeros, so that making them
//! durable needs no update of the file's metadata.
//!
//! # The file
//!
//! ```text
//!  │ magic │ generation │ start │ checksum │ unused │ frame │ frame │ ... │ zeros or old data
//!  └──────────────── head ─────────────────┘        ▲ start               ▲ end
//!  a frame: the length of its lines, checksum, lines
//!
//!  new ──begin──► generation ──append──► longer ... ──start_anew──► next generation
//!                      ▲                               crash before the new head: the old one
//!                      └─ open after a crash: the intact frames from `start` on
//! ```
//!
//! # Invariants
//!
//! * A frame counts only with the checksum of the current generation. The first that does not match
//!   ends the trail; what follows is unused, from an earlier generation, or incomplete.
//! * `end` advances only after the sync. After a failed append, the next frame overwrites the
//!   failed one.
//! * A new generation is written where the old one has no data, and synced before the head that
//!   makes it current.
//! * The checksum is keyed with the generation's random number, so that old frames never count.
//! * Content that is neither a trail nor zeros is copied to another file before it is overwritten.
//!
//! # When you change it
//!
//! A new format needs a new `MAGIC`. Files of the old format would be put aside as damaged, so read
//! them, too. Run the tests below and `src/store/trail/tests.rs`, then `make torture`.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::Utc;

use crate::store::private::{OWNER_ALONE, close_file};

/// The first bytes of every trail file, including the version of the format.
const MAGIC: [u8; 8] = *b"lrstrl1\n";
/// Magic, generation, the offset of the first frame, and the checksum of the head.
const HEAD: usize = 8 + 32 + 8 + 16;
/// The length and checksum of a frame.
const FRAME_HEAD: usize = 4 + 16;
/// The file grows by this many bytes at a time.
const STEP: usize = 256 * 1024;
/// A generation of this length ends at the next opportunity.
const LONG: u64 = 16 * 1024 * 1024;

/// The file, locked against other processes.
pub(super) struct TrailFile {
    file: File,
    path: PathBuf,
    generation: [u8; 32],
    /// The offset of the generation's first frame.
    start: u64,
    /// The offset of the next frame; 0 until the generation has been started on disk.
    end: u64,
    /// The end of the preallocated space.
    laid_out: u64,
}

/// The lines that one append made durable, and the offset at which they end.
pub(super) struct Frame {
    pub(super) lines: Vec<u8>,
    pub(super) count: usize,
    pub(super) end: u64,
}

impl TrailFile {
    /// Opens the file, creating it if missing, and returns the frames of its generation that end
    /// beyond the offset up to which `moved` says that it has been moved. `None` if another process
    /// holds it.
    pub(super) fn open(path: &Path, moved: impl FnOnce(&str) -> u64) -> io::Result<Option<(Self, Vec<Frame>)>> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(OWNER_ALONE).open(path)?;
        close_file(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let laid_out = file.metadata()?.len();
        let path = path.to_owned();
        let mut content = Vec::with_capacity(HEAD);
        Read::by_ref(&mut file).take(length(HEAD)).read_to_end(&mut content)?;
        let Some((generation, start)) = generation(&content) else {
            // Zeros are space preallocated before a crash. Anything else is damaged, or not a
            // trail.
            file.read_to_end(&mut content)?;
            if content.iter().any(|byte| *byte != 0) {
                keep_aside(&path, &content)?;
            }
            let new = Self { file, path, generation: rand::random(), start: length(HEAD), end: 0, laid_out };
            return Ok(Some((new, Vec::new())));
        };
        file.seek(SeekFrom::Start(start))?;
        let moved = moved(&name(&generation));
        let (frames, end) = frames(&generation, start, &mut BufReader::new(&file), moved)?;
        Ok(Some((Self { file, path, generation, start, end, laid_out }, frames)))
    }

    /// Identifies the generation, without which an offset has no meaning.
    pub(super) fn generation(&self) -> String {
        name(&self.generation)
    }

    /// Whether to start a new generation.
    pub(super) fn is_long(&self) -> bool {
        self.end > self.start + LONG
    }

    /// Makes lines durable. After an error none of them is stored.
    pub(super) fn append(&mut self, lines: Vec<u8>, count: usize) -> io::Result<Frame> {
        if self.end == 0 {
            self.begin()?;
        }
        let written = frame(&self.generation, &lines)?;
        let end = self.end + length(written.len());
        self.lay_out(end)?;
        self.write_at(self.end, &written)?;
        self.file.sync_data()?;
        self.end = end;
        Ok(Frame { lines, count, end })
    }

    /// Starts a new generation with the frames still needed. They go where the old generation has
    /// no data: before its start, otherwise after its end. The head is written last, so that a
    /// crash before that leaves the old generation intact.
    pub(super) fn start_anew(&mut self, needed: &mut [Frame]) -> io::Result<()> {
        let generation = rand::random();
        let mut content = Vec::new();
        for kept in &*needed {
            content.extend(frame(&generation, &kept.lines)?);
        }
        let start = if length(HEAD + content.len()) <= self.start { length(HEAD) } else { self.end };
        self.lay_out(start + length(content.len()))?;
        self.write_at(start, &content)?;
        self.file.sync_data()?;
        self.write_at(0, &head(&generation, start))?;
        self.file.sync_data()?;
        (self.generation, self.start, self.end) = (generation, start, start);
        for kept in needed {
            self.end += length(FRAME_HEAD + kept.lines.len());
            kept.end = self.end;
        }
        Ok(())
    }

    /// Empties the file, whose content is no longer needed.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        (self.generation, self.start, self.end, self.laid_out) = (rand::random(), length(HEAD), 0, 0);
        Ok(())
    }

    fn begin(&mut self) -> io::Result<()> {
        let head = head(&self.generation, self.start);
        self.lay_out(length(HEAD))?;
        self.write_at(0, &head)?;
        self.file.sync_all()?;
        // The name of a new file is durable only once its folder is synced.
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder)?.sync_all()?;
        }
        self.end = self.start;
        Ok(())
    }

    /// Preallocates zeros up to the required end plus one step.
    fn lay_out(&mut self, end: u64) -> io::Result<()> {
        while self.laid_out < end {
            self.write_at(self.laid_out, &vec![0; STEP])?;
            self.file.sync_all()?;
            self.laid_out += length(STEP);
        }
        Ok(())
    }

    fn write_at(&mut self, place: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(place))?;
        self.file.write_all(bytes)
    }
}

/// What is durable in a trail file.
#[cfg(feature = "sqlite")]
pub(in crate::store) struct Durable {
    /// Identifies the generation.
    pub(in crate::store) generation: String,
    /// The offset at which each frame ends, and its lines.
    pub(in crate::store) frames: Vec<(u64, Vec<u8>)>,
}

/// What is durable in a trail file that another process may be writing; `None` if it has no
/// generation. A frame that is being written is not intact and does not count.
#[cfg(feature = "sqlite")]
pub(in crate::store) fn durable(path: &Path) -> io::Result<Option<Durable>> {
    let content = match std::fs::read(path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some((generation, start)) = generation(&content) else { return Ok(None) };
    let mut content = usize::try_from(start).ok().and_then(|start| content.get(start..)).unwrap_or_default();
    let (frames, _) = frames(&generation, start, &mut content, 0)?;
    let frames = frames.into_iter().map(|frame| (frame.end, frame.lines)).collect();
    Ok(Some(Durable { generation: name(&generation), frames }))
}

/// Copies a file that is not a valid trail to another name and logs that, because it may contain
/// audit lines.
fn keep_aside(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".damaged-{}", Utc::now().format("%Y%m%dT%H%M%S%.6f")));
    let mut aside = OpenOptions::new().write(true).create_new(true).mode(OWNER_ALONE).open(&name)?;
    aside.write_all(content)?;
    aside.sync_all()?;
    log::error!(
        "the trail file {} is damaged, and audit lines may be lost. Its contents were copied to {}, and a new file was started",
        path.display(),
        Path::new(&name).display()
    );
    Ok(())
}

fn name(generation: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*generation).to_hex().to_string()
}

fn head(generation: &[u8; 32], start: u64) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEAD);
    head.extend(MAGIC);
    head.extend(generation);
    head.extend(start.to_le_bytes());
    head.extend(checksum(generation, &start.to_le_bytes()));
    head
}

/// The generation and the offset of the first frame, if the head is intact.
fn generation(content: &[u8]) -> Option<([u8; 32], u64)> {
    let generation = content.get(8..40)?.try_into().ok()?;
    let start = u64::from_le_bytes(content.get(40..48)?.try_into().ok()?);
    (content.get(..HEAD)? == head(&generation, start)).then_some((generation, start))
}

fn frame(generation: &[u8; 32], lines: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(lines.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    let mut frame = Vec::with_capacity(FRAME_HEAD + lines.len());
    frame.extend(length.to_le_bytes());
    frame.extend(checksum(generation, lines));
    frame.extend(lines);
    Ok(frame)
}

/// The intact frames of a generation, in order, without those that end up to the offset `moved`;
/// and where the last intact one ends. Whatever follows is unused, from an earlier generation, or
/// incomplete. `content` begins at the first frame, and is not held in memory as a whole.
fn frames(generation: &[u8; 32], start: u64, content: &mut impl Read, moved: u64) -> io::Result<(Vec<Frame>, u64)> {
    let (mut frames, mut end) = (Vec::new(), start);
    while let Some(lines) = next_frame(generation, content)? {
        end += length(FRAME_HEAD + lines.len());
        if end > moved {
            let count = memchr::memchr_iter(b'\n', &lines).count();
            frames.push(Frame { lines, count, end });
        }
    }
    Ok((frames, end))
}

/// The lines of the next frame, if it is intact.
fn next_frame(generation: &[u8; 32], content: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::with_capacity(FRAME_HEAD);
    content.by_ref().take(length(FRAME_HEAD)).read_to_end(&mut head)?;
    let Some((size, expected)) = head.split_first_chunk() else { return Ok(None) };
    let size = u32::from_le_bytes(*size);
    let mut lines = Vec::with_capacity(usize::try_from(size).unwrap_or(0).min(STEP));
    content.by_ref().take(u64::from(size)).read_to_end(&mut lines)?;
    let is_whole = !lines.is_empty() && length(lines.len()) == u64::from(size);
    Ok((is_whole && checksum(generation, &lines) == expected).then_some(lines))
}

fn checksum(generation: &[u8; 32], content: &[u8]) -> [u8; 16] {
    let mut checksum = [0; 16];
    blake3::Hasher::new_keyed(generation).update(content).finalize_xof().fill(&mut checksum);
    checksum
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn opened(path: &Path) -> (TrailFile, Vec<Vec<u8>>) {
        let (file, frames) = TrailFile::open(path, |_| 0).unwrap().unwrap();
        (file, frames.into_iter().map(|frame| frame.lines).collect())
    }

    #[test]
    fn what_was_appended_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trail");
        let (mut file, frames) = opened(&path);
        assert!(frames.is_empty());
        let first = file.append(b"one\n".to_vec(), 1).unwrap();
        let second = file.append(b"two\nthree\n".to_vec(), 2).unwrap();
        assert!(first.end < second.end);
        assert!(TrailFile::open(&path, |_| 0).unwrap().is_none(), "it is locked");
        drop(file);
        let (mut file, frames) = opened(&path);
        assert_eq!(frames, [&b"one\n"[..], b"two\nthree\n"]);
        assert_eq!(file.append(b"four\n".to_vec(), 1).unwrap().end, second.end + 25);
        file.clear().unwrap();
        drop(file);
        assert!(opened(&path).1.is_empty());
    }

    #[test]
    fn what_was_moved_is_not_read_again_and_stays_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trail");
        let (mut file, _) = opened(&path);
        let [first, second] = [&b"one\n"[..], b"two\n"].map(|lines| file.append(lines.to_vec(), 1).unwrap().end);
        let generation = file.generation();
        drop(file);
        let kept = |moved| {
            let asked = |name: &str| {
                assert_eq!(name, generation);
                moved
            };
            let (mut file, frames) = TrailFile::open(&path, asked).unwrap().unwrap();
            let next = file.append(b"three\n".to_vec(), 1).unwrap();
            file.write_at(second, &[0; 64]).unwrap();
            assert!(next.end > second, "it stands behind all others, moved or not");
            frames.into_iter().map(|frame| frame.lines).collect::<Vec<_>>()
        };
        assert_eq!(kept(0), [b"one\n", b"two\n"]);
        assert_eq!(kept(first), [b"two\n"]);
        assert!(kept(second).is_empty());
    }

    #[test]
    fn a_new_generation_keeps_what_is_needed_and_forgets_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trail");
        let (mut file, _) = opened(&path);
        let before = file.generation();
        for _ in 0..10 {
            file.append(b"moved\n".to_vec(), 1).unwrap();
        }
        let mut needed = [file.append(b"needed\n".to_vec(), 1).unwrap()];
        file.start_anew(&mut needed).unwrap();
        assert_ne!(file.generation(), before);
        file.append(b"later\n".to_vec(), 1).unwrap();
        drop(file);
        let (file, frames) = opened(&path);
        assert_eq!(frames, [&b"needed\n"[..], b"later\n"]);
        assert_ne!(file.generation(), before);
    }

    #[test]
    fn a_crash_before_the_new_head_leaves_the_old_generation_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trail");
        let (mut file, _) = opened(&path);
        for _ in 0..4 {
            let mut needed = Vec::new();
            for number in 0..5 {
                needed.push(file.append(format!("line {number}\n").into_bytes(), 1).unwrap());
            }
            let old = fs::read(&path).unwrap();
            let mut content = &old[usize::try_from(file.start).unwrap()..];
            let (expected, _) = frames(&file.generation, file.start, &mut content, 0).unwrap();
            let expected: Vec<_> = expected.into_iter().map(|each| each.lines).collect();
            file.start_anew(&mut needed).unwrap();
            let mut torn = fs::read(&path).unwrap();
            torn[..HEAD].copy_from_slice(&old[..HEAD]);
            let copy = folder.path().join("copy");
            fs::write(&copy, torn).unwrap();
            assert_eq!(opened(&copy).1, expected);
        }
    }

    proptest! {
        #[test]
        fn a_torn_file_gives_whole_frames_from_its_beginning(cut in 0usize..400, flipped in 0usize..400) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("trail");
            let (mut file, _) = opened(&path);
            let texts: Vec<Vec<u8>> = (0..6).map(|n| format!("line {n} {}\n", "x".repeat(n * 7)).into_bytes()).collect();
            for text in &texts {
                file.append(text.clone(), 1).unwrap();
            }
            drop(file);
            let mut content = fs::read(&path).unwrap();
            content.truncate(cut);
            if let Some(byte) = content.get_mut(flipped) {
                *byte ^= 1;
            }
            fs::write(&path, content).unwrap();
            let (_, frames) = opened(&path);
            prop_assert!(texts.starts_with(&frames));
        }
    }
}

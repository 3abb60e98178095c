//! A backup file that is not as it was written is never read to its end, and one that was not
//! finished never has its name.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;
use crate::domain::backup::{Contents, Sink, Table};

const NOW: &str = "2026-01-31T09:30:00Z";

/// A folder with two keys.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        Key::create(&place.path("key")).unwrap();
        Key::create(&place.path("other-key")).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn key(&self) -> Key {
        Key::read(&self.path("key")).unwrap()
    }
}

fn rows(number: u64, length: usize) -> impl Iterator<Item = String> {
    // Digits of a hash hardly compress, so that several chunks are needed.
    let text = move |row: u64| blake3::hash(&row.to_le_bytes()).to_hex().repeat(length);
    (0..number).map(move |row| format!("[{row}, \"{}\"]", text(row)))
}

fn begin(writer: &mut Writer<'_>, rows: u64) {
    let table = Table { name: "learners".to_owned(), columns: vec!["id".to_owned(), "name".to_owned()], rows };
    let contents = Contents {
        database: "sqlite".to_owned(),
        migrations: vec!["0001".to_owned()],
        tables: vec![table],
        numbering: BTreeMap::from([("learners".to_owned(), 7)]),
    };
    writer.begin(&contents).unwrap();
}

fn write(path: &Path, key: Option<&Key>, number: u64) -> Header {
    let mut writer = Writer::create(path, key, "0.1.0", NOW.to_owned()).unwrap();
    begin(&mut writer, number);
    rows(number, 1).for_each(|row| writer.row(&row).unwrap());
    writer.finish().unwrap()
}

fn refusal(path: &Path, key: Option<&Key>) -> BackupError {
    match Backup::open(path, key).and_then(Backup::verify) {
        Ok(_) => panic!("it was accepted"),
        Err(error) => error,
    }
}

#[test]
fn what_was_written_is_read() {
    let place = Place::new();
    let key = place.key();
    for (key, name) in [(None, "plain"), (Some(&key), "encrypted")] {
        for number in [0, 1, 2_500, 10_000] {
            let path = place.path(&format!("{name}-{number}"));
            let written = write(&path, key, number);
            assert_eq!(Backup::open(&path, key).unwrap().verify().unwrap(), written);
            assert_eq!((written.rows(), written.taken_at.as_str()), (number, NOW));
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            assert!(text.starts_with("lrs-backup 1\n{\"release\":\"0.1.0\""));
        }
    }
}

#[test]
fn chunks_end_where_the_content_does() {
    let chunk = 64 * 1024;
    for length in [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 1] {
        let content: Vec<u8> = (0..length).map(|byte: usize| byte.to_le_bytes()[1]).collect();
        let mut sealer = seal::Sealer::new(Vec::new(), &[7; 32], b"header").unwrap();
        std::io::Write::write_all(&mut sealer, &content).unwrap();
        let sealed = sealer.finish().unwrap();
        assert_eq!(sealed.len(), length + 16 * length.div_ceil(chunk).max(1));
        let read = |sealed: &[u8], key: u8, header: &[u8]| {
            let mut opened = Vec::new();
            let mut opener = seal::Opener::new(sealed, &[key; 32], header).unwrap();
            std::io::Read::read_to_end(&mut opener, &mut opened).map(|_| opened)
        };
        assert_eq!(read(&sealed, 7, b"header").unwrap(), content);
        assert!(read(&sealed, 8, b"header").is_err() && read(&sealed, 7, b"another").is_err());
        // Cut off where a chunk ends, which only the last chunk's mark tells.
        for cut in (0..sealed.len()).step_by(chunk + 16) {
            assert!(read(&sealed[..cut], 7, b"header").is_err(), "{cut} of {length}");
        }
        if length > chunk {
            let mut swapped = sealed[chunk + 16..].to_vec();
            swapped.extend(&sealed[..chunk + 16]);
            assert!(read(&swapped, 7, b"header").is_err());
        }
    }
}

#[test]
fn every_changed_byte_and_every_cut_is_noticed() {
    let place = Place::new();
    let key = place.key();
    for key in [None, Some(&key)] {
        let path = place.path(if key.is_some() { "encrypted" } else { "plain" });
        write(&path, key, 12);
        let content = fs::read(&path).unwrap();
        let copy = place.path("copy");
        for place in 0..content.len() {
            let mut changed = content.clone();
            changed[place] ^= 1;
            fs::write(&copy, changed).unwrap();
            refusal(&copy, key);
            fs::write(&copy, &content[..place]).unwrap();
            refusal(&copy, key);
        }
        let longer: Vec<u8> = content.iter().chain(b"x").copied().collect();
        fs::write(&copy, longer).unwrap();
        refusal(&copy, key);
    }
}

#[test]
fn a_key_that_does_not_fit_is_named() {
    let place = Place::new();
    let (key, other) = (place.key(), Key::read(&place.path("other-key")).unwrap());
    write(&place.path("plain"), None, 3);
    write(&place.path("encrypted"), Some(&key), 3);
    assert!(matches!(refusal(&place.path("encrypted"), Some(&other)), BackupError::OtherKey));
    assert!(matches!(refusal(&place.path("encrypted"), None), BackupError::KeyNeeded));
    assert!(matches!(refusal(&place.path("plain"), Some(&key)), BackupError::NotEncrypted));
}

#[test]
fn files_that_are_no_backups_are_told_apart() {
    let place = Place::new();
    for (content, said) in [
        ("", "not a backup"),
        ("ULN,GivenName\n", "not a backup"),
        ("lrs-backup 2\n{}\n", "has format 2"),
        ("lrs-backup 1\n{}\n", "damaged"),
    ] {
        fs::write(place.path("file"), content).unwrap();
        let text = refusal(&place.path("file"), None).to_string();
        assert!(text.contains(said), "{content:?}: {text}");
    }
    assert!(refusal(&place.path("none"), None).to_string().contains("No such file"));
}

#[test]
fn a_key_is_for_its_owner_and_group_alone() {
    let place = Place::new();
    let path = place.path("key");
    assert!(matches!(Key::create(&path), Err(BackupError::Exists(_))));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for (mode, accepted) in [(0o400, true), (0o440, true), (0o644, false), (0o660, false), (0o602, false)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(Key::read(&path).is_ok(), accepted, "{mode:o}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, "secret").unwrap();
    let text = Key::read(&path).err().unwrap().to_string();
    assert!(text.contains("64 hexadecimal digits") && !text.contains("secret"), "{text}");
}

#[test]
fn a_backup_has_its_name_only_when_it_is_complete() {
    let place = Place::new();
    let path = place.path("backup");
    let mut writer = Writer::create(&path, None, "0.1.0", NOW.to_owned()).unwrap();
    let second = Writer::create(&path, None, "0.1.0", NOW.to_owned());
    assert!(matches!(second.err().unwrap(), BackupError::InProgress));
    begin(&mut writer, 2);
    writer.row("[1]").unwrap();
    assert!(!path.exists());
    assert!(writer.finish().is_err(), "a row is missing");
    assert!(!path.exists());
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 2, "only the keys are left");
    // As a process that was killed leaves it, or somebody else.
    fs::write(place.path("key-of-others"), "kept").unwrap();
    std::os::unix::fs::symlink(place.path("key-of-others"), place.path(".backup.unfinished")).unwrap();
    write(&place.path("backup"), None, 1);
    assert_eq!(fs::read(place.path("key-of-others")).unwrap(), b"kept");
    fs::remove_file(place.path("key-of-others")).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(place.path(".backup.unfinished"), "the beginning of a longer backup ".repeat(1_000)).unwrap();
    write(&path, None, 1);
    Backup::open(&path, None).unwrap().verify().unwrap();
    let third = Writer::create(&path, None, "0.1.0", NOW.to_owned());
    assert!(matches!(third.err().unwrap(), BackupError::Exists(_)));
    Backup::open(&path, None).unwrap().verify().unwrap();
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 3);
}

//! `lrs backup`: copies of the database in a file, their check, and their restoration.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::SecondsFormat;
use clap::Subcommand;

use super::failure::Failure;
use super::{config, setup};
use crate::backup::{Backup, BackupError, Header, Key, Writer};
use crate::domain::Database;

/// Back the database up to a file while the service runs, check such a file, and restore it
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Copy the whole database to a new file
    #[command(after_help = "\
The service may run: nobody waits for the backup. It has everything that was acknowledged before it began, audit lines included. The file gets
its name when it is complete and on the disk; until then there is a hidden file beside it, which the next backup of that name replaces. It never
replaces a backup. Only its owner can read it.

With a key, the file is encrypted (ChaCha20-Poly1305). 'lrs backup key' makes one. Without the key nobody can restore the backup: keep a copy of it
elsewhere, and never beside the backups.

The certificates and lrs.toml are not in it. docs/recovery.md says what else to keep.

Examples:
  lrs backup create /backups/lrs-2026-01-31.backup --key-file /etc/lrs/backup.key
  lrs backup create \"/backups/lrs-$(date -u +%Y%m%dT%H%M%SZ).backup\" --config /etc/lrs/lrs.toml")]
    Create {
        #[command(flatten)]
        file: BackupFile,
        #[command(flatten)]
        config: config::File,
    },
    /// Check that a backup is complete and unchanged, and print what it contains
    #[command(after_help = "\
Reads the whole file, checks every byte and counts the rows. It needs no database. It succeeds only if the backup can be read completely.

Example:
  lrs backup verify /backups/lrs-2026-01-31.backup --key-file /etc/lrs/backup.key")]
    Verify {
        #[command(flatten)]
        file: BackupFile,
    },
    /// Restore a backup into a new database
    #[command(after_help = "\
The database is the one that store.url names. It must be new: with SQLite, the file must not exist; with PostgreSQL, the database must have no
tables ('createdb' makes one; do not run 'lrs migrate' on it before). A backup of either database can be restored into the other. The backup is
verified first, and it is restored completely or not at all. If it is from an earlier release, run 'lrs migrate' afterwards.

Examples:
  lrs backup restore /backups/lrs-2026-01-31.backup --key-file /etc/lrs/backup.key --config /etc/lrs/lrs.toml
  LRS_STORE_URL=rehearsal.db lrs backup restore /backups/lrs-2026-01-31.backup")]
    Restore {
        #[command(flatten)]
        file: BackupFile,
        #[command(flatten)]
        config: config::File,
    },
    /// Make a key that encrypts backups
    #[command(after_help = "\
The key is written to a new file that its owner alone can read. One key serves all backups. Keep a copy of it where a fire or a thief who takes the
backups does not reach it.

Example:
  lrs backup key /etc/lrs/backup.key")]
    Key {
        /// The file to write
        file: PathBuf,
    },
}

/// A backup, and the key that it is encrypted with.
#[derive(Debug, clap::Args)]
pub struct BackupFile {
    /// The backup
    file: PathBuf,
    /// The file with the key; without it, the backup is not encrypted
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl BackupFile {
    fn key(&self) -> Result<Option<Key>, BackupError> {
        self.key_file.as_deref().map(Key::read).transpose()
    }

    fn open(&self, key: Option<&Key>) -> Result<Backup, BackupError> {
        Backup::open(&self.file, key)
    }
}

/// Runs the command.
pub fn run(command: &BackupCommand, out: &mut impl Write) -> Result<(), Failure> {
    match command {
        BackupCommand::Create { file, config } => create(file, config, out),
        BackupCommand::Verify { file } => verify(file, out),
        BackupCommand::Restore { file, config } => restore(file, config, out),
        BackupCommand::Key { file } => {
            Key::create(file).map_err(|error| Failure::doing("No key was made", error))?;
            Ok(writeln!(
                out,
                "Wrote {}. Keep a copy of it elsewhere: without it, no backup can be restored.",
                file.display()
            )?)
        }
    }
}

fn create(backup: &BackupFile, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    let failed = |error: BackupError| Failure::doing("No backup was made", error);
    let key = backup.key().map_err(failed)?;
    let header = setup::administer(config, |admin| {
        let write = || -> Result<Header, BackupError> {
            let taken_at = chrono::Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
            let mut writer = Writer::create(&backup.file, key.as_ref(), env!("CARGO_PKG_VERSION"), taken_at)?;
            admin.back_up(&mut writer)?;
            writer.finish()
        };
        Ok(write())
    })?;
    let header = header.map_err(failed)?;
    let encrypted = if key.is_some() { "encrypted" } else { "not encrypted" };
    writeln!(out, "Wrote {}: {}, {encrypted}.", backup.file.display(), size(&backup.file, &header))?;
    Ok(())
}

fn verify(backup: &BackupFile, out: &mut impl Write) -> Result<(), Failure> {
    let verified = backup.key().and_then(|key| backup.open(key.as_ref())?.verify());
    let header = verified.map_err(|error| Failure::doing("The backup cannot be used", error))?;
    print(&header, out)?;
    writeln!(out, "The backup is complete and unchanged: {}.", size(&backup.file, &header))?;
    Ok(())
}

fn restore(backup: &BackupFile, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    let failed = |error: BackupError| Failure::doing("Nothing was restored", error);
    let config = config.load()?;
    let key = backup.key().map_err(failed)?;
    let header = backup.open(key.as_ref()).and_then(Backup::verify).map_err(failed)?;
    writeln!(out, "The backup is complete and unchanged. It was taken at {}.", header.taken_at)?;
    backup.open(key.as_ref()).and_then(|backup| backup.restore(&config.store.url)).map_err(failed)?;
    writeln!(out, "Restored {}.", size(&backup.file, &header))?;
    let database =
        Database::open(&config.store.url, 1).map_err(|error| Failure::doing("Cannot open the database", error))?;
    if !database.is_ready().map_err(|error| Failure::doing("Cannot read the database", error))? {
        writeln!(out, "It is from an earlier release ({}): run 'lrs migrate' before 'lrs serve'.", header.release)?;
    }
    database.close();
    Ok(())
}

fn print(header: &Header, out: &mut impl Write) -> Result<(), Failure> {
    let Header { release, taken_at, salt, contents } = header;
    let last = contents.migrations.last().map_or("none", String::as_str);
    writeln!(out, "taken at    {taken_at}")?;
    writeln!(out, "release     {release}, migration {last}")?;
    writeln!(out, "database    {}", contents.database)?;
    writeln!(out, "encrypted   {}\n", if salt.is_some() { "yes" } else { "no" })?;
    for table in contents.tables.iter().filter(|table| table.rows > 0) {
        writeln!(out, "{:>12}  {}", table.rows, table.name)?;
    }
    Ok(writeln!(out)?)
}

/// How much there is, in rows and bytes.
fn size(path: &Path, header: &Header) -> String {
    let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    format!("{} rows in {} tables, {} bytes", header.rows(), header.contents.tables.len(), bytes)
}

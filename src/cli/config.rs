//! `lrs config`, and how every operators' command finds its configuration.

use clap::Subcommand;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::config::{Config, Setting, Sources};

/// The file that is read, if it exists, when none is named.
const USUAL_FILE: &str = "lrs.toml";

/// Show the configuration
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting with its value and its origin; secrets are masked
    #[command(
        after_help = "Options override the environment (LRS_SECTION_KEY), which overrides the file, which overrides the defaults.\n\n\
                            Example:\n  LRS_LOG_LEVEL=warn lrs config show --config demo/lrs.toml"
    )]
    Show(File),
}

/// Which configuration file to read.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct File {
    /// The configuration file [default: lrs.toml in the current folder, if it exists]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl File {
    /// The sources of the configuration: this file or the default one, and the environment.
    pub fn sources(&self) -> Sources {
        let usual = || Some(PathBuf::from(USUAL_FILE)).filter(|file| file.exists());
        Sources::of_process(self.config.clone().or_else(usual))
    }

    /// Reads the configuration.
    pub fn load(&self) -> Result<Config, Failure> {
        load(&self.sources())
    }
}

/// Reads the configuration from these sources.
pub fn load(sources: &Sources) -> Result<Config, Failure> {
    Config::load(sources).map_err(|error| Failure::Failed(format!("The configuration is invalid: {error}.")))
}

/// Runs the command.
pub fn run(command: &ConfigCommand, out: &mut impl Write) -> Result<(), Failure> {
    match command {
        ConfigCommand::Show(file) => {
            let sources = file.sources();
            let config = load(&sources)?;
            show(sources.file.as_deref(), config.settings(), out)
        }
    }
}

fn show(file: Option<&Path>, settings: &[Setting], out: &mut impl Write) -> Result<(), Failure> {
    match file {
        Some(file) => writeln!(out, "# file: {}", file.display())?,
        None => writeln!(out, "# no file")?,
    }
    let width = |text: fn(&Setting) -> usize| settings.iter().map(text).max().unwrap_or(0);
    let (keys, values) = (width(|setting| setting.key.len()), width(|setting| setting.value.chars().count()));
    for Setting { key, value, origin } in settings {
        writeln!(out, "{key:keys$} = {value:values$}  # {origin}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn settings_are_shown_with_their_origin() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lrs.toml");
        std::fs::write(&file, "[log]\nlevel = \"debug\"\n").unwrap();
        let sources =
            Sources { file: Some(file.clone()), ..Sources::default() }.with_flag("server.listen", "127.0.0.1:1");
        let mut out = Vec::new();
        show(Some(&file), load(&sources).unwrap().settings(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let line = |key: &str| text.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
        assert!(line("log.level").ends_with(&format!("# file {}", file.display())), "{text}");
        assert!(line("server.listen").ends_with("# option"), "{text}");
        assert!(line("operations.listen").ends_with("# default"), "{text}");
    }

    #[test]
    fn an_unknown_key_stops_the_command() {
        let sources = Sources::default().with_flag("server.lisen", "127.0.0.1:1");
        assert!(matches!(load(&sources), Err(Failure::Failed(_))));
    }
}

//! `lrs config`, and how every verb of the operator finds its configuration.

use clap::Subcommand;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::config::{Config, Setting, Sources};

/// The file that is read when none is named and it exists.
const USUAL_FILE: &str = "lrs.toml";

/// Show the configuration
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Print every setting with its value and where it was set; secrets are masked
    #[command(
        after_help = "A flag wins over the environment (LRS_SECTION_KEY), which wins over the file, which wins over the default.\n\n\
                            Example:\n  LRS_LOG_LEVEL=warn lrs config show --config demo/lrs.toml"
    )]
    Show(File),
}

/// Which configuration file to read.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct File {
    /// The configuration file; lrs.toml in this folder when it exists and nothing is said
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl File {
    /// The sources of the configuration: this file or the usual one, and the environment.
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
    Config::load(sources).map_err(|error| Failure::Failed(format!("The configuration cannot be used: {error}.")))
}

/// Runs the verb.
pub fn run(verb: &Verb, out: &mut impl Write) -> Result<(), Failure> {
    match verb {
        Verb::Show(file) => {
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
        assert!(line("server.listen").ends_with("# flag"), "{text}");
        assert!(line("operations.listen").ends_with("# default"), "{text}");
    }

    #[test]
    fn an_unknown_key_stops_the_verb() {
        let sources = Sources::default().with_flag("server.lisen", "127.0.0.1:1");
        assert!(matches!(load(&sources), Err(Failure::Failed(_))));
    }
}

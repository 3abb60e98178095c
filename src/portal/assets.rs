//! The files that pages refer to: style, scripts and icon, each at an address with its content's
//! hash.
//!
//! They are part of the program. A browser may keep each for ever: what changes has another
//! address. `scripts/portal-assets` makes those that come from govuk-frontend.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A file as it is served.
#[derive(Debug)]
pub struct Asset {
    /// Its path on the server, such as `/assets/portal-1a2b3c4d5e6f7081.css`.
    pub path: String,
    /// The Content-Type.
    pub content_type: &'static str,
    /// Its content.
    pub plain: Vec<u8>,
    /// The same, compressed by gzip.
    pub gzip: Vec<u8>,
}

/// All files.
#[derive(Debug)]
pub struct Assets {
    /// How pages look.
    pub style: Asset,
    /// Marks a page as one whose scripts run; it stands before all that is shown.
    pub supported: Asset,
    /// govuk-frontend's script, which ours loads.
    pub govuk: Asset,
    /// Our script.
    pub script: Asset,
    /// The icon of a page's tab.
    pub icon: Asset,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(Assets::made);

/// The files, which are hashed and compressed at the first call.
pub fn assets() -> &'static Assets {
    &ASSETS
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

impl Assets {
    fn made() -> Assets {
        let govuk = Asset::new("govuk-frontend", "js", SCRIPT, include_str!("assets/govuk-frontend.js"));
        // Our script names govuk-frontend's, which stands beside it under its hash.
        let beside = govuk.path.replace("/assets/", "./");
        let ours = include_str!("assets/portal.js").replace("./govuk-frontend.js", &beside);
        Assets {
            style: Asset::new("portal", "css", "text/css; charset=utf-8", include_str!("assets/portal.css")),
            supported: Asset::new("supported", "js", SCRIPT, include_str!("assets/supported.js")),
            script: Asset::new("portal", "js", SCRIPT, &ours),
            icon: Asset::new("icon", "svg", "image/svg+xml", include_str!("assets/icon.svg")),
            govuk,
        }
    }

    /// The file at a path.
    pub fn at(&self, path: &str) -> Option<&Asset> {
        self.all().into_iter().find(|asset| asset.path == path)
    }

    fn all(&self) -> [&Asset; 5] {
        [&self.style, &self.supported, &self.govuk, &self.script, &self.icon]
    }
}

impl Asset {
    fn new(name: &str, extension: &str, content_type: &'static str, content: &str) -> Asset {
        let hash = blake3::hash(content.as_bytes()).to_hex();
        let hash: String = hash.chars().take(16).collect();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail.
        let _ = gzip.write_all(content.as_bytes());
        Asset {
            path: format!("/assets/{name}-{hash}.{extension}"),
            content_type,
            plain: content.as_bytes().to_vec(),
            gzip: gzip.finish().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::io::Read;
    use std::process::Command;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn each_file_is_found_at_its_address_and_compressed_as_it_is() {
        for asset in assets().all() {
            let found = assets().at(&asset.path).expect("the file at its path");
            let mut plain = Vec::new();
            GzDecoder::new(found.gzip.as_slice()).read_to_end(&mut plain).unwrap();
            assert!(!plain.is_empty() && plain == asset.plain, "{}", asset.path);
        }
        assert!(assets().at("/assets/portal.css").is_none());
    }

    #[test]
    fn our_script_loads_the_other_at_its_address() {
        let script = String::from_utf8(assets().script.plain.clone()).unwrap();
        let name = assets().govuk.path.rsplit('/').next().unwrap();
        assert!(script.contains(&format!("from \"./{name}\"")), "{script}");
    }

    /// What a first visit loads besides the page itself, whose limit is 60 KB.
    #[test]
    fn a_first_visit_loads_little() {
        let bytes: usize = assets().all().iter().map(|asset| asset.gzip.len()).sum();
        assert!(bytes < 60_000, "{bytes} bytes");
    }

    #[test]
    fn what_comes_from_govuk_frontend_is_what_its_version_gives() {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/portal-assets");
        let made = Command::new(script).arg("--check").output().expect("scripts/portal-assets");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// Nothing that belongs to the government's own pages.
    #[test]
    fn the_style_is_our_own() {
        let style = String::from_utf8(assets().style.plain.clone()).unwrap().to_lowercase();
        for foreign in ["gds transport", "#1d70b8", "crown", "crest", "logotype", "url("] {
            assert!(!style.contains(foreign), "{foreign}");
        }
    }
}

//! Precedence, origins, unknown keys, relative paths, masking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::time::Duration;

use super::*;

/// A folder with this text as `lrs.toml`.
fn file(text: &str) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lrs.toml");
    std::fs::write(&path, text).unwrap();
    (folder, Sources { file: Some(path), ..Sources::default() })
}

fn with_variable(mut sources: Sources, name: &str, value: &str) -> Sources {
    sources.environment.insert(name.to_owned(), value.to_owned());
    sources
}

fn origin(config: &Config, key: &str) -> Origin {
    config.settings().iter().find(|s| s.key == key).unwrap().origin.clone()
}

fn error(sources: &Sources) -> String {
    Config::load(sources).unwrap_err().to_string()
}

#[test]
fn the_memory_for_bodies_holds_the_longest_request() {
    let load = |flags: &[(&str, &str)]| {
        let sources = flags.iter().fold(Sources::default(), |sources, (key, value)| sources.with_flag(key, *value));
        Config::load(&sources).map(|config| (config.limits.bodies_bytes, config.limits.bodies_bytes_by_certificate))
    };
    assert_eq!(load(&[]).unwrap(), (201_326_592, 67_108_864));
    let long = ("limits.batch_body_bytes", "100000000");
    assert_eq!(load(&[long]).unwrap(), (201_326_592, 100_000_000), "the default follows");
    for key in ["limits.bodies_bytes", "limits.bodies_bytes_by_certificate"] {
        let error = load(&[long, (key, "99999999")]).unwrap_err().to_string();
        assert!(error.contains(key) && error.contains("must be at least 100000000"), "{error}");
    }
}

#[test]
fn defaults_need_no_file() {
    let config = Config::load(&Sources::default()).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8443");
    assert_eq!(config.server.public_url, "https://localhost:8443");
    assert_eq!(config.limits.body_bytes, 2_097_152);
    assert_eq!(config.limits.batch_body_bytes, 33_554_432);
    assert!(!config.rules.require_recent_find);
    assert!(config.settings().iter().all(|s| s.origin == Origin::Default));
    assert!(config.settings().iter().any(|s| s.key == "limits.idle_s" && s.value == "60"));
}

#[test]
fn only_postgresql_has_a_replica() {
    let load = |store: &str, replica: &str| {
        let sources = Sources::default().with_flag("store.url", store).with_flag("store.replica_url", replica);
        Config::load(&sources).map_err(|error| error.to_string())
    };
    let (primary, replica) = ("postgres://lrs@db1/lrs", "postgres://lrs:s3cret@db2/lrs");
    let config = load(primary, replica).unwrap();
    assert_eq!(config.store.replica_url.as_deref(), Some(replica));
    let shown = config.settings().iter().find(|setting| setting.key == "store.replica_url").unwrap();
    assert_eq!(shown.value, "postgres://lrs:***@db2/lrs");
    assert!(!format!("{config:?}").contains("s3cret"));
    for (store, replica, says) in [
        ("lrs.db", replica, "SQLite has no replicas"),
        (primary, "replica.db", "expected postgres://"),
        (primary, "sqlite://replica.db", "expected postgres://"),
    ] {
        let error = load(store, replica).unwrap_err();
        assert!(error.contains("store.replica_url") && error.contains(says), "{error}");
    }
}

#[test]
fn behind_a_proxy_the_portal_is_on_loopback() {
    let load = |listen: &str, behind_proxy: &str| {
        let sources = Sources::default().with_flag("portal.listen", listen);
        Config::load(&sources.with_flag("portal.behind_proxy", behind_proxy)).map_err(|error| error.to_string())
    };
    for listen in ["127.0.0.1:8444", "[::1]:8444"] {
        assert!(load(listen, "true").is_ok_and(|config| config.portal.behind_proxy), "{listen}");
    }
    for listen in ["0.0.0.0:8444", "[::]:8444", "192.0.2.1:8444"] {
        let error = load(listen, "true").unwrap_err();
        assert!(error.contains("portal.listen") && error.contains("loopback"), "{error}");
        assert!(load(listen, "false").is_ok(), "{listen} has TLS");
    }
    let error = error(&Sources::default().with_flag("portal.hsts_s", "99999999"));
    assert!(error.contains("portal.hsts_s") && error.contains("two years"), "{error}");
}

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    let (_folder, sources) = file("[limits]\nbody_bytes = 1000\nidle_s = 30\nhandshakes = 7\n");
    let sources = with_variable(sources, "LRS_LIMITS_BODY_BYTES", "2000");
    let sources = with_variable(sources, "LRS_LIMITS_IDLE_S", "1.5").with_flag("limits.body_bytes", "3000");
    let config = Config::load(&sources).unwrap();
    assert_eq!((config.limits.body_bytes, origin(&config, "limits.body_bytes")), (3000, Origin::Flag));
    assert_eq!(config.limits.idle, Duration::from_millis(1500));
    assert_eq!(origin(&config, "limits.idle_s"), Origin::Environment("LRS_LIMITS_IDLE_S".to_owned()));
    assert_eq!(config.limits.handshakes, 7);
    assert_eq!(origin(&config, "limits.handshakes"), Origin::File(sources.file.clone().unwrap()));
    assert_eq!(origin(&config, "limits.connections"), Origin::Default);
}

#[test]
fn paths_of_the_file_are_relative_to_it() {
    let (folder, sources) = file(
        "[tls]\ncertificate = 'pki/server.pem'\nkey = '/etc/lrs/key.pem'\nrevocation_lists = ['a.crl', 'b.crl']\n[store]\nurl = 'lrs.db'\n",
    );
    let sources = with_variable(sources, "LRS_TLS_CLIENT_CA", "elsewhere/ca.pem");
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.tls.certificate, folder.path().join("pki/server.pem"));
    assert_eq!(config.tls.key, PathBuf::from("/etc/lrs/key.pem"));
    assert_eq!(config.tls.revocation_lists, [folder.path().join("a.crl"), folder.path().join("b.crl")]);
    assert_eq!(config.tls.client_ca, PathBuf::from("elsewhere/ca.pem"));
    assert_eq!(config.store.url, format!("sqlite:{}", folder.path().join("lrs.db").display()));
}

#[test]
fn unknown_keys_are_named_with_a_hint() {
    let (_folder, sources) = file("[server]\nlisten_on = '127.0.0.1:1'\n");
    let text = error(&sources);
    assert!(text.contains("server.listen_on") && text.contains("did you mean server.listen?"), "{text}");
    assert!(text.contains("lrs.toml"), "{text}");

    let (_folder, sources) = file("[server]\nbody_bytes = 5\n");
    assert!(error(&sources).contains("did you mean limits.body_bytes?"));
    let (_folder, sources) = file("[serverr]\n");
    assert!(error(&sources).contains("unknown key serverr"));
    let (_folder, sources) = file("[server]\n[rules.register]\nrequire_recent_find = true\n");
    assert!(Config::load(&sources).unwrap().rules.require_recent_find);

    let text = error(&with_variable(Sources::default(), "LRS_LIMITS_BODY_BYTE", "1"));
    assert!(text.contains("LRS_LIMITS_BODY_BYTE") && text.contains("limits.body_bytes"), "{text}");
    assert!(error(&Sources::default().with_flag("tls.certificat", "x")).contains("did you mean tls.certificate?"));
}

#[test]
fn the_demo_s_shell_variables_are_no_settings() {
    let sources = with_variable(Sources::default(), "LRS_URL", "https://localhost:8443");
    let sources = with_variable(sources, "LRS_CA", "demo/pki/ca.pem");
    assert!(Config::load(&sources).is_ok());
}

#[test]
fn wrong_values_name_the_key_and_what_is_right() {
    for (section, line, expected) in [
        ("server", "listen = 'localhost'", "server.listen"),
        ("server", "public_url = 'http://plain.example.org'", "https://lrs.example.org"),
        ("operations", "listen = '0.0.0.0:9090'", "loopback"),
        ("limits", "body_bytes = 0", "more than 0"),
        ("limits", "idle_s = 'soon'", "expected a number of seconds"),
        ("limits", "idle_s = -1", "expected a number of seconds"),
        ("limits", "handshakes = -1", "whole number"),
        ("store", "readers = 0", "from 1 to 1000"),
        ("store", "url = 'mysql://x'", "postgres://"),
        ("service", "hours = '25:00-26:00'", "07:00-19:30"),
        ("service", "maintenance = 'yes'", "true or false"),
        ("log", "level = 'loud'", "trace"),
    ] {
        let (_folder, sources) = file(&format!("[{section}]\n{line}\n"));
        let text = error(&sources);
        assert!(text.contains(expected) && text.contains(section), "{line}: {text}");
    }
}

#[test]
fn mistakes_of_syntax_do_not_show_the_line() {
    let (_folder, sources) = file("[store]\nurl = 'postgres://lrs:s3cret@db/lrs\n");
    let text = error(&sources);
    assert!(text.contains("line 2") && !text.contains("s3cret"), "{text}");
    assert!(
        error(&Sources { file: Some("/nowhere/lrs.toml".into()), ..Sources::default() }).contains("/nowhere/lrs.toml")
    );
}

#[test]
fn secrets_are_masked_everywhere() {
    let config = Config::load(&Sources::default().with_flag("store.url", "postgres://lrs:s3cret@db/lrs")).unwrap();
    assert_eq!(config.store.url, "postgres://lrs:s3cret@db/lrs");
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn hours_can_span_midnight() {
    let time = |h, m| chrono::NaiveTime::from_hms_opt(h, m, 0).unwrap();
    let config = Config::load(&Sources::default().with_flag("service.hours", "22:00-06:30")).unwrap();
    let hours = config.service.hours;
    assert!(hours.open_at(time(23, 0)) && hours.open_at(time(6, 29)));
    assert!(!hours.open_at(time(6, 30)) && !hours.open_at(time(12, 0)));
    assert!(Hours::Always.open_at(time(3, 0)));
}

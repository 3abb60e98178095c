//! Loading and reloading, and which clients are still accepted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::ClientCertVerifier as _;

use super::known::{Key, Known};
use super::test_pki::Pki;
use super::*;
use crate::model::Fingerprint;

#[test]
fn the_peer_is_read_from_the_certificate() {
    let pki = Pki::new();
    let trust = Trust::load(&pki.files()).unwrap();
    let identity = pki.client(7, "Synthetic Provider");
    let client = trust.client(&[identity.der()]).unwrap();
    assert_eq!(client.peer().subject, "Synthetic Provider");
    assert_eq!(client.peer().fingerprint, Fingerprint::of_der(&identity.der()));
    assert!(client.peer().not_after > Utc::now().naive_utc());
    assert_eq!(client.admit(&trust, Utc::now().naive_utc()), Ok(()));
    assert_eq!(trust.client(&[]).unwrap_err(), Refusal::Missing);
    assert_eq!(trust.client(&[vec![1, 2, 3].into()]).unwrap_err(), Refusal::Unreadable);
}

#[test]
fn a_revocation_reaches_connections_that_stand() {
    let pki = Pki::new();
    let trust = Trust::load(&pki.files()).unwrap();
    let (good, bad) = (pki.client(7, "Good"), pki.client(8, "Bad"));
    let now = Utc::now().naive_utc();
    let good = trust.client(&[good.der()]).unwrap();
    let standing = trust.client(&[bad.der()]).unwrap();
    assert_eq!(standing.admit(&trust, now), Ok(()));

    pki.revoke(&[&bad]);
    trust.reload().unwrap();
    assert_eq!(standing.admit(&trust, now), Err(Refusal::Revoked));
    assert_eq!(standing.admit(&trust, now), Err(Refusal::Revoked));
    assert_eq!(good.admit(&trust, now), Ok(()));
    let resumed = trust.client(&[bad.der()]).unwrap();
    assert_eq!(resumed.admit(&trust, now), Err(Refusal::Revoked));
}

/// What a handshake with this chain does to check it.
fn shaken(trust: &Trust, chain: &[CertificateDer<'_>], now: UnixTime) -> Result<Arc<Client>, Failure> {
    let checking = async {
        let checked = trust.0.verify_client_cert(&chain[0], &chain[1..], now);
        checked.map_err(std::io::Error::other)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(attempt(checking)).map(|(_, client)| client.unwrap())
}

fn refusal(outcome: Result<Arc<Client>, Failure>) -> Refusal {
    match outcome {
        Err(Failure::Unfit(unfit)) => unfit.refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_chain_that_was_good_is_known_until_the_files_change() {
    let pki = Pki::new();
    let trust = Trust::load(&pki.files()).unwrap();
    let (good, bad) = ([pki.client(7, "Good").der()], pki.client(8, "Bad"));
    let (seconds, now) = (UnixTime::now(), Utc::now().naive_utc());
    let first = shaken(&trust, &good, seconds).unwrap();
    assert!(Arc::ptr_eq(&first, &shaken(&trust, &good, seconds).unwrap()));
    assert!(Arc::ptr_eq(&first, &trust.client(&good).unwrap()), "a resumed session");
    // One more certificate in the chain makes it another.
    let longer = [good[0].clone(), pki.server(9).der()];
    assert!(!Arc::ptr_eq(&first, &shaken(&trust, &longer, seconds).unwrap()));

    let standing = shaken(&trust, &[bad.der()], seconds).unwrap();
    pki.revoke(&[&bad]);
    trust.reload().unwrap();
    // As if the files had been loaded between the handshake's check and the first request.
    assert_eq!((first.admit(&trust, now), standing.admit(&trust, now)), (Ok(()), Err(Refusal::Revoked)));
    assert_eq!(refusal(shaken(&trust, &[bad.der()], seconds)), Refusal::Revoked);
    assert_eq!(trust.client(&[bad.der()]).unwrap().admit(&trust, now), Err(Refusal::Revoked));
    pki.revoke(&[]);
    trust.reload().unwrap();
    assert_eq!(shaken(&trust, &[bad.der()], seconds).unwrap().admit(&trust, now), Ok(()));
}

#[test]
fn a_known_chain_is_good_at_no_time_at_which_it_would_not_be() {
    let pki = Pki::new();
    let trust = Trust::load(&pki.files()).unwrap();
    let good = [pki.client(7, "Good").der()];
    let now = UnixTime::now();
    let client = shaken(&trust, &good, now).unwrap();
    let end = u64::try_from(client.peer().not_after.and_utc().timestamp()).unwrap();
    let at = |seconds| shaken(&trust, &good, UnixTime::since_unix_epoch(Duration::from_secs(seconds)));
    assert!(Arc::ptr_eq(&client, &at(end - 1).unwrap()));
    assert_eq!(refusal(at(end + 1)), Refusal::Expired);
    assert_eq!(refusal(at(1)), Refusal::NotYetValid);

    // The first of the chain to end decides.
    let between = pki.intermediate(30);
    let chain = [between.client(31, "Below").der(), between.authority().clone()];
    let ends = chain.iter().map(|der| x509_parser::parse_x509_certificate(der).unwrap().1.validity().not_after);
    let first = ends.map(|end| u64::try_from(end.timestamp()).unwrap()).min().unwrap();
    let (known, key) = (Known::new(), Key::of(&chain[0], &chain[1..]));
    known.keep(key, Arc::new(Client::new(&chain[0], &chain[1..], 1).unwrap()), now);
    let good = |seconds| known.good(&key, 1, UnixTime::since_unix_epoch(Duration::from_secs(seconds))).is_some();
    assert!(good(now.as_secs()) && good(first - 1));
    assert!(!good(now.as_secs() - 1) && !good(first));
    assert!(known.good(&key, 2, now).is_none());
}

#[test]
fn expiry_and_foreign_authorities_are_seen_at_each_request() {
    let pki = Pki::new();
    let trust = Trust::load(&pki.files()).unwrap();
    let now = Utc::now().naive_utc();
    let client = trust.client(&[pki.client(7, "Good").der()]).unwrap();
    assert_eq!(client.admit(&trust, client.peer().not_after + chrono::Duration::seconds(1)), Err(Refusal::Expired));
    let stranger = trust.client(&[Pki::new().client(7, "Stranger").der()]).unwrap();
    assert_eq!(stranger.admit(&trust, now), Err(Refusal::Untrusted));
    let server = trust.client(&[pki.server(9).der()]).unwrap();
    assert_eq!(server.admit(&trust, now), Err(Refusal::Purpose));
}

#[test]
fn authorities_between_have_their_own_lists_and_stand_in_those_above() {
    let pki = Pki::new();
    let between = pki.intermediate(30);
    let trust = Trust::load(&pki.files()).unwrap();
    let now = Utc::now().naive_utc();
    // The first has the same serial number as its issuer; a list of the root with this number
    // revokes the issuer.
    let [good, bad] = [(30, "Good"), (31, "Bad")].map(|(serial, name)| between.client(serial, name));
    let admitted = |client: &super::test_pki::Identity| {
        let chain = [client.der(), between.authority().clone()];
        trust.client(&chain).unwrap().admit(&trust, now)
    };
    assert_eq!((admitted(&good), admitted(&bad)), (Ok(()), Ok(())));
    pki.write("list.crl", &between.list(&[&bad], None));
    trust.reload().unwrap();
    assert_eq!((admitted(&good), admitted(&bad)), (Ok(()), Err(Refusal::Revoked)));
    pki.revoke(&[&bad]);
    trust.reload().unwrap();
    assert_eq!((admitted(&good), admitted(&bad)), (Ok(()), Ok(())), "the number of another authority's certificate");
    pki.revoke(&[&good]);
    trust.reload().unwrap();
    assert_eq!((admitted(&good), admitted(&bad)), (Err(Refusal::Revoked), Err(Refusal::Revoked)));
}

#[test]
fn an_authority_that_the_one_above_it_has_revoked_is_trusted_no_more() {
    let pki = Pki::new();
    let between = pki.intermediate(30);
    let root = std::fs::read_to_string(pki.path("ca.pem")).unwrap();
    let clients = [pki.client(31, "Above"), between.client(30, "Below")];
    let revoked = crate::tls::test_pki::Identity { serial: 30, ..clients[0].clone() };
    for above in [root.as_str(), ""] {
        pki.write("ca.pem", &format!("{above}{}", crate::tls::test_pki::pem(between.authority())));
        pki.revoke(&[]);
        let trust = Trust::load(&pki.files()).unwrap();
        let admitted = |client: &super::test_pki::Identity| {
            trust.client(&[client.der()]).unwrap().admit(&trust, Utc::now().naive_utc())
        };
        assert_eq!(admitted(&clients[1]), Ok(()));
        pki.revoke(&[&revoked]);
        trust.reload().unwrap();
        assert!(admitted(&clients[1]).is_err(), "its own authority is revoked");
        assert_eq!(admitted(&clients[0]).is_ok(), !above.is_empty(), "the root is trusted as before");
    }
}

#[test]
fn wrong_files_are_named_and_leave_everything_as_it_was() {
    let pki = Pki::new();
    let trust = Trust::load(&pki.files()).unwrap();
    let bad = pki.client(8, "Bad");
    let client = trust.client(&[bad.der()]).unwrap();
    let now = Utc::now().naive_utc();

    let new = pki.server(2);
    pki.write("server.pem", &new.certificate);
    let error = trust.reload().unwrap_err().to_string();
    assert!(error.contains("server.key") && error.contains("not the private key"), "{error}");
    pki.write("server.key", &new.key);
    trust.reload().unwrap();

    for (file, text, expected) in [
        ("server.pem", "", "no certificate"),
        ("server.key", "", "no private key"),
        ("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1"),
        ("ca.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "not an authority's"),
        ("list.crl", "not a list", "no revocation list"),
        ("list.crl", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "list.crl"),
    ] {
        let kept = std::fs::read_to_string(pki.path(file)).unwrap();
        pki.write(file, text);
        let error = trust.reload().unwrap_err().to_string();
        assert!(error.contains(file) && error.contains(expected), "{file}: {error}");
        assert_eq!(client.admit(&trust, now), Ok(()));
        pki.write(file, &kept);
    }
    // A damaged list must not pass for one of another authority.
    let list = std::fs::read_to_string(pki.path("list.crl")).unwrap();
    let end = list.find("=").unwrap_or_else(|| list.find("\n-----END").unwrap()) - 6;
    let other = if list.as_bytes()[end] == b'A' { "B" } else { "A" };
    pki.write("list.crl", &format!("{}{other}{}", &list[..end], &list[end + 1..]));
    let error = trust.reload().unwrap_err().to_string();
    assert!(error.contains("is not signed by that authority"), "{error}");
    std::fs::remove_file(pki.path("list.crl")).unwrap();
    assert!(trust.reload().unwrap_err().to_string().contains("cannot read"));
    assert!(pki.folder().exists());
}

#[test]
fn changed_files_are_found_by_the_watch() {
    let pki = Pki::new();
    let trust = Trust::load(&pki.files()).unwrap();
    watch(&trust).unwrap();
    let bad = pki.client(8, "Bad");
    let client = trust.client(&[bad.der()]).unwrap();
    let now = Utc::now().naive_utc();
    assert_eq!(client.admit(&trust, now), Ok(()));
    pki.write("list.crl", "broken");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(client.admit(&trust, now), Ok(()));
    pki.revoke(&[&bad]);
    for _ in 0..50 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        if client.admit(&trust, now) == Err(Refusal::Revoked) {
            return;
        }
    }
    panic!("the watch did not load the new list");
}

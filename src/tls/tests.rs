//! Loading and reloading, and which clients are still accepted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use chrono::Utc;

use super::test_pki::Pki;
use super::*;
use crate::model::Fingerprint;

#[test]
fn the_peer_is_read_from_the_certificate() {
    let pki = Pki::new();
    let trust = Trust::load(&pki.files()).unwrap();
    let identity = pki.client(7, "Synthetic Provider");
    let client = trust.client(&[identity.der()], false).unwrap();
    assert_eq!(client.peer().subject, "Synthetic Provider");
    assert_eq!(client.peer().fingerprint, Fingerprint::of_der(&identity.der()));
    assert!(client.peer().not_after > Utc::now().naive_utc());
    assert_eq!(client.admit(&trust, Utc::now().naive_utc()), Ok(()));
    assert_eq!(trust.client(&[], false).unwrap_err(), Refusal::Missing);
    assert_eq!(trust.client(&[vec![1, 2, 3].into()], false).unwrap_err(), Refusal::Unreadable);
}

#[test]
fn a_revocation_reaches_connections_that_stand() {
    let pki = Pki::new();
    let trust = Trust::load(&pki.files()).unwrap();
    let (good, bad) = (pki.client(7, "Good"), pki.client(8, "Bad"));
    let now = Utc::now().naive_utc();
    let good = trust.client(&[good.der()], false).unwrap();
    let standing = trust.client(&[bad.der()], false).unwrap();
    assert_eq!(standing.admit(&trust, now), Ok(()));

    pki.revoke(&[&bad]);
    trust.reload().unwrap();
    assert_eq!(standing.admit(&trust, now), Err(Refusal::Revoked));
    assert_eq!(standing.admit(&trust, now), Err(Refusal::Revoked));
    assert_eq!(good.admit(&trust, now), Ok(()));
    let resumed = trust.client(&[bad.der()], true).unwrap();
    assert_eq!(resumed.admit(&trust, now), Err(Refusal::Revoked));
}

#[test]
fn expiry_and_foreign_authorities_are_seen_at_each_request() {
    let pki = Pki::new();
    let trust = Trust::load(&pki.files()).unwrap();
    let now = Utc::now().naive_utc();
    let client = trust.client(&[pki.client(7, "Good").der()], false).unwrap();
    assert_eq!(client.admit(&trust, client.peer().not_after + chrono::Duration::seconds(1)), Err(Refusal::Expired));
    let stranger = trust.client(&[Pki::new().client(7, "Stranger").der()], true).unwrap();
    assert_eq!(stranger.admit(&trust, now), Err(Refusal::Untrusted));
    let server = trust.client(&[pki.server(9).der()], true).unwrap();
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
        trust.client(&chain, true).unwrap().admit(&trust, now)
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
            trust.client(&[client.der()], true).unwrap().admit(&trust, Utc::now().naive_utc())
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
    let client = trust.client(&[bad.der()], false).unwrap();
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
    let client = trust.client(&[bad.der()], false).unwrap();
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

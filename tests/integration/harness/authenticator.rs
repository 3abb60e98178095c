//! A passkey in software: what a browser and its authenticator answer. The unit tests of passkeys
//! use it, too.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{KeyPair, PublicKeyData as _, SigningKey as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody is there, and was verified.
const FLAGS: u8 = 0b0000_0101;
/// What follows has a public key.
const HAS_KEY: u8 = 0b0100_0000;

/// A security key with one passkey, on the elliptic curve P-256.
pub struct Authenticator {
    key: KeyPair,
    id: Vec<u8>,
    /// How often it was used.
    pub counter: u32,
}

impl Authenticator {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let id = Sha256::digest(key.der_bytes())[..16].to_vec();
        Self { key, id, counter: 0 }
    }

    /// The name by which the passkey is asked for.
    pub fn id(&self) -> String {
        text(&self.id)
    }

    /// The answer of a browser on a page of this origin that is asked for a new passkey.
    pub fn make(&mut self, options: &str, origin: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let mut data = self.data(options["rp"]["id"].as_str().unwrap(), FLAGS | HAS_KEY);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(&self.id);
        // COSE: an elliptic curve, ES256, P-256, and the two coordinates.
        let point = self.key.der_bytes();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..]);
        // CBOR: no attestation.
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let client = client("webauthn.create", &options, origin);
        self.answer(json!({
            "clientDataJSON": text(&client), "attestationObject": text(&object), "transports": ["usb"],
        }))
    }

    /// The answer of a browser on a page of this origin that is asked for one of some passkeys.
    pub fn sign(&mut self, options: &str, origin: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let data = self.data(options["rpId"].as_str().unwrap(), FLAGS);
        let client = client("webauthn.get", &options, origin);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.key.sign(&signed).unwrap();
        self.answer(json!({
            "clientDataJSON": text(&client), "authenticatorData": text(&data), "signature": text(&signature),
        }))
    }

    fn data(&mut self, host: &str, flags: u8) -> Vec<u8> {
        self.counter += 1;
        [&*Sha256::digest(host), &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn answer(&self, response: Value) -> String {
        let (id, extensions) = (self.id(), json!({}));
        json!({
            "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": extensions,
        })
        .to_string()
    }
}

fn client(kind: &str, options: &Value, origin: &str) -> Vec<u8> {
    let challenge = &options["challenge"];
    json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false }).to_string().into_bytes()
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

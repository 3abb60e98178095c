//! Passwords that `lrs` makes.

use rand::seq::IndexedRandom;
use zeroize::Zeroizing;

/// Length of an organisation password, in characters: `MIAPOrgPassword`, rules.md 2.1. Other passwords are as long.
pub const LENGTH: usize = 16;

/// Characters of a password that is made: none that is mistaken for another, none that a shell or XML would change.
const CHARACTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// A password of random characters.
pub fn made() -> Zeroizing<String> {
    let mut rng = rand::rng();
    let characters = (0..LENGTH).filter_map(|_| CHARACTERS.choose(&mut rng));
    Zeroizing::new(characters.map(|byte| char::from(*byte)).collect())
}

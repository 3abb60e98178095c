//! Passwords that `lrs` generates.

use rand::seq::IndexedRandom;
use zeroize::Zeroizing;

/// Length of an organisation's password in characters (`MIAPOrgPassword`, rules.md 2.1). Other
/// generated passwords have the same length.
pub const LENGTH: usize = 16;

/// Characters of generated passwords: none that look alike, none that a shell or XML would change.
const CHARACTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// A password of random characters.
pub fn made() -> Zeroizing<String> {
    let mut rng = rand::rng();
    let characters = (0..LENGTH).filter_map(|_| CHARACTERS.choose(&mut rng));
    Zeroizing::new(characters.map(|byte| char::from(*byte)).collect())
}

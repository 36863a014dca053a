//! The office's own QR code: opaque, unguessable, looked up in the ledger.

/// Letters and digits that are not mistaken for one another (Crockford's base 32); all of them
/// are in the alphanumeric set of QR, which takes 5.5 bits a character.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new token of 128 random bits for a card, such as `KIA:7Q2M…`.
///
/// # Errors
/// When the system gives no randomness; no card may be made then.
pub fn new_token() -> Result<String, getrandom::Error> {
    random("KIA:")
}

/// A new code of as many bits for a pack, such as `KIA-P:7Q2M…`.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_pack_code() -> Result<String, getrandom::Error> {
    random("KIA-P:")
}

fn random(prefix: &str) -> Result<String, getrandom::Error> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits)?;
    let mut rest = u128::from_be_bytes(bits);
    let mut token = prefix.to_owned();
    for _ in 0..26 {
        token.push(char::from(ALPHABET[(rest % 32) as usize]));
        rest /= 32;
    }
    Ok(token)
}

/// What a card's QR holds: what the sender supplied, byte for byte, or the token.
pub fn qr_payload<'a>(supplied: Option<&'a str>, token: Option<&'a str>) -> &'a str {
    supplied.or(token).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn tokens_never_repeat_and_stay_in_the_alphanumeric_set() {
        let tokens: BTreeSet<String> = (0..1000)
            .map(|_| crate::production::tokens::new_token().unwrap())
            .collect();
        assert_eq!(tokens.len(), 1000);
        let known = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || c == ':';
        assert!(
            tokens
                .iter()
                .all(|token| token.len() == 30 && token.chars().all(known))
        );
    }
}

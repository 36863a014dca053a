//! The station's signature: Ed25519 (RFC 8032) over statements of the log.

use std::path::Path;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::domain::hex::hex;
use crate::ledger::error::{Error, Result};
use crate::ledger::key::{make_secret, read_secret, unhex};

/// The signing key's file name, in the ledger's folder.
pub(super) const SIGNING_KEY: &str = "signing.key";

/// The key that a station signs with. It has no `Debug`, so that no log can show it.
pub struct Signer(SigningKey);

impl Signer {
    /// Reads the signing key in the ledger's folder `dir`; makes one, readable by the owner only,
    /// where there is none yet.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::KeyForm`], [`Error::Randomness`].
    pub fn of(dir: &Path) -> Result<Self> {
        let path = dir.join(SIGNING_KEY);
        let secret = match read_secret(&path) {
            Err(Error::Missing(_)) => make_secret(&path)?,
            secret => secret?,
        };
        Ok(Self(SigningKey::from_bytes(&secret)))
    }

    #[cfg(test)]
    pub(super) fn from_secret(secret: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&secret))
    }

    /// The public key in hexadecimal digits.
    pub fn public_key(&self) -> String {
        hex(self.0.verifying_key().as_bytes())
    }

    /// Signs `text` as a statement of the kind `what`.
    pub(super) fn sign(&self, what: &str, text: &str) -> String {
        hex(&self.0.sign(&statement(what, text)).to_bytes())
    }
}

/// Whether `signature` is that of the key `public_key` under `text`, both in hexadecimal digits.
pub(super) fn is_signed(public_key: &str, what: &str, text: &str, signature: &str) -> bool {
    let read = || {
        let key = VerifyingKey::from_bytes(&unhex(public_key)?).ok()?;
        let signature = Signature::from_bytes(&unhex(signature)?);
        // The strict form takes no key and no signature that has a second spelling.
        key.verify_strict(&statement(what, text), &signature).ok()
    };
    read().is_some()
}

/// A name for the kind of statement goes before it, so that none passes for one of another kind.
fn statement(what: &str, text: &str) -> Vec<u8> {
    [b"kia-station ", what.as_bytes(), b" 1\0", text.as_bytes()].concat()
}

//! Passwords, hashed by argon2id.
//!
//! The cost is what OWASP's Password Storage Cheat Sheet asks for at least
//! (19 MiB, two passes, one lane). It stands in each hash, so that it can be
//! raised without asking anybody for a new password.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::sync::Arc;
use tokio::sync::Semaphore;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const BYTES: usize = 32;
/// More than anybody has asked for; a stored hash beyond it is not believed.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 16;
/// Passwords hashed at once: each takes its memory and a core.
const AT_ONCE: usize = 2;

/// The system gives no random bytes, or no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password could not be hashed")]
pub struct NotHashed;

/// The hash of a password, with everything that is needed to verify it, as
/// text (PHC string format).
///
/// # Errors
/// [`NotHashed`].
pub fn hash(password: &str) -> Result<String, NotHashed> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| NotHashed)?;
    let hash = derive(password, &salt, (MEMORY_KIB, PASSES, LANES)).ok_or(NotHashed)?;
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    Ok(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}"))
}

/// Whether this is the password of a hash. Takes the same time for each
/// password; a text that is no hash has none.
#[must_use]
pub fn verify(password: &str, stored: &str) -> bool {
    let Some((costs, salt, hash)) = parse(stored) else { return false };
    let Some(found) = derive(password, &salt, costs) else { return false };
    // Every byte is looked at, wherever the first difference is.
    let differences = found.iter().zip(&hash).fold(0, |all, (one, other)| all | (one ^ other));
    differences == 0 && found.len() == hash.len()
}

type Costs = (u32, u32, u32);

fn derive(password: &str, salt: &[u8], (memory, passes, lanes): Costs) -> Option<[u8; BYTES]> {
    let params = Params::new(memory, passes, lanes, Some(BYTES)).ok()?;
    let mut hash = [0; BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut hash)
        .ok()?;
    Some(hash)
}

fn parse(stored: &str) -> Option<(Costs, Vec<u8>, Vec<u8>)> {
    let rest = stored.strip_prefix("$argon2id$v=19$m=")?;
    let [costs, salt, hash] = rest.split('$').collect::<Vec<_>>().try_into().ok()?;
    let (memory, costs) = costs.split_once(",t=")?;
    let (passes, lanes) = costs.split_once(",p=")?;
    let (memory, passes, lanes) = (memory.parse().ok()?, passes.parse().ok()?, lanes.parse().ok()?);
    if memory > MOST_MEMORY_KIB || passes > MOST_PASSES || lanes != LANES {
        return None;
    }
    let [salt, hash] = [salt, hash].map(|text| STANDARD_NO_PAD.decode(text).ok());
    Some(((memory, passes, lanes), salt?, hash?))
}

/// Hashing beside everything else: on threads that may block, a few at a time.
#[derive(Clone)]
pub(super) struct Hasher(Arc<Semaphore>);

impl Hasher {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    pub(super) async fn hash(&self, password: String) -> Result<String, NotHashed> {
        self.beside(move || hash(&password)).await.unwrap_or(Err(NotHashed))
    }

    pub(super) async fn verify(&self, password: String, stored: String) -> Result<bool, NotHashed> {
        self.beside(move || verify(&password, &stored)).await.ok_or(NotHashed)
    }

    async fn beside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _turn = self.0.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{hash, verify};

    #[test]
    fn a_password_has_its_own_hash_and_no_other_password_has_it() {
        let (one, two) = (hash("a long password").unwrap(), hash("a long password").unwrap());
        assert_ne!(one, two, "salted");
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert!(verify("a long password", &one) && verify("a long password", &two));
        for other in ["a long passworD", "a long password ", ""] {
            assert!(!verify(other, &one), "{other}");
        }
    }

    #[test]
    fn what_is_no_hash_has_no_password() {
        let good = hash("x").unwrap();
        let costly = good.replace("m=19456", "m=4000000000");
        let short = good[..good.len() - 4].to_owned();
        for text in ["", "x", "$argon2id$v=19$m=19456,t=2,p=1$$", costly.as_str(), &short] {
            assert!(!verify("x", text), "{text}");
        }
    }
}

//! Signature version 4 (IAM User Guide, "Create a signed AWS API request"): an
//! emulator that enforces permissions believes nobody without it.

use jiff::Timestamp;
use rollcall_host::clock::SystemClock;
use rollcall_ports::Clock;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Where everything is.
pub(crate) const REGION: &str = "eu-west-2";

/// Who asks.
#[derive(Clone)]
pub struct Caller {
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Caller {
    /// The emulator's owner, who may do anything.
    #[must_use]
    pub fn owner() -> Self {
        Self::named("test", "test")
    }

    /// Whoever has this key and secret.
    #[must_use]
    pub fn named(key: &str, secret: &str) -> Self {
        Self { key: key.to_owned(), secret: secret.to_owned(), token: None }
    }
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").field("key", &self.key).finish_non_exhaustive()
    }
}

/// The headers, each with its end, that prove who asks. The path has its
/// reserved signs encoded, and no query.
pub(crate) fn signed(
    caller: &Caller,
    service: &str,
    (method, host, path): (&str, &str, &str),
    target: Option<&str>,
    body: &[u8],
) -> String {
    let now = stamp(SystemClock.now());
    let day = now.get(..8).unwrap_or_default();
    let hash = hex(&Sha256::digest(body));
    // By name: the order is part of what is signed.
    let mut headers = vec![("host", host), ("x-amz-content-sha256", &hash), ("x-amz-date", &now)];
    headers.extend(caller.token.as_deref().map(|token| ("x-amz-security-token", token)));
    headers.extend(target.map(|target| ("x-amz-target", target)));
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let request = format!("{method}\n{path}\n\n{lines}\n{names}\n{hash}");
    let scope = format!("{day}/{REGION}/{service}/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{now}\n{scope}\n{}", hex(&Sha256::digest(request)));
    let first = format!("AWS4{}", caller.secret).into_bytes();
    let key = [day, REGION, service, "aws4_request"]
        .iter()
        .fold(first, |key, part| mac(&key, part.as_bytes()).to_vec());
    let signature = hex(&mac(&key, text.as_bytes()));
    let sent: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!(
        "{sent}authorization: AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, \
         Signature={signature}\r\n",
        caller.key
    )
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// HMAC (RFC 2104) of keys up to a block, as all of these are but a secret
/// that is longer, which is hashed first.
fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let hashed = Sha256::digest(key);
    let key: &[u8] = if key.len() > BLOCK { &hashed } else { key };
    let padded = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text never fails.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{hex, mac};

    /// RFC 4231, test case 2.
    #[test]
    fn a_known_code() {
        let code = mac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&code), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}

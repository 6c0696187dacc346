//! As much HTTP as a test on loopback needs.

use std::io::{Error, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The head, as it came.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether a header of the answer is there.
    #[must_use]
    pub fn has(&self, header: &str) -> bool {
        self.head.to_ascii_lowercase().contains(&format!("\r\n{}:", header.to_ascii_lowercase()))
    }
}

/// Asks a service of the emulator at `endpoint` (`http://host:port`) and waits
/// for the whole answer. `target` is the operation, where the service takes it
/// from a header.
///
/// # Errors
/// When there is no answer, or none of HTTP.
pub async fn ask(
    endpoint: &str,
    service: &str,
    (method, path): (&str, &str),
    target: Option<&str>,
    body: &[u8],
) -> Result<Answer, Error> {
    let kind = match target {
        Some(target) => format!("content-type: application/x-amz-json-1.0\r\nx-amz-target: {target}\r\n"),
        None => "content-type: application/json\r\n".to_owned(),
    };
    relay(endpoint, &format!("{method} {path}"), &format!("{kind}{}", credentials(service)), body).await
}

/// The header of who they are and in which Region they ask; emulators believe
/// it without a signature.
#[must_use]
pub fn credentials(service: &str) -> String {
    format!(
        "authorization: AWS4-HMAC-SHA256 Credential=test/20261123/eu-west-2/{service}/aws4_request, \
         SignedHeaders=host, Signature=0\r\n"
    )
}

/// Asks with any headers, each line with its end; `first` is method and path.
///
/// # Errors
/// As [`ask`].
pub async fn relay(endpoint: &str, first: &str, headers: &str, body: &[u8]) -> Result<Answer, Error> {
    let host = endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await?;
    let head = format!(
        "{first} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await?;
    parse(&text).ok_or_else(|| Error::new(ErrorKind::InvalidData, "not an answer of HTTP"))
}

fn parse(text: &[u8]) -> Option<Answer> {
    let end = text.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(text.get(..end)?).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = text.get(end + 4..)?;
    // An answer to HEAD says how it would come, and nothing comes.
    let chunked = !body.is_empty() && head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    Some(Answer { status, head, body: if chunked { unchunked(body)? } else { body.to_vec() } })
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(rest.get(..end)?).ok()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(rest.get(end + 2..end + 2 + size)?);
        rest = rest.get(end + 4 + size..)?;
    }
}

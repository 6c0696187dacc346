//! As much HTTP as a test on loopback needs.

use crate::sign::{Caller, signed};
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

    /// The text of a header of the answer; empty where it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines
            .into_iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value.trim())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The same if the status is 200.
    ///
    /// # Errors
    /// Status and body of any other answer.
    pub fn fine(self) -> Result<Self, Error> {
        if self.status == 200 {
            return Ok(self);
        }
        Err(Error::other(format!("status {}: {}", self.status, self.text())))
    }
}

/// How a service takes the operation and its arguments.
#[derive(Clone, Copy, Debug)]
pub enum Protocol<'a> {
    /// Method and path say it.
    Rest,
    /// JSON, with the operation in the header `x-amz-target`.
    Target(&'a str),
    /// A form, with the operation in `Action`.
    Query,
}

/// Asks a service of the emulator at `endpoint` (`http://host:port`) as its
/// owner, and waits for the whole answer.
///
/// # Errors
/// When there is no answer, or none of HTTP.
pub async fn ask(
    endpoint: &str,
    service: &str,
    first: (&str, &str),
    form: Protocol<'_>,
    body: &[u8],
) -> Result<Answer, Error> {
    ask_as(&Caller::owner(), endpoint, (service, first, form), body).await
}

/// As [`ask`], by anybody.
///
/// # Errors
/// As [`ask`].
pub async fn ask_as(
    caller: &Caller,
    endpoint: &str,
    (service, (method, path), form): (&str, (&str, &str), Protocol<'_>),
    body: &[u8],
) -> Result<Answer, Error> {
    let host = endpoint.trim_start_matches("http://");
    let (kind, target) = match form {
        Protocol::Rest => ("application/json", None),
        Protocol::Target(target) => ("application/x-amz-json-1.0", Some(target)),
        Protocol::Query => ("application/x-www-form-urlencoded", None),
    };
    let headers = signed(caller, service, (method, host, path), target, body);
    let headers = format!("{ENCRYPTED}content-type: {kind}\r\n{headers}");
    relay(endpoint, &format!("{method} {path}"), &headers, body).await
}

/// On AWS every connection is encrypted, and policies insist on it. Whoever
/// ends the encryption in front of a service says so by this header.
pub(crate) const ENCRYPTED: &str = "x-forwarded-proto: https\r\n";

/// Asks with any headers, each line with its end; `first` is method and path.
/// Without a host among them it is the endpoint's.
///
/// # Errors
/// As [`ask`].
pub async fn relay(endpoint: &str, first: &str, headers: &str, body: &[u8]) -> Result<Answer, Error> {
    let host = endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await?;
    // Who is asked is part of what a caller signs.
    let named = headers.lines().any(|line| line.to_ascii_lowercase().starts_with("host:"));
    let host = if named { String::new() } else { format!("host: {host}\r\n") };
    let head = format!(
        "{first} HTTP/1.1\r\n{host}connection: close\r\n{headers}content-length: {}\r\n\r\n",
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

/// A text as it is written in a path, a query or a form.
#[must_use]
pub fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    text.bytes()
        .map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The other way; a form's plus is a blank.
#[must_use]
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every text between `<tag>` and its end, in an answer of XML.
#[must_use]
pub fn tagged(text: &str, tag: &str) -> Vec<String> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let parts = text.split(&open).skip(1);
    parts.filter_map(|part| part.split_once(&close)).map(|(inner, _)| inner.to_owned()).collect()
}

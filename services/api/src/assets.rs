//! The portal itself: files that are built into the program.

use crate::problem::Problem;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What is shown for every path that is a place within the portal.
const INDEX: &str = "index.html";
/// The folder of files whose names change with their content.
const HASHED: &str = "assets/";
/// The ending of a file that is another one, compressed.
const COMPRESSED: &str = ".gz";

/// One file: its path without a leading slash, its media type, its bytes. A
/// file with `.gz` behind the name of another is that one, compressed.
pub type File = (&'static str, &'static str, &'static [u8]);

/// The files of the portal.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    files: BTreeMap<&'static str, Asset>,
}

#[derive(Clone, Debug)]
struct Asset {
    media_type: &'static str,
    bytes: &'static [u8],
    compressed: Option<&'static [u8]>,
    // Made when somebody asks: a Lambda function that starts reads none of them.
    tag: OnceLock<String>,
}

/// As they were built into the program (`make portal`); none without the
/// feature.
#[cfg(feature = "portal")]
const BUILT_IN: &[File] = include!(concat!(env!("OUT_DIR"), "/portal.rs"));
#[cfg(not(feature = "portal"))]
const BUILT_IN: &[File] = &[];

impl Assets {
    /// The portal, where it was built into the program; else nothing.
    #[must_use]
    pub fn built_in() -> Self {
        Self::new(BUILT_IN)
    }

    /// These files.
    #[must_use]
    pub fn new(files: &'static [File]) -> Self {
        let compressed: BTreeMap<_, _> = files
            .iter()
            .filter_map(|(path, _, bytes)| Some((path.strip_suffix(COMPRESSED)?, *bytes)))
            .collect();
        let plain = files.iter().filter(|(path, ..)| !path.ends_with(COMPRESSED));
        let files = plain.map(|(path, media_type, bytes)| {
            let (compressed, tag) = (compressed.get(path).copied(), OnceLock::new());
            (*path, Asset { media_type, bytes, compressed, tag })
        });
        Self { files: files.collect() }
    }

    /// The file of a path; the portal itself for a path that is none, so that a
    /// place within it can be linked to and reloaded.
    pub(crate) fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
        let path = uri.path().trim_start_matches('/');
        let of_the_api = path == "api" || path.starts_with("api/");
        let found = self.files.get_key_value(path).filter(|_| !of_the_api);
        // A file that is gone must not be the portal: a script that is HTML is a riddle.
        let is_place = !of_the_api && !path.rsplit('/').next().unwrap_or_default().contains('.');
        let found = found.or_else(|| self.files.get_key_value(INDEX).filter(|_| is_place));
        let Some((path, asset)) = found else {
            return Problem::not_found("Nothing is served at this path.").into_response();
        };
        if method != Method::GET && method != Method::HEAD {
            return Problem::method_not_allowed("GET, HEAD").into_response();
        }
        asset.answer(path.starts_with(HASHED), headers)
    }
}

impl Asset {
    fn tag(&self) -> &str {
        self.tag.get_or_init(|| {
            let hash = Sha256::digest(self.bytes);
            URL_SAFE_NO_PAD.encode(hash.get(..12).unwrap_or_default())
        })
    }

    fn answer(&self, hashed: bool, headers: &HeaderMap) -> Response {
        let has = |name, wanted: &dyn Fn(&str) -> bool| {
            let text =
                headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
            text.split(',').any(|part| wanted(part.trim()))
        };
        let gzip = |part: &str| {
            let (name, weight) = part.split_once(';').unwrap_or((part, ""));
            let refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0));
            name.trim().eq_ignore_ascii_case("gzip") && !refused
        };
        let compressed = self.compressed.filter(|_| has(header::ACCEPT_ENCODING, &gzip));
        // Each form has its own: a tag names bytes.
        let tag = format!("\"{}{}\"", self.tag(), if compressed.is_some() { "-gz" } else { "" });
        let known = has(header::IF_NONE_MATCH, &|part| part.trim_start_matches("W/") == tag || part == "*");
        let (status, body) = match (known, compressed) {
            (true, _) => (StatusCode::NOT_MODIFIED, Body::empty()),
            (false, Some(bytes)) => (StatusCode::OK, Body::from(bytes)),
            (false, None) => (StatusCode::OK, Body::from(self.bytes)),
        };
        let caching = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        let mut response = (
            status,
            [
                (header::CONTENT_TYPE, self.media_type),
                (header::ETAG, tag.as_str()),
                (header::CACHE_CONTROL, caching),
                (header::VARY, "accept-encoding"),
            ],
            body,
        )
            .into_response();
        if compressed.is_some() {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

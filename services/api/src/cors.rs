//! Pages of other sites that may ask the API: none, unless they are named.

use axum::http::{HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser need not ask again whether it may ask.
const REMEMBERED: Duration = Duration::from_mins(10);

/// The sites, as `https://portal.example.org`: scheme, host, and port if it is
/// not the usual one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<HeaderValue>);

impl Origins {
    /// No page but the portal's own.
    pub const NONE: Self = Self(Vec::new());

    /// Those that `ROLLCALL_CORS_ORIGINS` names, separated by commas.
    ///
    /// # Errors
    /// What is no such site, all at once. `*` is none: what is asked here is
    /// about people.
    pub fn read(var: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let text = var("ROLLCALL_CORS_ORIGINS").unwrap_or_default();
        let (mut origins, mut problems) = (Vec::new(), Vec::new());
        for given in text.split(',').map(str::trim).filter(|given| !given.is_empty()) {
            match origin(given) {
                Some(origin) => origins.push(origin),
                None => problems.push(format!(
                    "ROLLCALL_CORS_ORIGINS has {given:?}; expected sites such as https://portal.example.org, without a path"
                )),
            }
        }
        if problems.is_empty() { Ok(Self(origins)) } else { Err(problems) }
    }

    /// What tells their browsers so; `None` where there is nobody to tell.
    pub(crate) fn layer(&self) -> Option<CorsLayer> {
        if self.0.is_empty() {
            return None;
        }
        // Absent on purpose: credentials. Who asks is in a header that a page
        // must set itself, never in a cookie that a browser sends along.
        let layer = CorsLayer::new()
            .allow_origin(AllowOrigin::list(self.0.iter().cloned()))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::IF_MATCH,
                HeaderName::from_static("last-event-id"),
            ])
            .expose_headers([
                header::CONTENT_DISPOSITION,
                header::ETAG,
                header::LOCATION,
                header::RETRY_AFTER,
            ])
            .max_age(REMEMBERED);
        Some(layer)
    }
}

/// As browsers write it, else none would ever be equal to it.
fn origin(given: &str) -> Option<HeaderValue> {
    let secure = given.strip_prefix("https://");
    // A portal that is being developed.
    let here = given.strip_prefix("http://").filter(|rest| {
        let host = rest.split(':').next();
        host == Some("localhost") || host == Some("127.0.0.1")
    });
    let (host, port) = match secure.or(here)?.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (secure.or(here)?, None),
    };
    let plain = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '.' || one == '-';
    let named = !host.is_empty() && host.chars().all(plain);
    let reachable = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port != 0 && port != 443));
    (named && reachable).then(|| HeaderValue::from_str(given).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::Origins;

    fn read(text: &str) -> Result<Origins, Vec<String>> {
        Origins::read(&|name| (name == "ROLLCALL_CORS_ORIGINS").then(|| text.to_owned()))
    }

    #[test]
    fn nobody_is_named_and_sites_are() {
        assert_eq!(Origins::read(&|_| None), Ok(Origins::NONE));
        assert_eq!(read(" , "), Ok(Origins::NONE));
        let two = read("https://portal.example.org, http://localhost:5173,").unwrap();
        assert_eq!(two.0, ["https://portal.example.org", "http://localhost:5173"]);
        assert!(read("https://portal.example.org:8443").is_ok());
    }

    #[test]
    fn what_no_browser_would_send_is_refused() {
        for text in [
            "*",
            "null",
            "portal.example.org",
            "http://portal.example.org",
            "https://portal.example.org/",
            "https://Portal.example.org",
            "https://portal.example.org:443",
            "https://portal.example.org:port",
            "https://*.example.org",
            "https://",
            "http://localhost.example.org",
        ] {
            let problems = read(text).unwrap_err();
            assert!(problems.len() == 1 && problems[0].contains(&format!("{text:?}")), "{problems:?}");
        }
        assert_eq!(read("*,null,https://portal.example.org").unwrap_err().len(), 2);
    }
}

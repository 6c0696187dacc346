//! Where a request comes from, as far as its connection tells.

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::Extensions;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

/// The address of whoever asks; of IPv6 the part that is one household's. All
/// that came some other way count as one. Headers that anybody can send
/// (`X-Forwarded-For`) are not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Peer(Option<IpAddr>);

impl Peer {
    pub(crate) fn of(extensions: &Extensions) -> Self {
        let address = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        Self(address.map(|address| match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
            address @ IpAddr::V4(_) => address,
        }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

#[cfg(test)]
mod tests {
    use super::Peer;
    use axum::extract::ConnectInfo;
    use axum::http::Extensions;
    use std::net::SocketAddr;

    #[test]
    fn a_household_is_one() {
        let peer = |address: &str| {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(address.parse::<SocketAddr>().unwrap()));
            Peer::of(&extensions)
        };
        assert_eq!(peer("[2001:db8:1:2:3::4]:80"), peer("[2001:db8:1:2:9::9]:81"));
        assert_ne!(peer("[2001:db8:1:2::]:80"), peer("[2001:db8:1:3::]:80"));
        assert_eq!(peer("192.0.2.1:80"), peer("[::ffff:192.0.2.1]:80"));
        assert_ne!(peer("192.0.2.1:80"), peer("192.0.2.2:80"));
        assert_ne!(peer("192.0.2.1:80"), Peer::of(&Extensions::new()));
    }
}

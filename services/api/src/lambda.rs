//! The routes as an AWS Lambda function behind an HTTP API of API Gateway
//! (API Gateway Developer Guide, "Lambda proxy integrations", payload 2.0).
//!
//! Who asks is told by API Gateway, in the context of the request; what a
//! client says of itself in headers is not believed. An answer is made as a
//! whole, since Lambda hands on no more than 6 MB of it, and in one piece.

use crate::problem::Problem;
use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::http::header;
use axum::http::uri::PathAndQuery;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, Body, Context, LambdaEvent, Request, RequestExt, Service, service_fn};
use rollcall_host::lambda::{Function, Invocation};
use rollcall_ports::Fault;
use rollcall_ports::trace::within;
use serde_json::Value;
use std::convert::Infallible;
use std::future::{Future, ready};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use tower::ServiceExt;

/// What an answer may have. Lambda's limit is 6 MiB in base64 with the headers
/// (Lambda Developer Guide, "Quotas").
const LARGEST: usize = 4 * 1024 * 1024;
/// Said instead of more than that.
const TOO_MUCH: &str = "The answer would have more than 4 MB, which is the most here. Ask for less.";
/// More than API Gateway takes (10 kB with all headers).
const LONGEST_ADDRESS: usize = 16 * 1024;

/// Answers requests that come as events.
pub struct HttpFunction(pub Router);

#[async_trait]
impl Function for HttpFunction {
    async fn call(&self, event: Value, invocation: &Invocation) -> Result<Value, Fault> {
        let (request, is_address) = read(event).ok_or_else(|| misbehaved("an event that is no request"))?;
        let routes = self.0.clone();
        let service = service_fn(move |request| {
            let routes = routes.clone();
            async move {
                let answer = if is_address { answer(routes, request).await } else { no_address() };
                Ok::<_, Infallible>(whole(answer).await)
            }
        });
        let answering = Adapter::from(service).call(LambdaEvent::new(request, Context::default()));
        let Ok(answer) = within(invocation.trace.clone(), answering).await;
        serde_json::to_value(answer).map_err(|_| misbehaved("an answer that is no event"))
    }
}

/// The request of an event, and whether its path and query can be an address.
/// What only names our own host is left out: an address is then put together
/// of nothing else, and cannot fail to be one.
fn read(event: Value) -> Option<(LambdaRequest, bool)> {
    let mut read: LambdaRequest = serde_json::from_value(event).ok()?;
    let LambdaRequest::ApiGatewayV2(request) = &mut read else { return None };
    request.headers.remove(header::HOST);
    request.request_context.domain_name = None;
    let path = request.raw_path.as_deref().unwrap_or_default();
    let query = request.raw_query_string.as_deref().unwrap_or_default();
    let is_short = path.len().saturating_add(query.len()) < LONGEST_ADDRESS;
    let is_address =
        is_short && path.starts_with('/') && format!("/?{query}").parse::<PathAndQuery>().is_ok();
    if !is_address {
        request.raw_path = Some("/".to_owned());
        request.raw_query_string = None;
    }
    Some((read, is_address))
}

async fn answer(routes: Router, mut request: Request) -> Response {
    if let Some(peer) = peer(&request) {
        request.extensions_mut().insert(ConnectInfo(peer));
    }
    let Ok(answer) = routes.oneshot(request).await;
    answer
}

/// Who asks, as API Gateway saw the connection.
fn peer(request: &Request) -> Option<SocketAddr> {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else { return None };
    let address: IpAddr = context.http.source_ip.as_deref()?.parse().ok()?;
    Some(SocketAddr::new(address, 0))
}

fn no_address() -> Response {
    Problem::malformed("Path and query cannot be read.").into_response()
}

/// The answer in one piece. One that broke off is none: nobody has seen its
/// beginning yet.
async fn whole(answer: Response) -> Whole {
    let (mut parts, body) = answer.into_parts();
    let problem = match Limited::new(body, LARGEST).collect().await {
        Ok(body) => return Whole(Response::from_parts(parts, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Problem::too_large(TOO_MUCH),
        Err(_) => Problem::unavailable("The answer broke off. Try again."),
    };
    let (instead, body) = problem.into_response().into_parts();
    for name in [header::CONTENT_DISPOSITION, header::CONTENT_ENCODING, header::CONTENT_LENGTH, header::ETAG]
    {
        parts.headers.remove(name);
    }
    parts.headers.extend(instead.headers);
    parts.status = instead.status;
    // A problem is a text of some hundred bytes that is already there.
    let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
    Whole(Response::from_parts(parts, body))
}

/// An answer whose body is there. The crate's own way to an event takes a byte
/// order mark from the beginning of a text, which spreadsheets need.
struct Whole(Response<Bytes>);

impl lambda_http::IntoResponse for Whole {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        let (parts, bytes) = self.0.into_parts();
        let is_packed = parts.headers.contains_key(header::CONTENT_ENCODING);
        let body = match std::str::from_utf8(&bytes) {
            Ok(text) if !is_packed => Body::from(text),
            _ => Body::from(bytes.as_ref()),
        };
        Box::pin(ready(Response::from_parts(parts, body)))
    }
}

fn misbehaved(reason: &str) -> Fault {
    Fault::Refused { port: "the function", reason: reason.to_owned() }
}

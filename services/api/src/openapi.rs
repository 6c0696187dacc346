//! The OpenAPI document, generated from the handlers; what holds for all of
//! them (who may, how refusals look) is added here, from the table of
//! [`crate::access`].

use crate::access::{self, Who};
use crate::extract::Json;
use crate::problem::{MEDIA_TYPE, Problem};
use crate::version;
use axum::http::Method;
use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, Content, Info, OpenApi, OpenApiBuilder, PathsBuilder, Ref, RefOr, Response, ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

/// The name of the scheme of tokens.
const TOKEN: &str = "token";

/// The topic of what an installation may be without.
const WORKBENCH: &str = "dead-letters";

/// The document before any handler is added.
pub(crate) fn begin() -> OpenApi {
    let mut info = Info::new("Rollcall", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "The API of Rollcall's portal. Times are RFC 3339 in UTC, ids UUIDs. Refusals are \
         application/problem+json. What is changed is sent with the ETag that was read, in If-Match."
            .to_owned(),
    );
    let mut components = Components::new();
    components.add_security_scheme(
        TOKEN,
        SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).build()),
    );
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
    OpenApiBuilder::new().info(info).paths(PathsBuilder::new()).components(Some(components)).build()
}

/// Adds what holds for all endpoints.
pub(crate) fn finish(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let who = access::who(&method, path);
            describe(operation, path, who);
        }
    }
}

/// Every endpoint of a document: method and path.
#[must_use]
pub fn endpoints(document: &OpenApi) -> Vec<(Method, String)> {
    let mut document = document.clone();
    let paths = document.paths.paths.iter_mut();
    let found = paths.flat_map(|(path, item)| {
        operations(item).into_iter().map(|(method, _)| (method, path.clone())).collect::<Vec<_>>()
    });
    found.collect()
}

fn operations(item: &mut PathItem) -> Vec<(Method, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [
        (Method::GET, get),
        (Method::PUT, put),
        (Method::POST, post),
        (Method::DELETE, delete),
        (Method::PATCH, patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?))).collect()
}

fn describe(operation: &mut Operation, path: &str, who: Option<Who>) {
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let is_conditional = parameters.iter().any(is_if_match);
    let has_body = operation.request_body.is_some();
    let takes_input = has_body || !parameters.is_empty();
    for tag in operation.parameters.iter_mut().flatten().filter(|parameter| is_if_match(parameter)) {
        if let RefOr::T(tag) = tag {
            tag.schema = Some(version::etag());
        }
    }
    for answer in operation.responses.responses.values_mut() {
        if let RefOr::T(answer) = answer {
            for (name, tag) in &mut answer.headers {
                if let (true, RefOr::T(tag)) = (name.eq_ignore_ascii_case("etag"), tag) {
                    tag.schema = Some(version::etag());
                }
            }
        }
    }
    for (status, answer) in &mut operation.responses.responses {
        // A handler says of its own refusals only when they come.
        if let (true, RefOr::T(answer)) = (status.starts_with(['4', '5']), answer)
            && answer.content.is_empty()
        {
            answer.content = refusal("").content;
        }
    }
    let mut refuse = |status: &str, description: &str| {
        let entry = operation.responses.responses.entry(status.to_owned());
        entry.or_insert_with(|| RefOr::T(refusal(description)));
    };
    if path.contains('{') {
        refuse("404", "There is nothing by that name.");
    }
    if is_conditional {
        refuse("412", "Somebody else changed it since it was read.");
        refuse("428", "If-Match is missing.");
    }
    if takes_input {
        refuse("400", "The request cannot be understood.");
    }
    if has_body {
        refuse("413", "The body is too large.");
        refuse("415", "The body is of another type.");
    }
    refuse("429", "Too many requests.");
    refuse("500", "A fault of the service.");
    refuse("503", "Not available just now.");
    if operation.tags.iter().flatten().any(|tag| tag == WORKBENCH) {
        refuse("501", "Not on this installation.");
    }
    if let Some(Who::Groups(groups)) = who {
        let names: Vec<_> = groups.iter().map(|group| group.name()).collect();
        let responses = &mut operation.responses.responses;
        responses.insert("401".to_owned(), RefOr::T(refusal("Not signed in.")));
        responses.insert("403".to_owned(), RefOr::T(refusal("The account may not do this.")));
        operation.security = Some(vec![SecurityRequirement::new(TOKEN, Vec::<String>::new())]);
        let text = format!("For {}.", names.join(", "));
        operation.description = Some(
            operation.description.take().map_or_else(|| text.clone(), |told| format!("{told}\n\n{text}")),
        );
    }
}

fn is_if_match(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(one) if one.name.eq_ignore_ascii_case("if-match"))
}

fn refusal(description: &str) -> Response {
    let schema = RefOr::Ref(Ref::from_schema_name(Problem::name()));
    ResponseBuilder::new().description(description).content(MEDIA_TYPE, Content::new(Some(schema))).build()
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "service",
    responses((status = 200, description = "This document.", body = serde_json::Value)))]
pub(crate) async fn openapi() -> Json<OpenApi> {
    Json(crate::document())
}

//! Finding people.

use super::Register;
use super::shown::{State, Summary};
use crate::extract::{Json, whole};
use crate::paging::{self, Page, Paging};
use crate::problem::{FieldError, Problem};
use axum::extract::State as Part;
use rollcall_domain::ids::BatchId;
use rollcall_domain::search::{Filter, Words};
use rollcall_ports::{Cursor, Listed, Order, Question, Search};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// Characters that are searched for at most.
const LONGEST_TEXT: usize = 200;
/// How often the store is asked on for one page: where few are found among
/// many, a page is shorter than was asked for, and tells where to go on.
const PATIENCE: u32 = 4;

/// In which order people are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    /// When they came onto the register.
    Registered,
    /// Last name, then first name.
    Name,
    /// When the planner looks at them next; those it does not come last.
    NextDue,
    /// When they were last heard of; those who never were come first.
    LastReached,
}

/// Whom somebody looks for. What is absent is not asked.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ResidentQuery)]
pub(crate) struct Query {
    /// The beginnings of words of the name, a part of the reference, or a part
    /// of the number of at least three digits.
    #[schema(max_length = 200)]
    pub(super) text: Option<String>,
    /// In one of these states today.
    #[schema(value_type = Vec<State>)]
    pub(super) state: BTreeSet<State>,
    pub(super) enabled: Option<bool>,
    /// In a pause now.
    pub(super) paused: Option<bool>,
    pub(super) bad_number: Option<bool>,
    /// Somebody was told that they were not reached, and they were not since.
    pub(super) unreached: Option<bool>,
    /// Brought by this upload.
    pub(super) batch_id: Option<Uuid>,
    /// Absent: the order that the store has by itself, which is the fastest.
    pub(super) sort: Option<Sort>,
    /// The other way round.
    pub(super) descending: bool,
    /// For a file: the zone of the times in it (IANA name); absent: that of the
    /// service.
    #[serde(skip_serializing)]
    pub(super) timezone: Option<String>,
    /// Where to go on, as `next_cursor` of the page before said.
    #[serde(skip_serializing)]
    #[schema(min_length = 1, max_length = 2000, pattern = "^[A-Za-z0-9_-]+$")]
    pub(super) cursor: Option<String>,
    /// How many at most.
    #[serde(skip_serializing, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 100, default = 50)]
    pub(super) size: Option<u32>,
}

/// A question in the words of the ports.
pub(super) struct Asked {
    pub(super) filter: Filter,
    pub(super) order: Order,
    pub(super) descending: bool,
}

impl Query {
    /// In the words of the ports.
    ///
    /// # Errors
    /// 422 for a text that is too long.
    pub(super) fn asked(&self) -> Result<Asked, Problem> {
        let text = self.text.as_deref().unwrap_or_default();
        if text.chars().count() > LONGEST_TEXT {
            let expected = format!("at most {LONGEST_TEXT} characters");
            return Err(Problem::invalid(vec![FieldError::new("text", "", expected)]));
        }
        let filter = Filter {
            text: Words::read(text),
            states: self.state.iter().map(|state| (*state).into()).collect(),
            enabled: self.enabled,
            paused: self.paused,
            bad_number: self.bad_number,
            unreached: self.unreached,
            batch: self.batch_id.map(BatchId::from_uuid),
        };
        let order = match self.sort {
            None => Order::Register,
            Some(Sort::Registered) => Order::Registered,
            Some(Sort::Name) => Order::Name,
            Some(Sort::NextDue) => Order::NextDue,
            Some(Sort::LastReached) => Order::LastReached,
        };
        Ok(Asked { filter, order, descending: self.descending })
    }

    /// What a cursor is good for: this question, and no other.
    fn list(&self) -> String {
        // Texts, numbers and flags always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Finds people, page by page. A page may hold fewer than were asked for, even
/// nobody, and still say where to go on.
#[utoipa::path(post, path = "/api/residents/search", tag = "residents", request_body = Query, responses(
    (status = 200, description = "A page of those who were found.", body = Page<Summary>),
    (status = 422, description = "Values that are not possible, or too many people to be put into this order.")))]
pub(crate) async fn search(
    Part(register): Part<Register>,
    Json(query): Json<Query>,
) -> Result<Json<Page<Summary>>, Problem> {
    let list = query.list();
    let paging = Paging { cursor: query.cursor.clone(), size: query.size };
    let (mut from, size) = (paging.cursor(&list)?, paging.size()?);
    let asked = query.asked()?;
    let mut items = Vec::new();
    for _ in 0..PATIENCE {
        let left = size.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
        let (listed, next) = register.look(&asked, from.as_ref(), left).await?;
        items.extend(listed.iter().map(|one| register.summary(one)));
        from = next;
        if from.is_none() {
            break;
        }
    }
    let next_cursor = from.map(|cursor| paging::seal(&list, &cursor));
    Ok(Json(Page { items, next_cursor }))
}

impl Register {
    /// One answer of the store.
    ///
    /// # Errors
    /// 422 where the order cannot be had, 400 for a cursor of something else.
    pub(super) async fn look(
        &self,
        asked: &Asked,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<(Vec<Listed>, Option<Cursor>), Problem> {
        let Asked { filter, order, descending } = asked;
        let question = Question {
            filter,
            order: *order,
            descending: *descending,
            policy: &self.policy,
            now: self.clock.now(),
        };
        match self.residents.search(&question, from, most).await? {
            Search::Found(listed, next) => Ok((listed, next)),
            Search::TooMany => {
                let expected = "no sort: there are too many people to be put into another order";
                Err(Problem::invalid(vec![FieldError::new("sort", "", expected)]))
            }
            Search::ForeignCursor => {
                Err(Problem::malformed("cursor: expected the next_cursor of a former page of this list."))
            }
        }
    }

    pub(super) fn summary(&self, listed: &Listed) -> Summary {
        let Listed { resident, next_due } = listed;
        Summary::of(&resident.value, resident.version, *next_due, (&self.policy, self.clock.now()))
    }
}

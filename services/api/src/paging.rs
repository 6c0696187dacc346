//! Lists, page by page.

use crate::problem::Problem;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_ports::Cursor;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

/// The most that a page holds.
pub const LARGEST: u32 = 100;
const USUAL: u32 = 50;
/// Bytes before a cursor that tie it to its list.
const SEAL: usize = 8;

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Where to go on, as `next_cursor` of the page before said.
    #[param(min_length = 1, max_length = 2000, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub size: Option<u32>,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page starts; null at the end.
    pub next_cursor: Option<String>,
}

impl Paging {
    /// How many, within bounds.
    ///
    /// # Errors
    /// 400 for a size that no page has.
    pub fn size(&self) -> Result<u32, Problem> {
        match self.size.unwrap_or(USUAL) {
            size @ 1..=LARGEST => Ok(size),
            _ => Err(Problem::malformed(format!("size: expected 1 to {LARGEST}."))),
        }
    }

    /// Where to go on in the list `name`.
    ///
    /// # Errors
    /// 400 for a cursor that this list did not give.
    pub fn cursor(&self, name: &str) -> Result<Option<Cursor>, Problem> {
        self.cursor.as_deref().map(|cursor| open(name, cursor)).transpose()
    }
}

impl<T> Page<T> {
    /// A page of at most `size`, of what a port answered to a question for
    /// one more: only whoever asks for one too many knows that there is more.
    #[must_use]
    pub fn of<U>(list: &str, size: u32, mut found: Vec<(Cursor, U)>, show: impl Fn(U) -> T) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = found.len() > size;
        found.truncate(size);
        let last = found.last().filter(|_| more).map(|(cursor, _)| seal(list, cursor));
        Self { items: found.into_iter().map(|(_, item)| show(item)).collect(), next_cursor: last }
    }
}

/// A cursor for the outside: opaque, and good for the list `name` only. Not a
/// secret: whoever may read the list may start anywhere in it.
#[must_use]
pub fn seal(name: &str, cursor: &Cursor) -> String {
    let mut bytes = mark(name, cursor.0.as_bytes()).to_vec();
    bytes.extend(cursor.0.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The cursor that [`seal`] made.
///
/// # Errors
/// 400 for anything else.
pub fn open(name: &str, text: &str) -> Result<Cursor, Problem> {
    let no = || Problem::malformed("cursor: expected the next_cursor of a former page of this list.");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| no())?;
    let (seal, place) = bytes.split_at_checked(SEAL).ok_or_else(no)?;
    if seal != mark(name, place) {
        return Err(no());
    }
    Ok(Cursor(String::from_utf8(place.to_vec()).map_err(|_| no())?))
}

fn mark(name: &str, place: &[u8]) -> [u8; SEAL] {
    let hash: [u8; 32] =
        Sha256::new().chain_update(name).chain_update([0]).chain_update(place).finalize().into();
    let mut mark = [0; SEAL];
    mark.copy_from_slice(&hash[..SEAL]);
    mark
}

#[cfg(test)]
mod tests {
    use super::{Page, Paging, open, seal};
    use axum::http::StatusCode;
    use rollcall_ports::Cursor;

    #[test]
    fn a_cursor_is_good_for_its_list_only() {
        let sealed = seal("audit", &Cursor("17".to_owned()));
        assert_eq!(open("audit", &sealed), Ok(Cursor("17".to_owned())));
        let changed = format!("{}A", &sealed[..sealed.len() - 1]);
        for (list, text) in
            [("letters", sealed.as_str()), ("audit", &changed), ("audit", "17"), ("audit", "")]
        {
            assert_eq!(open(list, text).unwrap_err().status(), StatusCode::BAD_REQUEST, "{list} {text}");
        }
    }

    #[test]
    fn a_page_tells_whether_there_is_more() {
        let found = |n: usize| (0..n).map(|n| (Cursor(n.to_string()), n)).collect::<Vec<_>>();
        let page = Page::of("list", 3, found(3), |n| n);
        assert_eq!((page.items, page.next_cursor), (vec![0, 1, 2], None));
        let page = Page::of("list", 3, found(4), |n| n);
        assert_eq!(page.items, [0, 1, 2]);
        assert_eq!(open("list", &page.next_cursor.unwrap()), Ok(Cursor("2".to_owned())));
    }

    #[test]
    fn sizes_have_bounds() {
        let size = |size| Paging { cursor: None, size }.size();
        assert_eq!((size(None), size(Some(1)), size(Some(100))), (Ok(50), Ok(1), Ok(100)));
        assert!(size(Some(0)).is_err() && size(Some(101)).is_err());
    }
}

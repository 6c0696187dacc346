//! Searching, counting and grouping letters by the index.

use super::head::Head;
use super::place::{Entry, behind, lists};
use super::{LETTER, Letters, PORT, key};
use crate::dynamodb::consumed::Operation;
use crate::dynamodb::item::{number, read_text, read_uuid, text, unreadable};
use crate::dynamodb::schema::LETTERS;
use rollcall_domain::letter::{Filter, Letter, LetterState};
use rollcall_ports::{Cursor, Fault, LetterGroup, Versioned};
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

const FIND: Operation = Operation { port: PORT, name: "find" };
const TALLY: Operation = Operation { port: PORT, name: "tally" };
const GROUPS: Operation = Operation { port: PORT, name: "groups" };

/// Letters that are read at once: their messages may be large.
const AT_ONCE: usize = 50;
/// Entries of an index in one answer; 1 MB holds about 4 000.
const PAGE: i32 = 1_000;

impl Letters {
    /// Up to `most` letters that match, in order, behind a place.
    pub(super) async fn search(
        &self,
        filter: &Filter,
        after: Option<&Cursor>,
        most: u32,
    ) -> Result<Vec<(Cursor, Versioned<Letter>)>, Fault> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut walk = Walk::over(self, filter, &behind(after)?, FIND).of_few(most);
        let mut found = Vec::new();
        while found.len() < most {
            let wanted = (most - found.len()).min(AT_ONCE);
            let mut entries = Vec::new();
            while entries.len() < wanted
                && let Some(entry) = walk.next().await?
            {
                entries.push(entry);
            }
            if entries.is_empty() {
                break;
            }
            found.extend(self.load(FIND, filter, entries).await?);
        }
        Ok(found)
    }

    /// How many match.
    pub(super) async fn counted(&self, filter: &Filter) -> Result<u64, Fault> {
        let mut walk = Walk::over(self, filter, &behind(None)?, TALLY);
        let mut entries = Vec::new();
        let mut count = 0;
        while let Some(entry) = walk.next().await? {
            if filter.resident.is_none() {
                count += 1;
                continue;
            }
            entries.push(entry);
            if entries.len() == AT_ONCE {
                count += self.load(TALLY, filter, std::mem::take(&mut entries)).await?.len() as u64;
            }
        }
        Ok(count + self.load(TALLY, filter, entries).await?.len() as u64)
    }

    /// The letters that are not over by source, cause and kind.
    pub(super) async fn grouped(&self, most: u32) -> Result<Vec<LetterGroup>, Fault> {
        let mut groups: BTreeMap<[String; 3], LetterGroup> = BTreeMap::new();
        let waiting = Filter::default();
        let mut walk = Walk::over(self, &waiting, &behind(None)?, GROUPS);
        while let Some(entry) = walk.next().await? {
            let Entry { source, cause, kind, parked_at, .. } = entry;
            let group = groups.entry([source.clone(), cause.clone(), kind.clone()]).or_insert(LetterGroup {
                source,
                cause,
                kind,
                letters: 0,
                replaying: 0,
                oldest_at: parked_at,
                newest_at: parked_at,
            });
            group.letters += 1;
            group.replaying += u64::from(entry.state == LetterState::Replaying);
            group.oldest_at = group.oldest_at.min(parked_at);
            group.newest_at = group.newest_at.max(parked_at);
        }
        let mut groups: Vec<LetterGroup> = groups.into_values().collect();
        groups.sort_by_key(|group| (Reverse(group.letters), group.oldest_at));
        groups.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(groups)
    }

    /// The letters behind these entries as they are now, as far as they still
    /// match.
    async fn load(
        &self,
        operation: Operation,
        filter: &Filter,
        entries: Vec<Entry>,
    ) -> Result<Vec<(Cursor, Versioned<Letter>)>, Fault> {
        let keys = entries.iter().map(|entry| key(entry.id.as_uuid(), LETTER)).collect();
        let mut items = BTreeMap::new();
        for item in self.0.get_each(operation, (&LETTERS, true), keys).await? {
            items.insert(read_uuid(PORT, &item, "id")?, item);
        }
        let mut found = Vec::new();
        for entry in entries {
            // The index lags behind.
            let Some(item) = items.get(entry.id.as_uuid()) else { continue };
            let letter = self.whole(operation, &Head::read(item)?).await?;
            let names = |id: &str| names(letter.value.body.as_bytes(), id);
            let is_meant = filter.resident.is_none_or(|resident| names(&resident.to_string()));
            if is_meant && Entry::of(&letter.value).fits(filter) {
                found.push((entry.cursor(), letter));
            }
        }
        Ok(found)
    }
}

/// Whether an id, in small letters, is in a message.
pub(super) fn names(message: &[u8], id: &str) -> bool {
    String::from_utf8_lossy(message).to_ascii_lowercase().contains(id)
}

/// Goes through what the index says of all letters that a filter may mean, in
/// order.
pub(super) struct Walk<'a> {
    letters: &'a Letters,
    filter: &'a Filter,
    operation: Operation,
    lists: Vec<List>,
    page: i32,
    last: Option<String>,
}

struct List {
    list: u8,
    held: VecDeque<Entry>,
    /// Behind which place it goes on; `None` at its end.
    behind: Option<String>,
}

impl<'a> Walk<'a> {
    pub(super) fn over(letters: &'a Letters, filter: &'a Filter, behind: &str, operation: Operation) -> Self {
        let list = |list: &u8| List { list: *list, held: VecDeque::new(), behind: Some(behind.to_owned()) };
        let lists = lists(filter.which).iter().map(list).collect();
        Self { letters, filter, operation, lists, page: PAGE, last: None }
    }

    /// For somebody who wants so many: the first answer need not be longer.
    fn of_few(mut self, most: usize) -> Self {
        self.page = i32::try_from(most.max(10)).unwrap_or(PAGE).min(PAGE);
        self
    }

    /// The next one that fits.
    pub(super) async fn next(&mut self) -> Result<Option<Entry>, Fault> {
        loop {
            for index in 0..self.lists.len() {
                self.fill(index).await?;
            }
            let heads = self.lists.iter_mut().filter(|list| !list.held.is_empty());
            let first = heads.min_by(|one, other| {
                let order = |list: &List| list.held.front().map(|entry| entry.order.clone());
                order(one).cmp(&order(other))
            });
            let Some(entry) = first.and_then(|list| list.held.pop_front()) else { return Ok(None) };
            // It went from one list to the other between two answers.
            let is_new = self.last.as_ref() != Some(&entry.order);
            self.last = Some(entry.order.clone());
            if is_new && entry.fits(self.filter) {
                return Ok(Some(entry));
            }
        }
    }

    async fn fill(&mut self, index: usize) -> Result<(), Fault> {
        let (page, operation, letters) = (self.page, self.operation, self.letters);
        let Some(list) = self.lists.get_mut(index) else { return Ok(()) };
        while list.held.is_empty()
            && let Some(behind) = list.behind.take()
        {
            let answer = letters
                .0
                .query(&LETTERS, LETTERS.indexes.first())
                .key_condition_expression("#listed = :listed AND #place > :behind")
                .expression_attribute_names("#listed", "listed")
                .expression_attribute_names("#place", "place")
                .expression_attribute_values(":listed", number(list.list))
                .expression_attribute_values(":behind", text(behind))
                .limit(page)
                .send()
                .await;
            let answer = letters.0.noted(operation, answer)?;
            for item in answer.items() {
                let place = read_text(PORT, item, "place")?;
                list.held.push_back(Entry::read(place).ok_or_else(|| unreadable(PORT, "place"))?);
            }
            if answer.last_evaluated_key.is_some() {
                list.behind = list.held.back().map(Entry::place);
            }
        }
        // Few did not do: whoever filters goes through many.
        self.page = PAGE;
        Ok(())
    }
}

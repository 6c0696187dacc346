//! Which piece of work a message or a log line belongs to.
//!
//! A trace is given to a future by [`within`] and found again by [`current`]
//! anywhere below it: a sender writes it into the envelope of a message, and
//! whoever logs writes its id into the line. Nothing else depends on it.

use rollcall_contracts::envelope::{Envelope, Message};
use std::cell::RefCell;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

thread_local! {
    static CURRENT: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

/// A place in a trace: the id of the whole, the id of the step that caused
/// this, and whether anybody records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    id: String,
    parent: String,
    sampled: bool,
}

impl Trace {
    /// Reads a W3C `traceparent` (Trace Context, section 3.2): version, trace
    /// id, parent id and flags.
    #[must_use]
    pub fn from_traceparent(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // Later versions may append parts; version 255 is none.
        let known = is_hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
        if !known || !is_hex(flags, 2) {
            return None;
        }
        Self::new(id, parent, u8::from_str_radix(flags, 16).ok()? & 1 == 1)
    }

    /// Reads a tracing header of AWS X-Ray (X-Ray Developer Guide, "Tracing
    /// header"): `Root=1-<8 digits>-<24 digits>;Parent=<16 digits>;Sampled=1`.
    #[must_use]
    pub fn from_xray(text: &str) -> Option<Self> {
        let field = |name: &str| {
            text.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('=')).map(str::trim)
        };
        let (time, random) = field("Root")?.strip_prefix("1-")?.split_once('-')?;
        let id = format!("{time}{random}");
        // Without a parent the caller did not make a step of its own.
        let parent = field("Parent").map_or_else(|| id.chars().take(16).collect(), str::to_owned);
        Self::new(&id, &parent, field("Sampled") == Some("1"))
    }

    /// The trace of work that nobody else began, named by the id of its
    /// request. `None` when that is no UUID.
    #[must_use]
    pub fn of_request(id: &str) -> Option<Self> {
        let id = id.replace('-', "");
        let parent: String = id.chars().take(16).collect();
        Self::new(&id, &parent, false)
    }

    fn new(id: &str, parent: &str, sampled: bool) -> Option<Self> {
        let all_zero = |text: &str| text.bytes().all(|byte| byte == b'0');
        let sound = is_hex(id, 32) && is_hex(parent, 16) && !all_zero(id) && !all_zero(parent);
        sound.then(|| Self { id: id.to_owned(), parent: parent.to_owned(), sampled })
    }

    /// The id of the whole: 32 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The header of AWS X-Ray, as in the `AWSTraceHeader` of a message.
    #[must_use]
    pub fn xray(&self) -> String {
        // Sound by construction: 32 ASCII digits.
        let (time, random) = self.id.split_at(8);
        format!("Root=1-{time}-{random};Parent={};Sampled={}", self.parent, u8::from(self.sampled))
    }
}

impl fmt::Display for Trace {
    /// The W3C `traceparent`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.id, self.parent, u8::from(self.sampled))
    }
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The trace of the work that is being done, where one was given.
#[must_use]
pub fn current() -> Option<Trace> {
    CURRENT.with_borrow(Clone::clone)
}

/// The envelope as part of the work that is being done, unless it says already
/// what it is part of. Whoever sends messages writes them so.
#[must_use]
pub fn carrying<M: Message>(mut envelope: Envelope<M>) -> Envelope<M> {
    envelope.trace = envelope.trace.or_else(|| Some(current()?.to_string()));
    envelope
}

/// Does `work` as part of `trace`, on whichever thread it is polled.
pub fn within<F: Future>(trace: Option<Trace>, work: F) -> Within<F> {
    Within { trace, work: Box::pin(work) }
}

/// Work that is part of a trace.
pub struct Within<F> {
    trace: Option<Trace>,
    work: Pin<Box<F>>,
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // Only while it is polled: another future on this thread has its own.
        let _before = Restore(CURRENT.replace(self.trace.clone()));
        self.work.as_mut().poll(context)
    }
}

struct Restore(Option<Trace>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::{Trace, carrying, current, within};
    use jiff::Timestamp;
    use rollcall_contracts::envelope::Envelope;
    use rollcall_contracts::messages::Notice;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    const TRACEPARENT: &str = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
    const XRAY: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    #[test]
    fn both_forms_are_the_same_trace() {
        let trace = Trace::from_xray(XRAY).unwrap();
        assert_eq!(trace.to_string(), TRACEPARENT);
        assert_eq!(Trace::from_traceparent(TRACEPARENT), Some(trace.clone()));
        assert_eq!((trace.xray().as_str(), trace.id()), (XRAY, "5759e988bd862e3fe1be46a994272793"));
    }

    #[test]
    fn parts_in_another_order_or_too_many_or_missing() {
        let other = "Self=1-1-1;Sampled=0; Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=a:0";
        let trace = Trace::from_xray(other).unwrap();
        assert_eq!(trace.to_string(), "00-5759e988bd862e3fe1be46a994272793-5759e988bd862e3f-00");
        assert!(Trace::from_traceparent(&format!("cc{}-new", &TRACEPARENT[2..])).is_some());
    }

    #[test]
    fn what_is_no_trace() {
        for text in [
            "",
            "00",
            "00-0-0-0",
            "ff-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
            "00-5759E988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
            "00-00000000000000000000000000000000-53995c3f42cd8ad8-01",
            "00-5759e988bd862e3fe1be46a994272793-0000000000000000-01",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01-more",
        ] {
            assert_eq!(Trace::from_traceparent(text), None, "{text}");
        }
        for text in ["", "Root=", "Root=1-57", "Root=2-5759e988-bd862e3fe1be46a994272793"] {
            assert_eq!(Trace::from_xray(text), None, "{text}");
        }
        assert_eq!(Trace::of_request("not a uuid"), None);
    }

    #[test]
    fn a_request_names_its_own_trace() {
        let trace = Trace::of_request("5759e988-bd86-4e3f-a1be-46a994272793").unwrap();
        assert_eq!(trace.to_string(), "00-5759e988bd864e3fa1be46a994272793-5759e988bd864e3f-00");
    }

    #[test]
    fn a_message_carries_the_trace_of_the_work_that_sends_it() {
        let notice = || {
            let notice = Notice::LedgerMismatch { counted: 1, register: 2 };
            Envelope::new(notice, Timestamp::UNIX_EPOCH)
        };
        let mut context = Context::from_waker(Waker::noop());
        let trace = Trace::from_xray(XRAY);
        let mut sent = |envelope: Envelope<Notice>| {
            let work = pin!(within(trace.clone(), async { carrying(envelope).trace }));
            work.poll(&mut context)
        };
        assert_eq!(sent(notice()), Poll::Ready(Some(TRACEPARENT.to_owned())));
        let own = Envelope { trace: Some("its own".to_owned()), ..notice() };
        assert_eq!(sent(own), Poll::Ready(Some("its own".to_owned())));
        assert_eq!(carrying(notice()).trace, None);
    }

    #[test]
    fn two_pieces_of_work_on_one_thread_have_each_their_own() {
        let trace = |digit: &str| Trace::of_request(&digit.repeat(32));
        async fn twice() -> [Option<Trace>; 2] {
            let first = current();
            let mut waited = false;
            std::future::poll_fn(|_| {
                if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            [first, current()]
        }
        let mut context = Context::from_waker(Waker::noop());
        let (mut one, mut two) = (pin!(within(trace("1"), twice())), pin!(within(trace("2"), twice())));
        assert!(one.as_mut().poll(&mut context).is_pending());
        assert!(two.as_mut().poll(&mut context).is_pending());
        assert_eq!(current(), None);
        assert_eq!(one.as_mut().poll(&mut context), Poll::Ready([trace("1"), trace("1")]));
        assert_eq!(two.as_mut().poll(&mut context), Poll::Ready([trace("2"), trace("2")]));
        assert_eq!(current(), None);
    }
}

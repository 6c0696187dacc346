//! How often one may ask: so many at once, then one in so much time
//! (generic cell rate algorithm).

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Keys that are remembered: an attacker with more addresses than this is
/// forgotten one by one, the least busy first.
const MOST: usize = 10_000;

/// A rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many at once.
    pub burst: u32,
    /// Then one in this time.
    pub every: SignedDuration,
}

/// A rate for each key.
pub(crate) struct Limiter<K> {
    rate: Rate,
    /// When each key will have its whole burst again.
    whole_at: Mutex<BTreeMap<K, Timestamp>>,
}

impl<K: Ord + Clone> Limiter<K> {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, whole_at: Mutex::default() }
    }

    /// Takes one, or says how long to wait for the next.
    pub(crate) fn take(&self, key: &K, now: Timestamp) -> Result<(), Duration> {
        let Rate { burst, every } = self.rate;
        let most = every.saturating_mul(i32::try_from(burst).unwrap_or(i32::MAX));
        let mut whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        let known = whole_at.get(key).copied().unwrap_or(now).max(now);
        let next = known.checked_add(every).unwrap_or(Timestamp::MAX);
        let over = next.duration_since(now) - most;
        if over.is_positive() {
            return Err(over.unsigned_abs());
        }
        if whole_at.len() >= MOST && !whole_at.contains_key(key) {
            make_room(&mut whole_at, now);
        }
        whole_at.insert(key.clone(), next);
        Ok(())
    }

    /// Gives a key its whole burst again.
    pub(crate) fn forgive(&self, key: &K) {
        self.whole_at.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

fn make_room<K: Ord + Clone>(whole_at: &mut BTreeMap<K, Timestamp>, now: Timestamp) {
    whole_at.retain(|_, at| *at > now);
    if whole_at.len() >= MOST
        && let Some(least) = whole_at.iter().min_by_key(|(_, at)| **at).map(|(key, _)| key.clone())
    {
        whole_at.remove(&least);
    }
}

#[cfg(test)]
mod tests {
    use super::{Limiter, MOST, Rate};
    use jiff::{SignedDuration, Timestamp};
    use std::time::Duration;

    fn at(seconds: i64) -> Timestamp {
        "2026-11-23T09:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_burst_then_one_at_a_time() {
        let limiter = Limiter::new(Rate { burst: 3, every: SignedDuration::from_secs(10) });
        let take = |seconds| limiter.take(&"a", at(seconds));
        assert_eq!((take(0), take(0), take(0)), (Ok(()), Ok(()), Ok(())));
        assert_eq!(take(0), Err(Duration::from_secs(10)));
        assert_eq!(take(4), Err(Duration::from_secs(6)), "asking does not make it later");
        assert_eq!((take(10), take(10)), (Ok(()), Err(Duration::from_secs(10))));
        assert_eq!(limiter.take(&"b", at(10)), Ok(()), "each key by itself");
        assert_eq!((take(500), take(500), take(500)), (Ok(()), Ok(()), Ok(())));
        assert!(take(500).is_err(), "waiting longer gives no more than the burst");
        limiter.forgive(&"a");
        assert_eq!(take(500), Ok(()));
    }

    #[test]
    fn memory_has_an_end() {
        let limiter = Limiter::new(Rate { burst: 2, every: SignedDuration::from_secs(10) });
        assert_eq!((limiter.take(&0, at(0)), limiter.take(&0, at(0))), (Ok(()), Ok(())));
        for key in 1..=2 * MOST {
            assert_eq!(limiter.take(&key, at(0)), Ok(()));
        }
        assert!(limiter.take(&0, at(0)).is_err(), "the busiest is forgotten last");
        assert!(limiter.whole_at.lock().unwrap().len() <= MOST);
    }
}

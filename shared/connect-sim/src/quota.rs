//! Request rates, as token buckets (Admin Guide, amazon-connect-service-limits).

use jiff::{SignedDuration, Timestamp};

/// A token bucket in whole nanoseconds, kept as the time at which it would be full again. No rounding lets one request
/// more through than the rate allows.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    /// Time that one token needs to come back.
    interval: SignedDuration,
    /// The bucket lacks `full_at - now` worth of tokens.
    full_at: Timestamp,
    capacity: SignedDuration,
}

impl Bucket {
    pub(crate) fn new(rate_per_second: f64, burst: u32, now: Timestamp) -> Self {
        // Rounded up, so that the bucket errs on the strict side.
        #[expect(clippy::cast_possible_truncation, reason = "rates are positive, so the interval is finite")]
        let nanos = (1e9 / rate_per_second.max(1e-6)).ceil() as i64;
        let interval = SignedDuration::from_nanos(nanos);
        let burst = i32::try_from(burst.max(1)).unwrap_or(i32::MAX);
        Self { interval, full_at: now, capacity: interval.saturating_mul(burst) }
    }

    /// Takes a token if there is one.
    pub(crate) fn take(&mut self, now: Timestamp) -> bool {
        let full_at = self.full_at.max(now) + self.interval;
        let there = full_at.duration_since(now) <= self.capacity;
        if there {
            self.full_at = full_at;
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::Bucket;

    #[test]
    fn a_burst_then_the_rate() {
        let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let mut bucket = Bucket::new(2.0, 5, start);
        let taken = (0..10).filter(|_| bucket.take(start)).count();
        assert_eq!(taken, 5);
        assert!(!bucket.take(start + SignedDuration::from_millis(499)));
        assert!(bucket.take(start + SignedDuration::from_millis(500)));
        assert!(!bucket.take(start + SignedDuration::from_millis(999)));
        let later = start + SignedDuration::from_secs(60);
        assert_eq!((0..10).filter(|_| bucket.take(later)).count(), 5);
    }

    #[test]
    fn over_any_stretch_no_more_than_burst_and_rate_allow() {
        let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let mut rng = fastrand::Rng::with_seed(3);
        let mut bucket = Bucket::new(3.0, 4, start);
        let (mut now, mut taken) = (start, Vec::new());
        for _ in 0..5_000 {
            now += SignedDuration::from_millis(rng.i64(0..400));
            if bucket.take(now) {
                taken.push(now);
            }
        }
        for (index, first) in taken.iter().enumerate() {
            for (count, last) in taken[index..].iter().take(200).enumerate() {
                let seconds = last.duration_since(*first).as_secs_f64();
                assert!((count + 1) as f64 <= 4.0 + 3.0 * seconds + 1e-6, "{} in {seconds} s", count + 1);
            }
        }
        assert!(taken.len() > 2_500, "{} taken", taken.len());
    }
}

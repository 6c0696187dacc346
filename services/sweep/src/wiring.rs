use jiff::SignedDuration;
use rollcall_aws::compose::Compose;
use rollcall_contracts::topology::Topology;
use rollcall_host::lambda::{Start, TimerFunction};
use rollcall_recording::Recorder;
use rollcall_sweep::{Books, Letters, Sweep, Watch};
use rollcall_workbench::{Collector, Workbench};
use std::sync::Arc;

/// The sweep on Amazon's services, and what other schedules name: the books and
/// the letters.
pub(crate) async fn function(start: &Start) -> Result<TimerFunction, Vec<String>> {
    let mut aws = Compose::new(Start::var).await.keeping(start.policy.retention);
    let stores = aws.stores();
    let (switch, days) = (stores.switch.clone(), stores.days.clone());
    let Start { policy, clock, signals } = start.clone();
    let recorder = Recorder::over(stores, clock, signals, policy);
    let Recorder { residents, clock, signals, policy, .. } = recorder.clone();
    let (topology, notices) = (Topology::shipped(), aws.notices(&clock));
    let Recorder { attempts, callbacks, checks, .. } = recorder.clone();
    let books = Books {
        residents,
        attempts,
        callbacks,
        checks,
        days,
        audit: aws.audit(),
        horizon: aws.horizon(),
        notices: notices.clone(),
        clock,
        signals,
        policy,
        topology,
    };
    let Recorder { attempts, callbacks, residents, clock, signals, policy, .. } = recorder.clone();
    let sweep = Sweep {
        attempts,
        callbacks,
        residents,
        switch,
        watch: Watch::default(),
        telephony: aws.telephony(),
        horizon: aws.horizon(),
        recorder,
        eraser: None,
        // Tables and buckets delete by themselves: time to live, lifecycle.
        retainer: None,
        audit: aws.audit(),
        notices,
        clock,
        signals,
        policy,
        topology,
    };
    let letters = letters(&mut aws, start, topology);
    aws.ready(TimerFunction(vec![Arc::new(sweep), Arc::new(books), Arc::new(letters)]))
}

fn letters(aws: &mut Compose, Start { clock, signals, .. }: &Start, topology: &Topology) -> Letters {
    let (queues, letters) = (aws.queues(), aws.letters());
    Letters {
        collector: Collector {
            from: aws.arrivals(&queues),
            letters: letters.clone(),
            signals: Arc::clone(signals),
            clock: Arc::clone(clock),
        },
        workbench: Workbench {
            letters,
            replays: aws.replays(&queues),
            jobs: aws.letter_jobs(),
            audit: aws.audit(),
            clock: Arc::clone(clock),
        },
        lasts: SignedDuration::from_secs(topology.bounds.letters_seconds.into()),
    }
}

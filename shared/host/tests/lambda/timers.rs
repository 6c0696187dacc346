//! Runs by the clock.

use crate::support::{Outside, invocation, sample};
use async_trait::async_trait;
use rollcall_host::Periodic;
use rollcall_host::lambda::{Function, TimerFunction};
use rollcall_ports::Fault;
use rollcall_ports::trace::current;
use serde_json::{Value, json};
use std::sync::Arc;

struct Named(&'static str, Arc<Outside>, Result<(), Fault>);

#[async_trait]
impl Periodic for Named {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn run(&self) -> Result<(), Fault> {
        self.1.note(format!("{} as part of {}", self.0, current().unwrap()));
        self.2.clone()
    }
}

async fn call(event: Value) -> (Result<Value, Fault>, Vec<String>) {
    let outside = Arc::new(Outside::default());
    let sweep = Named("sweep", Arc::clone(&outside), Ok(()));
    let books = Named("books", Arc::clone(&outside), Err(Fault::Throttled("store")));
    let function = TimerFunction(vec![Arc::new(sweep), Arc::new(books)]);
    let answer = function.call(event, &invocation()).await;
    (answer, outside.log())
}

const TRACE: &str = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";

#[tokio::test]
async fn a_tick_runs_the_first() {
    let (answer, log) = call(sample(include_str!("samples/eventbridge-schedule-tick.json"))).await;
    assert_eq!((answer, log), (Ok(Value::Null), vec![format!("sweep as part of {TRACE}")]));
}

#[tokio::test]
async fn a_schedule_may_name_another_whose_fault_fails_the_invocation() {
    let (answer, log) = call(json!({ "run": "books" })).await;
    assert_eq!(answer, Err(Fault::Throttled("store")));
    assert_eq!(log, [format!("books as part of {TRACE}")]);
}

#[tokio::test]
async fn a_run_that_is_not_there_is_refused() {
    for event in [json!({ "run": "planner" }), json!({ "run": 1 })] {
        let (answer, log) = call(event).await;
        assert!(matches!(answer, Err(Fault::Refused { .. })), "{answer:?}");
        assert_eq!(log, [""; 0]);
    }
}

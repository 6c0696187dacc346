mod erasing;

use rollcall_api::Api;
use rollcall_api::assets::Assets;
use rollcall_api::auth::Verifier;
use rollcall_api::auth::provider::Provider;
use rollcall_api::cors::Origins;
use rollcall_api::lambda::HttpFunction;
use rollcall_api::overview::{Board, Parts, Rest};
use rollcall_api::security::Limits;
use rollcall_api::session::{Live, Shown, SignIn, Softphone};
use rollcall_aws::compose::Compose;
use rollcall_aws::sqs::{Queues, Statuses};
use rollcall_foresight::on_aws;
use rollcall_host::lambda::Start;
use rollcall_ports::{Clock, Stores};
use rollcall_workbench::Workbench;
use std::sync::Arc;

/// The API on Amazon's services. Nobody keeps a connection open to a function,
/// so news is asked for; and accounts are the provider's.
pub(crate) async fn function(start: &Start) -> Result<HttpFunction, Vec<String>> {
    let mut aws = Compose::new(Start::var).await.keeping(start.policy.retention);
    let Stores { residents, attempts, callbacks, escalations, checks, days, pace, switch, suppressions } =
        aws.stores();
    let Start { policy, clock, signals } = start.clone();
    let (all, telephony, deposits) = (aws.queues(), aws.telephony(), aws.deposits(&clock));
    let queues = Arc::new(Statuses::new(&aws.aws(), &all, aws.letters()));
    let people = people(&clock, deposits.origin());
    let board = Board::new(Parts {
        attempts: attempts.clone(),
        residents: residents.clone(),
        callbacks: callbacks.clone(),
        pace: pace.clone(),
        switch: switch.clone(),
        telephony: telephony.clone(),
        queues: queues.clone(),
        clock: clock.clone(),
        people: clock.clone(),
        policy: policy.clone(),
        rest: Rest::ON_AWS,
    });
    let (batches, uploads, audit) = (aws.batches(&clock), aws.uploads(), aws.audit());
    let workbench = workbench(&mut aws, &all, &clock);
    let foresight = on_aws(&mut aws, policy.clone(), clock.clone(), signals.clone());
    let eraser = Some(Arc::new(erasing::eraser(&mut aws, start)));
    let parts = aws.ready(());
    let others = Origins::read(&Start::var);
    let (shown, verifier, others) = match (people, others, parts) {
        (Ok((shown, verifier)), Ok(others), Ok(())) => (shown, verifier, others),
        (people, others, parts) => {
            let problems = [people.err(), others.err(), parts.err()];
            return Err(problems.into_iter().flatten().flatten().collect());
        }
    };
    let api = Api {
        residents,
        attempts,
        callbacks,
        escalations,
        checks,
        days,
        batches,
        deposits,
        intake: None,
        uploads,
        audit,
        pace,
        switch,
        suppressions,
        telephony,
        softphone: None,
        workbench: Arc::new(workbench),
        eraser,
        foresight,
        queues,
        signals,
        limits: Arc::new(Limits::new(Limits::USUAL, clock.clone())),
        clock,
        policy,
        shown: Arc::new(shown),
        verifier: Arc::new(verifier),
        local: None,
        board: Arc::new(board),
        assets: Arc::new(Assets::built_in()),
        others: Arc::new(others),
    };
    Ok(HttpFunction(api.router()))
}

/// What operators do with dead letters.
fn workbench(aws: &mut Compose, queues: &Queues, clock: &Arc<dyn Clock>) -> Workbench {
    Workbench {
        letters: aws.letters(),
        replays: aws.replays(queues),
        jobs: aws.letter_jobs(),
        audit: aws.audit(),
        clock: clock.clone(),
    }
}

/// How people get in, and what they find; `files` is where they send lists to.
fn people(clock: &Arc<dyn Clock>, files: Option<String>) -> Result<(Shown, Verifier), Vec<String>> {
    let provider = Provider::read(&Start::var)?
        .ok_or_else(|| vec!["ROLLCALL_OIDC_ISSUER is missing; expected who keeps the accounts".to_owned()])?;
    let softphone = Softphone::read(&Start::var)?;
    let sign_in: SignIn = provider.sign_in();
    let verifier = provider.verifier(clock.clone()).map_err(|problem| vec![problem])?;
    let origins = provider.origins.into_iter().chain(files).collect();
    Ok((Shown { sign_in, softphone, live: Live::Poll, origins }, verifier))
}

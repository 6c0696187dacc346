//! `rollcall doctor --aws`: whether what Amazon runs for us is set up as we
//! need it.

use crate::args::Doctor;
use crate::stop::Stop;

/// Asks and reports.
///
/// # Errors
/// [`Stop::Unusable`] when nothing can be asked, [`Stop::Failed`] when
/// something is wrong.
#[cfg(not(feature = "aws"))]
pub(crate) fn run(_: &Doctor) -> Result<(), Stop> {
    Err(Stop::unusable(
        "doctor --aws is not in this program; build one that has it with `cargo build --release -p rollcall \
         --features aws`",
    ))
}

/// Asks and reports.
///
/// # Errors
/// [`Stop::Unusable`] when nothing can be asked, [`Stop::Failed`] when
/// something is wrong.
#[cfg(feature = "aws")]
pub(crate) fn run(args: &Doctor) -> Result<(), Stop> {
    use crate::output::Output;
    use rollcall_aws::compose::Compose;
    use rollcall_aws::doctor::{State, of_calls};
    use rollcall_connect_sim::flow::{CHECK_CALL, CHECK_CALL_WITHOUT_FUNCTION};
    use std::io::Write;

    if !args.aws {
        return Err(Stop::unusable("say what to look at: doctor --aws"));
    }
    let checks = crate::runtime::runtime()?.block_on(async {
        let mut compose = Compose::new(crate::serve::setting).await;
        let (aws, instance, stream) = (compose.aws(), compose.instance(), compose.records());
        compose.region();
        compose.ready(()).map_err(Stop::Unusable)?;
        Ok::<_, Stop>(
            of_calls(&aws, &instance, &stream.name, &[CHECK_CALL, CHECK_CALL_WITHOUT_FUNCTION]).await,
        )
    })?;
    let mut out = Output::take();
    if args.json {
        let text = serde_json::to_string(&checks).map_err(Stop::failed)?;
        writeln!(out, "{text}")?;
    } else {
        for check in &checks {
            let state = match check.state {
                State::Ok => "ok",
                State::Wrong => "WRONG",
                State::Unknown => "unknown",
            };
            writeln!(out, "{state:<8} {}: {}", check.name, check.found)?;
            if !check.advice.is_empty() {
                writeln!(out, "         {}", check.advice)?;
            }
        }
    }
    out.finish()?;
    let wrong = checks.iter().filter(|check| check.state == State::Wrong).count();
    if wrong == 0 {
        Ok(())
    } else {
        Err(Stop::failed(format_args!("{wrong} of {} checks are WRONG", checks.len())))
    }
}

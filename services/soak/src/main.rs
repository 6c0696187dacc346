//! Rehearsals as a campaign: each seed draws a scenario with its trouble, every
//! core plays one after the other, and whatever fails is made as small as it
//! still fails. It goes on where it was stopped.

mod book;
mod campaign;
mod plan;
mod shrink;

use clap::Parser;
use plan::Plan;
use std::path::PathBuf;
use std::process::ExitCode;

/// Rehearses one scenario after the other, as the seeds draw them
///
/// Exit status: 0 every property held; 1 one failed; 2 it could not be tried.
#[derive(Debug, Parser)]
struct Args {
    /// How many seeds, from 1; or from one to another, such as 500-900
    #[arg(long, default_value = "1-1000")]
    seeds: String,
    /// How many at a time; as many as there are cores where nothing is said
    #[arg(long)]
    jobs: Option<usize>,
    /// Where it is written which seeds are done
    #[arg(long, default_value = "target/soak")]
    dir: PathBuf,
    /// Play one scenario only, as a line of a campaign names it
    #[arg(long, num_args = 1.., allow_hyphen_values = true, value_name = "SCENARIO", conflicts_with = "seeds")]
    play: Option<Vec<String>>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match &args.play {
        Some(scenario) => scenario.join(" ").parse::<Plan>().map(|plan| campaign::play_one(&plan)),
        None => campaign::seeds(&args.seeds).and_then(|seeds| {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            campaign::run(seeds, args.jobs.unwrap_or(cores).max(1), &args.dir)
                .map_err(|error| format!("{}: {error}", args.dir.display()))
        }),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            campaign::say(&format!("rollcall-soak: {problem}"));
            ExitCode::from(2)
        }
    }
}

//! A data directory, the program, and what it said.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// What became of one run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Standard output as one JSON object.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// Standard output as one JSON object a line.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The same run, if it ended with this status.
    #[track_caller]
    pub(crate) fn with(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:?}");
        self
    }

    /// Of a run of any kind.
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A place for one test.
pub(crate) struct Place {
    dir: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A file with this content.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::File::create(&path).unwrap().write_all(content.as_ref()).unwrap();
        path
    }

    /// The program, in this place, with nothing of the environment.
    pub(crate) fn program(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
        command.args(args).current_dir(self.dir.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// The path of the place itself.
    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.program(args).output().unwrap())
    }

    /// As [`Place::run`], with variables of the environment.
    pub(crate) fn run_with(&self, vars: &[(&str, &str)], args: &[&str]) -> Ran {
        Ran::of(self.program(args).envs(vars.iter().copied()).output().unwrap())
    }

    /// Imports a file of this content, reporting as JSON.
    pub(crate) fn import(&self, content: impl AsRef<[u8]>) -> Ran {
        let file = self.file("residents.csv", content);
        self.run(&["import", "--json", file.to_str().unwrap()])
    }

    /// The register, one object for each resident.
    #[track_caller]
    pub(crate) fn residents(&self) -> Vec<Value> {
        self.run(&["residents", "--json"]).with(0).lines()
    }

    /// The register without what follows from the time of asking: whoever may
    /// be called now is due at the moment of the question.
    #[track_caller]
    pub(crate) fn records(&self) -> Vec<Value> {
        let mut residents = self.residents();
        for resident in &mut residents {
            resident.as_object_mut().unwrap().remove("next_due_at").unwrap();
        }
        residents
    }
}

/// A sample upload.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/roster/tests/samples");
    std::fs::read(samples.join(name)).unwrap()
}

/// A program that runs until it is killed, at the latest at the end of the test.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// As `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// As Ctrl-C in a terminal (2) or a service manager's stop (15); returns
    /// the exit status.
    pub(crate) fn stop(&mut self, signal: &str) -> Option<i32> {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.0.kill();
        let _waited = self.0.wait();
    }
}

//! Who may sign in: on the command line, and to the program that serves.

use crate::support::{Place, Running};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

/// A program that serves, and its address.
pub(crate) fn serve(place: &Place, more: &[&str]) -> (Running, String, Vec<String>) {
    let mut command = place.program(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = command.args(more).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let process = Running(child);
    let mut said = Vec::new();
    // The last line of the welcome, or of the demo's.
    let last = if more.is_empty() { "stop with Ctrl-C" } else { "Sign in as operator" };
    while !said.last().is_some_and(|line: &String| line.contains(last)) {
        said.push(lines.next().unwrap().unwrap());
    }
    // What it says later must be read, or it would take us for gone.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    let health = said.iter().find_map(|line| line.split_once("Health: http://")).unwrap().1;
    let address = health.trim_end_matches("/healthz").to_owned();
    (process, address, said)
}

/// The status, and the body as JSON.
pub(crate) fn ask(address: &str, request: &str, token: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let head = format!(
        "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

pub(crate) fn sign_in(address: &str, name: &str, password: &str) -> (u16, Value) {
    ask(address, "POST /api/sign-in", "", &json!({"name": name, "password": password}).to_string())
}

#[test]
fn accounts_are_added_listed_and_removed() {
    let place = Place::new();
    place.file("password", "correct horse\nnot this line\n");
    let add = ["user", "add", "Ada", "--group", "agents,uploaders", "--password-file", "password"];
    assert_eq!(place.run(&add).with(0).out, "ada may sign in.\n");
    assert!(place.run(&add).with(2).err.contains("there is an account ada already"));
    let listed = place.run(&["user", "list", "--json"]).with(0).lines();
    assert_eq!(listed[0]["groups"], json!(["Uploaders", "Agents"]));
    let text = place.run(&["user", "list"]).with(0).out;
    assert!(text.starts_with("ada: Uploaders, Agents, since ") && !text.contains("argon2"), "{text}");
    assert!(place.run(&["user", "remove", "ADA"]).with(0).out.contains("no longer"));
    assert!(place.run(&["user", "remove", "ada"]).with(2).err.contains("there is no account ada"));
    assert!(place.run(&["user", "list"]).with(0).out.contains("Nobody may sign in"));
}

#[test]
fn everything_that_is_wrong_with_an_account_is_told_at_once() {
    let place = Place::new();
    place.file("password", "short\n");
    let add = ["user", "add", "a b", "--group", "agents,kings", "--password-file", "password"];
    let told = place.run(&add).with(2).err;
    for part in ["--group is agents,kings", "name:", "password: is 5 characters"] {
        assert!(told.contains(part), "{told}");
    }
    assert!(place.run(&["user", "add", "ada", "--group", "agents"]).with(2).err.contains("0 characters"));
}

#[test]
fn who_was_added_signs_in_and_who_was_removed_is_out_at_once() {
    let place = Place::new();
    place.file("password", "correct horse");
    let (mut process, address, _) = serve(&place, &[]);
    let add = ["user", "add", "ada", "--group", "operators", "--password-file", "password"];
    place.run(&add).with(0);
    assert_eq!(sign_in(&address, "ada", "wrong horse").0, 401);
    let (status, session) = sign_in(&address, "ada", "correct horse");
    assert_eq!((status, &session["groups"]), (200, &json!(["Operators"])));
    let token = session["token"].as_str().unwrap();
    for path in ["/api/me", "/api/overview", "/api/audit", "/api/queues", "/api/dead-letters", "/api/users"] {
        let (status, answer) = ask(&address, &format!("GET {path}"), token, "");
        assert_eq!(status, 200, "{path}: {answer}");
    }
    assert_eq!(ask(&address, "GET /api/config", "", "").1["softphone"]["kind"], "simulated");
    // Tokens outlive the program that issued them.
    process.kill();
    let (_process, address, _) = serve(&place, &[]);
    assert_eq!(ask(&address, "GET /api/me", token, "").0, 200);
    place.run(&["user", "remove", "ada"]).with(0);
    assert_eq!(ask(&address, "GET /api/me", token, "").0, 401);
    let keys = std::fs::metadata(place.path("data/signing-keys")).unwrap();
    assert_eq!(keys.permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_demo_tells_three_people_how_to_sign_in_each_time() {
    let place = Place::new();
    let told = |said: &[String]| -> Vec<(String, String)> {
        let lines = said.iter().filter_map(|line| line.split_once("Sign in as "));
        let people = lines.filter_map(|(_, told)| told.split_once(" with the password "));
        people.map(|(name, password)| (name.to_owned(), password.to_owned())).collect()
    };
    let (mut process, address, said) = serve(&place, &["--demo"]);
    let people = told(&said);
    assert_eq!(
        people.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["uploader", "agent", "operator"]
    );
    for ((name, password), group) in people.iter().zip(["Uploaders", "Agents", "Operators"]) {
        let (status, session) = sign_in(&address, name, password);
        assert_eq!((status, &session["groups"]), (200, &json!([group])), "{name}");
    }
    process.kill();
    assert_eq!(told(&serve(&place, &["--demo"]).2), people);
}

use rollcall_host::clock::SystemClock;
use rollcall_ports::Clock;
use serde_json::{Value, json};

/// When and on what machine the figures were taken.
pub(crate) fn gather() -> Value {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    json!({
        "date": SystemClock.now().to_string(),
        "cores": cores,
        "cpu": field(&read("/proc/cpuinfo"), "model name"),
        "memory": field(&read("/proc/meminfo"), "MemTotal"),
        "load": read("/proc/loadavg").split_whitespace().take(3).collect::<Vec<_>>().join(" "),
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "version": env!("CARGO_PKG_VERSION"),
    })
}

/// The first value under a name, in the `name : value` lines of /proc; empty
/// where there is none, such as on other systems.
pub(crate) fn field(text: &str, name: &str) -> String {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines
        .into_iter()
        .find(|(key, _)| key.trim() == name)
        .map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_value_is_found_under_its_name() {
        let text =
            "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: Other\nVmHWM:\t   6196 kB\n";
        assert_eq!(field(text, "model name"), "Some CPU @ 2 GHz");
        assert_eq!(field(text, "VmHWM"), "6196 kB");
        assert_eq!(field(text, "absent"), "");
    }
}

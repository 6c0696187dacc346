use serde_json::{Map, Value, json};
use std::error::Error;
use std::fmt::Write as _;

/// Why a figure could not be measured.
pub(crate) type Failed = Box<dyn Error + Send + Sync>;

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Aim {
    /// This or less.
    AtMost(f64),
    /// This or more.
    AtLeast(f64),
}

/// One figure.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// Its name in the summary; stable.
    pub(crate) key: &'static str,
    /// The figure.
    pub(crate) value: f64,
    /// What it should be.
    pub(crate) aim: Aim,
    /// What was measured, for people.
    pub(crate) what: String,
}

/// All that was measured.
#[derive(Default)]
pub(crate) struct Figures(Vec<Figure>);

impl Figures {
    /// Adds a figure.
    pub(crate) fn add(&mut self, key: &'static str, value: f64, aim: Aim, what: String) {
        self.0.push(Figure { key, value, aim, what });
    }

    /// A figure that was measured.
    #[cfg(test)]
    pub(crate) fn value(&self, key: &str) -> Option<f64> {
        self.0.iter().find(|figure| figure.key == key).map(|figure| figure.value)
    }

    /// The figures for people.
    pub(crate) fn table(&self) -> String {
        let mut table = String::new();
        let mut line = |cells: [&str; 5]| {
            let [key, value, aim, met, what] = cells;
            // Writing into a string cannot fail.
            let _written = writeln!(table, "{key:<30} {value:>12} {aim:>10}  {met:<7} {what}");
        };
        line(["key", "value", "aim", "", "measured"]);
        for figure in &self.0 {
            let (sign, aim) = match figure.aim {
                Aim::AtMost(aim) => ("≤", aim),
                Aim::AtLeast(aim) => ("≥", aim),
            };
            let met = if figure.is_met() { "met" } else { "missed" };
            let aim = format!("{sign} {}", number(aim));
            line([figure.key, &number(figure.value), &aim, met, &figure.what]);
        }
        table
    }

    /// The figures for programs: each key with its number, and `_meta`.
    pub(crate) fn summary(&self, meta: &Value) -> String {
        let mut summary: Map<String, Value> =
            self.0.iter().map(|figure| (figure.key.to_owned(), json!(rounded(figure.value)))).collect();
        summary.insert("_meta".to_owned(), meta.clone());
        format!("{:#}\n", Value::Object(summary))
    }
}

impl Figure {
    fn is_met(&self) -> bool {
        // What the table shows is what is judged.
        let value = rounded(self.value);
        match self.aim {
            Aim::AtMost(aim) => value <= aim,
            Aim::AtLeast(aim) => value >= aim,
        }
    }
}

fn number(value: f64) -> String {
    let value = rounded(value);
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value}") }
}

/// More digits than this are noise.
fn rounded(value: f64) -> f64 {
    let places = if value.abs() >= 100.0 { 1.0 } else { 1000.0 };
    (value * places).round() / places
}

#[cfg(test)]
mod tests {
    use super::{Aim, Figures};
    use serde_json::{Value, json};

    #[test]
    fn a_figure_is_told_with_its_aim_and_whether_it_is_met() {
        let mut figures = Figures::default();
        figures.add("growth", 1.2999, Aim::AtMost(1.3), "a ratio".to_owned());
        figures.add("rate", 9999.4, Aim::AtLeast(10_000.0), "a rate".to_owned());
        let table = figures.table();
        let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["growth", "1.3", "≤", "1.3", "met", "a", "ratio"]);
        assert_eq!(lines[2], ["rate", "9999", "≥", "10000", "missed", "a", "rate"]);
        let summary: Value = serde_json::from_str(&figures.summary(&json!({"cores": 2}))).unwrap();
        assert_eq!(summary, json!({"growth": 1.3, "rate": 9999.0, "_meta": {"cores": 2}}));
    }
}

//! String maps whose `Debug` keeps quiet about what is in them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A flat map of strings: contact attributes, tags, function parameters.
///
/// `Debug` shows the number of entries only, because tags hold a phone number and attributes may hold anything.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct StringMap(pub BTreeMap<String, String>);

impl StringMap {
    /// The value under `key`, if there is one that is not empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Adds or replaces one entry.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// Whether there is no entry at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of all keys and values as UTF-8; Connect allows 32 768 per contact.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|(key, value)| key.len() + value.len()).sum()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for StringMap {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl fmt::Debug for StringMap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{{{} entries}}", self.0.len())
    }
}

impl<'de> Deserialize<'de> for StringMap {
    /// `null` for the map is an empty map; a `null` value is an absent entry.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Option::<BTreeMap<String, Option<String>>>::deserialize(deserializer)?;
        let present = entries.unwrap_or_default().into_iter();
        Ok(Self(present.filter_map(|(key, value)| value.map(|value| (key, value))).collect()))
    }
}

/// Attributes that Connect itself keeps about one leg, such as `connect:Subtype`.
pub type SegmentAttributes = BTreeMap<String, SegmentValue>;

/// One segment attribute; only the text form is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct SegmentValue {
    /// The value, when it is a text.
    pub value_string: Option<String>,
}

/// Reads `null` as the default value.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::StringMap;

    #[test]
    fn null_is_empty_and_a_null_value_is_absent() {
        assert_eq!(serde_json::from_str::<StringMap>("null").unwrap(), StringMap::default());
        let map: StringMap = serde_json::from_str(r#"{"a":null,"b":"x","c":""}"#).unwrap();
        assert_eq!((map.get("a"), map.get("b"), map.get("c")), (None, Some("x"), None));
    }

    #[test]
    fn debug_shows_neither_keys_nor_values() {
        let map: StringMap = [("phone", "+447700900101")].into_iter().collect();
        assert_eq!(format!("{map:?}"), "{1 entries}");
    }
}

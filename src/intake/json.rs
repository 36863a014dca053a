//! JSON read strictly: a key given twice and nesting past the limit are faults, not guesses.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

/// Why a text is no record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not JSON; the place, never the text that stands there.
    Syntax { line: usize, column: usize },
    /// JSON, but no object.
    NotAnObject,
    /// A key of an object occurs twice: which of the values is meant cannot be known.
    Twice(String),
    /// Nested deeper than the limit.
    TooDeep,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { line, column } => write!(f, "JSON {line}:{column}"),
            Self::NotAnObject => f.write_str("{…}"),
            Self::Twice(key) => write!(f, "`{key}` × 2"),
            Self::TooDeep => f.write_str("{…{…{…"),
        }
    }
}

/// Reads one object, nested at most `depth` levels.
pub(super) fn object(text: &str, depth: usize) -> Result<Map<String, Value>, Fault> {
    let fault = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let strict = Strict {
        left: depth,
        fault: &fault,
    };
    let value = strict
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    match (value, fault.take()) {
        (_, Some(fault)) => Err(fault),
        (Ok(Value::Object(map)), None) => Ok(map),
        (Ok(_), None) => Err(Fault::NotAnObject),
        (Err(error), None) => Err(syntax(&error)),
    }
}

/// The elements of an array, each as it was written. A fault inside one element is its own, as
/// long as the brackets and quotes of the whole are in order.
pub(super) fn elements(text: &str) -> Result<Vec<&RawValue>, Fault> {
    serde_json::from_str(text).map_err(|error| syntax(&error))
}

fn syntax(error: &serde_json::Error) -> Fault {
    Fault::Syntax {
        line: error.line(),
        column: error.column(),
    }
}

/// Reads any value, keeping an eye on keys and depth. The fault travels beside serde's error,
/// whose text could quote the sender's data.
#[derive(Clone, Copy)]
struct Strict<'a> {
    left: usize,
    fault: &'a Cell<Option<Fault>>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Self { left, ..self }),
            None => Err(self.stop(Fault::TooDeep)),
        }
    }

    fn stop<E: serde::de::Error>(self, fault: Fault) -> E {
        self.fault.set(Some(fault));
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not a number"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(self.stop(Fault::Twice(key.chars().take(40).collect())));
            }
            map.insert(key, entries.next_value_seed(inner)?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_given_twice_is_refused_at_any_depth() {
        let twice = |key: &str| Err(Fault::Twice(key.to_owned()));
        assert_eq!(object(r#"{"nik":"1","nik":"2"}"#, 4), twice("nik"));
        assert_eq!(object(r#"{"a":[{"b":1,"b":1}]}"#, 4), twice("b"));
        assert!(object(r#"{"a":{"b":1},"b":1}"#, 4).is_ok());
    }

    #[test]
    fn nesting_past_the_limit_is_refused_before_it_costs_anything() {
        assert!(object(r#"{"a":{"b":[]}}"#, 3).is_ok());
        assert_eq!(object(r#"{"a":{"b":[]}}"#, 2), Err(Fault::TooDeep));
        assert_eq!(
            object(&format!("{{\"a\":{}", "[".repeat(100_000)), 16),
            Err(Fault::TooDeep)
        );
    }

    #[test]
    fn only_a_whole_object_is_taken() {
        assert_eq!(object("[]", 4), Err(Fault::NotAnObject));
        assert_eq!(
            object("{\"a\":\"SITI", 4),
            Err(Fault::Syntax {
                line: 1,
                column: 10
            })
        );
        assert!(matches!(object("{} {}", 4), Err(Fault::Syntax { .. })));
    }

    #[test]
    fn an_element_with_a_fault_of_its_own_does_not_spoil_the_array() {
        let list = elements(r#"[{"a":1,"a":2}, 7, {"b": 1}]"#).unwrap();
        let texts: Vec<_> = list.iter().map(|element| element.get()).collect();
        assert_eq!(texts, [r#"{"a":1,"a":2}"#, "7", r#"{"b": 1}"#]);
        assert!(elements("[{}, {]").is_err());
    }
}

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
    /// More values than the limit.
    TooMany(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { line, column } => write!(f, "JSON {line}:{column}"),
            Self::NotAnObject => f.write_str("{…}"),
            Self::Twice(key) => write!(f, "`{key}` × 2"),
            Self::TooDeep => f.write_str("{…{…{…"),
            Self::TooMany(most) => write!(f, "> {most}"),
        }
    }
}

/// The most values in a record, those in its objects and lists counted too.
pub(super) const VALUES: usize = 1_000;

/// Reads one object of at most `most` values, nested at most `depth` levels.
pub(super) fn object(text: &str, depth: usize, most: usize) -> Result<Map<String, Value>, Fault> {
    let (fault, count) = (Cell::new(None), Cell::new(0));
    let mut reader = serde_json::Deserializer::from_str(text);
    let strict = Strict {
        left: depth,
        most,
        count: &count,
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

/// The elements of an array of at most `most`, each as it was written. A fault inside one element
/// is its own, as long as the brackets and quotes of the whole are in order.
pub(super) fn elements(text: &str, most: usize) -> Result<Vec<&RawValue>, Fault> {
    let is_full = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_str(text);
    let elements = Elements {
        most,
        is_full: &is_full,
    };
    let read = reader
        .deserialize_seq(elements)
        .and_then(|list| reader.end().map(|()| list));
    match is_full.get() {
        true => Err(Fault::TooMany(most)),
        false => read.map_err(|error| syntax(&error)),
    }
}

struct Elements<'a> {
    most: usize,
    is_full: &'a Cell<bool>,
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = items.next_element()? {
            if list.len() == self.most {
                self.is_full.set(true);
                return Err(serde::de::Error::custom("refused"));
            }
            list.push(element);
        }
        Ok(list)
    }
}

fn syntax(error: &serde_json::Error) -> Fault {
    Fault::Syntax {
        line: error.line(),
        column: error.column(),
    }
}

/// Reads any value, keeping an eye on keys, depth and number. The fault travels beside serde's error,
/// whose text could quote the sender's data.
#[derive(Clone, Copy)]
struct Strict<'a> {
    left: usize,
    most: usize,
    /// Values read so far.
    count: &'a Cell<usize>,
    fault: &'a Cell<Option<Fault>>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Self { left, ..self }),
            None => Err(self.stop(Fault::TooDeep)),
        }
    }

    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        self.count.set(self.count.get() + 1);
        match self.count.get() > self.most {
            true => Err(self.stop(Fault::TooMany(self.most))),
            false => Ok(()),
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
            self.count()?;
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.count()?;
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
        assert_eq!(object(r#"{"nik":"1","nik":"2"}"#, 4, VALUES), twice("nik"));
        assert_eq!(object(r#"{"a":[{"b":1,"b":1}]}"#, 4, VALUES), twice("b"));
        assert!(object(r#"{"a":{"b":1},"b":1}"#, 4, VALUES).is_ok());
    }

    #[test]
    fn nesting_past_the_limit_is_refused_before_it_costs_anything() {
        assert!(object(r#"{"a":{"b":[]}}"#, 3, VALUES).is_ok());
        assert_eq!(object(r#"{"a":{"b":[]}}"#, 2, VALUES), Err(Fault::TooDeep));
        assert_eq!(
            object(&format!("{{\"a\":{}", "[".repeat(100_000)), 16, VALUES),
            Err(Fault::TooDeep)
        );
    }

    #[test]
    fn a_value_past_the_most_is_refused_before_those_after_it_are_read() {
        let many = |count: usize| "1,".repeat(count - 1) + "1";
        assert!(object(&format!("{{\"a\":[{}]}}", many(8)), 4, 9).is_ok());
        let rest = "], no JSON at all";
        let list = format!("{{\"a\":[{}{rest}", many(9));
        assert_eq!(object(&list, 4, 9), Err(Fault::TooMany(9)));
        assert_eq!(
            object(r#"{"a":1,"b":2,"c":3"#, 4, 2),
            Err(Fault::TooMany(2))
        );
        assert_eq!(elements(&format!("[{}]", many(3)), 3).unwrap().len(), 3);
        let past = format!("[{}{rest}", many(4));
        assert_eq!(elements(&past, 3).unwrap_err(), Fault::TooMany(3));
    }

    #[test]
    fn only_a_whole_object_is_taken() {
        assert_eq!(object("[]", 4, VALUES), Err(Fault::NotAnObject));
        assert_eq!(
            object("{\"a\":\"SITI", 4, VALUES),
            Err(Fault::Syntax {
                line: 1,
                column: 10
            })
        );
        assert!(matches!(
            object("{} {}", 4, VALUES),
            Err(Fault::Syntax { .. })
        ));
    }

    #[test]
    fn an_element_with_a_fault_of_its_own_does_not_spoil_the_array() {
        let list = elements(r#"[{"a":1,"a":2}, 7, {"b": 1}]"#, 3).unwrap();
        let texts: Vec<_> = list.iter().map(|element| element.get()).collect();
        assert_eq!(texts, [r#"{"a":1,"a":2}"#, "7", r#"{"b": 1}"#]);
        assert!(elements("[{}, {]", 9).is_err());
    }
}

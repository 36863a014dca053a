//! Texts with fields in them: `{nama}`, `{tanggal_lahir:%d-%m-%Y}`.

use jiff::civil::Date;

use crate::render::content::{FIELDS, Value, Values};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Field {
        name: &'static str,
        format: Option<String>,
    },
}

/// A text that cannot be read, and the byte at which it goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Byte offset in the text.
    pub at: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// How a date prints when the template does not say.
const DATE_FORMAT: &str = "%d-%m-%Y";

impl Template {
    /// Parses a text. `{{` and `}}` stand for the braces themselves.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let error = |at, message: String| TemplateError { at, message };
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(brace) = rest.find(['{', '}']) {
            let at = text.len() - rest.len() + brace;
            literal.push_str(&rest[..brace]);
            let (this, after) = rest[brace..].split_at(1);
            if after.starts_with(this) {
                literal.push_str(this);
                rest = &after[1..];
                continue;
            }
            if this == "}" {
                return Err(error(
                    at,
                    "`}` without `{`; write `}}` for the character".into(),
                ));
            }
            let end = after.find('}').ok_or_else(|| {
                error(
                    at,
                    "`{` is never closed; write `{{` for the character".into(),
                )
            })?;
            let (name, format) = match after[..end].split_once(':') {
                Some((name, format)) => (name, Some(format.to_owned())),
                None => (&after[..end], None),
            };
            let Some((known, _)) = FIELDS.iter().find(|(known, _)| *known == name) else {
                let hint = nearest(name, FIELDS.iter().map(|(known, _)| *known))
                    .map(|near| format!("; did you mean `{{{near}}}`?"))
                    .unwrap_or_default();
                return Err(error(at, format!("no field is called `{name}`{hint}")));
            };
            if let Some(format) = &format {
                let sample = Date::constant(2020, 1, 31);
                jiff::fmt::strtime::format(format, sample).map_err(|_| {
                    error(
                        at,
                        format!("`{format}` is no date format; try `{DATE_FORMAT}`"),
                    )
                })?;
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Field {
                name: known,
                format,
            });
            rest = &after[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self(parts))
    }

    /// Whether the text is the same on every card of every office.
    pub fn is_fixed(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Literal(_)))
    }

    /// The first field named, to say which one does not fit.
    pub fn first_field(&self) -> Option<&'static str> {
        self.0.iter().find_map(|part| match part {
            Part::Field { name, .. } => Some(*name),
            Part::Literal(_) => None,
        })
    }

    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter_map(|part| match part {
            Part::Field { name, .. } => Some(*name),
            Part::Literal(_) => None,
        })
    }

    /// Fills in the values. Where every field it has is empty it says nothing at all, so that a
    /// word such as `NIP` does not stand alone.
    pub fn fill(&self, values: &Values) -> String {
        let is_empty = |field: &str| match values.get(field) {
            Some(Value::Text(text)) => text.is_empty(),
            Some(Value::Date(_)) => false,
            None => true,
        };
        if !self.is_fixed() && self.fields().all(is_empty) {
            return String::new();
        }
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Field { name, format } => match values.get(name) {
                    Some(Value::Text(value)) => text.push_str(value),
                    Some(Value::Date(date)) => {
                        let format = format.as_deref().unwrap_or(DATE_FORMAT);
                        let date = jiff::fmt::strtime::format(format, *date);
                        text.push_str(&date.expect("parse() tried the format on a date"));
                    }
                    None => {}
                },
            }
        }
        text
    }
}

/// The known name that a mistyped one most likely means.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 2)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_fills_texts_and_dates() {
        let template = Template::parse("{tempat_lahir}, {tanggal_lahir:%d/%m/%y} {{x}}").unwrap();
        let values = Values::from([
            ("tempat_lahir", Value::Text("CURUP".into())),
            ("tanggal_lahir", Value::Date(Date::constant(2018, 3, 5))),
        ]);
        assert_eq!(template.fill(&values), "CURUP, 05/03/18 {x}");
        let nip = Template::parse("NIP {pejabat_nip}").unwrap();
        let none = Values::from([("pejabat_nip", Value::Text(String::new()))]);
        assert_eq!(nip.fill(&none), "");
        assert!(!template.is_fixed());
    }

    #[test]
    fn a_mistyped_field_is_named_with_its_place_and_the_nearest_one() {
        let error = Template::parse("NIK {nyk}").unwrap_err();
        assert_eq!(error.at, 4);
        assert!(error.message.contains("`{nik}`"), "{}", error.message);
        for bad in ["{nik", "nik}", "{tanggal_lahir:%Q}"] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
    }
}

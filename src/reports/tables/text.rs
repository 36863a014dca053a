//! Tables as the terminal shows them.

use std::fmt;

use super::{Cell, Table};

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        let shown: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(Cell::shown).collect())
            .collect();
        let width = |column: usize| {
            let cells = shown.iter().map(|row| row[column].chars().count());
            cells.fold(self.heads[column].chars().count(), usize::max)
        };
        let widths: Vec<usize> = (0..self.heads.len()).map(width).collect();
        // A column of numbers has its head at the right as well.
        let right: Vec<bool> = (0..self.heads.len())
            .map(|column| self.rows.iter().any(|row| row[column].is_number()))
            .collect();
        let line = |f: &mut fmt::Formatter<'_>, cells: &mut dyn Iterator<Item = &str>| {
            let mut text = String::new();
            for (column, cell) in cells.enumerate() {
                let width = widths[column];
                text += "  ";
                text += &match right[column] {
                    true => format!("{cell:>width$}"),
                    false => format!("{cell:<width$}"),
                };
            }
            writeln!(f, "{}", text.trim_end())
        };
        line(f, &mut self.heads.iter().copied())?;
        for row in &shown {
            line(f, &mut row.iter().map(String::as_str))?;
        }
        let [indonesian, english] = &self.note;
        writeln!(f, "  {indonesian} ({english})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_at_the_right_and_texts_at_the_left() {
        let table = Table {
            name: "cakupan",
            title: "Cakupan".into(),
            heads: vec!["Kecamatan", "Anak"],
            rows: vec![
                vec!["CURUP".into(), Cell::Count(1_234)],
                vec!["CURUP TENGAH".into(), Cell::Count(5)],
            ],
            note: ["Anak dihitung.".into(), "Children.".into()],
        };
        let said = "Cakupan\n  Kecamatan      Anak\n  CURUP         1.234\n  CURUP TENGAH      5\n  Anak dihitung. (Children.)\n";
        assert_eq!(table.to_string(), said);
    }
}

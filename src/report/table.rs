//! Tables, drawn by comfy-table: one look for all of them.

use comfy_table::presets::{ASCII_FULL_CONDENSED, UTF8_FULL_CONDENSED};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement};

use super::style::{Style, printable};

/// Below this width, in columns, cells have no padding.
const NARROW: usize = 72;

/// With more columns than these, and less width than that, neither.
const MANY_COLUMNS: usize = 8;
const WIDE: usize = 100;

/// A table under construction.
pub struct Table(comfy_table::Table);

impl Table {
    /// An empty table; a header that begins with `>` heads a column of numbers, which stand to the right; one that begins
    /// with `=` heads short words, which are not broken.
    pub fn new(headers: &[&str], style: &Style) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(if style.unicode { UTF8_FULL_CONDENSED } else { ASCII_FULL_CONDENSED });
        table.set_truncation_indicator(style.more());
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(style.width).unwrap_or(u16::MAX));
        table.set_header(headers.iter().map(|header| printable(header.trim_start_matches(['>', '=']))));
        for (index, header) in headers.iter().enumerate() {
            let Some(column) = table.column_mut(index) else { continue };
            if header.starts_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
            // On a narrow terminal words matter more than room around them, and so they do in a table of many columns.
            if style.width < NARROW || (headers.len() > MANY_COLUMNS && style.width < WIDE) {
                column.set_padding((0, 0));
            }
            if style.width >= NARROW && header.starts_with(['>', '=']) {
                // A number that is broken is none, and a word is hard to read.
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        Self(table)
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.0.add_row(cells.into_iter().map(|cell| printable(&cell)));
    }

    /// The table's lines.
    pub fn lines(&self) -> Vec<String> {
        self.0.lines().map(|line| line.trim_end().to_owned()).collect()
    }
}

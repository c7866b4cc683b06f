//! An error, or an expectation that does not hold, drawn at its place in the file: both in the same way.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::style::{Style, printable};
use crate::scenario::{Diagnostic, PartView, Source, Span, visible};
use crate::verdict::Mismatch;

/// The widest stretch of one source line that is shown: a whole file may stand on a single line.
const MAX_LINE: usize = 400;

fn renderer(style: &Style) -> Renderer {
    // ASCII as rustc draws it: it is read in logs and diffs as often as on a terminal.
    Renderer::styled().term_width(style.width.max(40)).decor_style(DecorStyle::Ascii)
}

/// Draws an error of a scenario file.
pub fn draw_diagnostic(diagnostic: &Diagnostic, style: &Style) -> String {
    let mut group = Group::with_title(Level::ERROR.primary_title(printable(&diagnostic.title)));
    match &diagnostic.place {
        Some(place) => group = with_snippet(group, &place.source, place.span, &place.label, place.related.as_ref()),
        None => group = group.element(Origin::path(printable(&diagnostic.file))),
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    renderer(style).render(&[group])
}

/// Draws an expectation that does not hold.
pub fn draw_mismatch(mismatch: &Mismatch, source: &Source, style: &Style) -> String {
    let level = Level::ERROR.with_name("fail");
    let group = Group::with_title(level.primary_title(printable(&mismatch.title)));
    let mut group = with_snippet(group, source, mismatch.place.into(), &mismatch.observed, None);
    if let Some(difference) = &mismatch.difference {
        let side = |what: &str, text: &str, hex: &str| match hex {
            "" => format!("{what}  (the end)"),
            _ => format!("{what}  \"{text}\"  ({hex})"),
        };
        let text = format!(
            "the bytes first differ at offset {}:\n{}\n{}",
            difference.offset,
            side("expected", &difference.expected_text, &difference.expected_hex),
            side("observed", &difference.observed_text, &difference.observed_hex),
        );
        group = group.element(Level::NOTE.with_name("difference").message(text));
    }
    for line in &mismatch.evidence {
        let (name, text) = match line.split_once(": ") {
            Some(("cause", text)) => ("cause", text),
            _ => ("evidence", line.as_str()),
        };
        group = group.element(Level::NOTE.with_name(name).message(printable(text)));
    }
    renderer(style).render(&[group])
}

/// Text of the file, with every character in its place: what must not reach a terminal, and what the renderer does not
/// replace by itself, gives way to another of the same length in bytes.
fn replaced(text: &str) -> String {
    let replace = |c: char| match c.len_utf8() {
        _ if c == '\u{200d}' || visible(c.encode_utf8(&mut [0; 4])).starts_with(c) => c,
        1 if c == '\r' => ' ',
        1 => c,
        2 => '\u{b7}',
        _ => '\u{fffd}',
    };
    text.chars().map(replace).collect()
}

fn with_snippet<'s>(group: Group<'s>, source: &'s Source, span: Span, label: &str, related: Option<&(Span, String)>) -> Group<'s> {
    let part = source.part_at(span.start);
    let is_here = |related: &&(Span, String)| source.part_at(related.0.start).index == part.index;
    let mut group = with_place(group, source, part, span, label, related.filter(is_here), AnnotationKind::Primary);
    // What stands in another file is drawn in that one.
    if let Some((span, label)) = related.filter(|related| !is_here(related)) {
        group = with_place(group, source, source.part_at(span.start), *span, label, None, AnnotationKind::Context);
    }
    group
}

/// Draws a place in the part that it is in. Offsets here count within the part.
fn with_place<'s>(
    group: Group<'s>,
    source: &'s Source,
    part: PartView<'s>,
    span: Span,
    label: &str,
    related: Option<&(Span, String)>,
    kind: AnnotationKind,
) -> Group<'s> {
    let within = |span: Span| Span { start: span.start.saturating_sub(part.start), end: span.end.saturating_sub(part.start) };
    let position = source.position(span.start);
    let (span, related) = (within(span), related.map(|(span, label)| (within(*span), label)));
    let (text, offset) = window(part.text, span, related.map(|(span, _)| span));
    let first_line = source.position(part.start + offset).line;
    let local = |span: Span| {
        let clamp = |at: usize| at.saturating_sub(offset).min(text.len());
        clamp(span.start)..clamp(span.end.min(line_end(part.text, span.start)))
    };
    let mut group = group;
    let mut snippet: Snippet<'s, Annotation<'s>> = Snippet::source(replaced(text));
    if part.text[..offset].ends_with('\n') || offset == 0 {
        snippet = snippet.path(printable(part.name));
    } else {
        // The renderer would count the columns of a long line from the part that is shown.
        group = group.element(Origin::path(printable(part.name)).line(position.line).char_column(position.column));
    }
    snippet = snippet.line_start(first_line).fold(true).annotation(kind.span(local(span)).label(printable(label)));
    if let Some((span, label)) = related.filter(|(span, _)| span.start >= offset && span.end <= offset + text.len()) {
        snippet = snippet.annotation(AnnotationKind::Context.span(local(span)).label(printable(label)));
    }
    group.element(snippet)
}

/// The end of the line in which an offset is: a caret marks one line, however long the value is.
fn line_end(text: &str, offset: usize) -> usize {
    text[offset.min(text.len())..].find('\n').map_or(text.len(), |at| offset + at)
}

/// What is handed to the renderer, and where it begins: the lines of both places, or a stretch of one that is very long.
fn window(text: &str, span: Span, related: Option<Span>) -> (&str, usize) {
    let start = text[..span.start.min(text.len())].rfind('\n').map_or(0, |at| at + 1);
    let end = line_end(text, span.start);
    if end - start <= MAX_LINE {
        let start = related.map_or(start, |related| text[..related.start.min(start)].rfind('\n').map_or(0, |at| at + 1).min(start));
        let end = related.map_or(end, |related| line_end(text, related.start).max(end));
        return (&text[start..end], start);
    }
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let from = boundary(span.start.saturating_sub(MAX_LINE / 2).max(start));
    let to = boundary((span.start + MAX_LINE / 2).min(end));
    (&text[from..to], from)
}

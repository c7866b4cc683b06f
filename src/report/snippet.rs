//! An error, or an expectation that does not hold, drawn at its place in the file: both in the same way.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::style::Style;
use crate::scenario::{Diagnostic, Source, Span};
use crate::verdict::Mismatch;

/// The widest stretch of one source line that is shown: a whole file may stand on a single line.
const MAX_LINE: usize = 400;

fn renderer(style: &Style) -> Renderer {
    // ASCII as rustc draws it: it is read in logs and diffs as often as on a terminal.
    Renderer::styled().term_width(style.width.max(40)).decor_style(DecorStyle::Ascii)
}

/// Draws an error of a scenario file.
pub fn draw_diagnostic(diagnostic: &Diagnostic, style: &Style) -> String {
    let mut group =
        Level::ERROR.primary_title(printable(&diagnostic.title)).elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
    match &diagnostic.place {
        Some(place) => group = group.element(snippet(&place.source, place.span, &place.label, place.related.as_ref())),
        None => group = group.element(annotate_snippets::Origin::path(printable(&diagnostic.file))),
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    renderer(style).render(&[group])
}

/// Draws an expectation that does not hold.
pub fn draw_mismatch(mismatch: &Mismatch, source: &Source, style: &Style) -> String {
    let level = Level::ERROR.with_name("fail");
    let mut group =
        level.primary_title(printable(&mismatch.title)).element(snippet(source, mismatch.place.into(), &mismatch.observed, None));
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

/// Titles and labels may quote the file, which may hold anything.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

fn snippet<'s>(
    source: &'s Source,
    span: Span,
    label: &str,
    related: Option<&(Span, String)>,
) -> Snippet<'s, annotate_snippets::Annotation<'s>> {
    let (text, first_line, offset) = window(source, span, related.map(|(span, _)| *span));
    let local = |span: Span| {
        let clamp = |at: usize| at.saturating_sub(offset).min(text.len());
        clamp(span.start)..clamp(span.end.min(line_end(source, span.start)))
    };
    let mut snippet = Snippet::source(text)
        .path(source.name().to_owned())
        .line_start(first_line)
        .fold(true)
        .annotation(AnnotationKind::Primary.span(local(span)).label(printable(label)));
    if let Some((span, label)) = related.filter(|(span, _)| span.start >= offset && span.end <= offset + text.len()) {
        snippet = snippet.annotation(AnnotationKind::Context.span(local(*span)).label(printable(label)));
    }
    snippet
}

/// The end of the line in which an offset is: a caret marks one line, however long the value is.
fn line_end(source: &Source, offset: usize) -> usize {
    source.text()[offset.min(source.text().len())..].find('\n').map_or(source.text().len(), |at| offset + at)
}

/// The part of the text that is handed to the renderer: the whole, unless its lines are very long.
fn window(source: &Source, span: Span, related: Option<Span>) -> (&str, usize, usize) {
    let text = source.text();
    let start = text[..span.start.min(text.len())].rfind('\n').map_or(0, |at| at + 1);
    let end = line_end(source, span.start);
    if end - start <= MAX_LINE {
        let start = related.map_or(start, |related| text[..related.start.min(start)].rfind('\n').map_or(0, |at| at + 1).min(start));
        let end = related.map_or(end, |related| line_end(source, related.start).max(end));
        return (&text[start..end], source.position(start).line, start);
    }
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let from = boundary(span.start.saturating_sub(MAX_LINE / 2).max(start));
    let to = boundary((span.start + MAX_LINE / 2).min(end));
    (&text[from..to], source.position(span.start).line, from)
}

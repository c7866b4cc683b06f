//! `netlab explain`: errors, terms, options, causes and codecs.

use std::io::Write;

use clap::Args;

use super::args::Format;
use super::exit::Exit;
use super::output::{Output, note};
use crate::builtin::Index;
use crate::catalogue::{self, Found, Giver, Lang, System, Topic, nearest_name, search};
use crate::framing::CODECS;
use crate::options::ask;
use crate::report::{
    CallReport, CauseReport, CodecReport, ErrorReport, Explained, ListReport, OptionReport, TermReport, UnrelatedReport, VERSION, wrap,
};
use crate::scenario::{CauseName, visible};

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// An error by name or number of any system, or a line of a log with one; a term; a socket option; a call; a cause; a codec;
    /// or one of the lists `errors`, `options`, `terms`, `causes`, `codecs`
    #[arg(value_name = "WHAT", required = true, num_args = 1.., allow_negative_numbers = true)]
    what: Vec<String>,

    /// How to report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

/// The longest text that is searched: a line of a log, not the log.
const MAX_TEXT: usize = 10_000;

pub(super) fn explain(args: &ExplainArgs, output: &mut Output) -> Exit {
    let lang = Lang::of(&output.language);
    let what = args.what.join(" ");
    if let Some(list) = ListReport::new(what.trim(), lang) {
        match args.format {
            Format::Json => write_json(&what, &everything(what.trim()), lang, output),
            Format::Table => output.write(|style, out| list.write(style, out)),
        }
        return Exit::Success;
    }
    if what.len() > MAX_TEXT {
        note(&format!("error: {} bytes are too many to look for an error in: give the line that has it", what.len()));
        return Exit::Usage;
    }
    let found = search(&what);
    if found.is_empty() {
        return unknown(&what);
    }
    match args.format {
        Format::Json => write_json(&what, &found, lang, output),
        Format::Table => output.write(|style, out| {
            let index = Index::new();
            if let Some(line) = several(&found, lang) {
                wrap(&line, style.width).iter().try_for_each(|line| writeln!(out, "{line}"))?;
                writeln!(out)?;
            }
            for (place, found) in found.iter().enumerate() {
                if place > 0 {
                    writeln!(out)?;
                }
                explained(found, &index, lang).write(lang, style, out)?;
            }
            Ok(())
        }),
    }
    Exit::Success
}

fn write_json(asked: &str, found: &[Found], lang: Lang, output: &mut Output) {
    let index = &Index::new();
    let explained: Vec<Explained> = found.iter().map(|found| explained(found, index, lang)).collect();
    let report = serde_json::json!({ "version": VERSION, "asked": asked, "found": explained });
    output.write_data(|out| writeln!(out, "{report:#}"));
}

/// All that a list has, each to be explained whole.
fn everything(list: &str) -> Vec<Found> {
    let topics: Vec<Topic> = match list {
        "errors" => catalogue::errors().map(Topic::Error).collect(),
        "options" => catalogue::options().map(Topic::Option).collect(),
        "terms" => catalogue::terms().map(Topic::Term).collect(),
        "causes" => CauseName::WORDS.iter().map(|&(_, cause)| Topic::Cause(cause)).collect(),
        _ => CODECS.iter().map(|codec| Topic::Codec(codec, codec.name)).collect(),
    };
    topics.into_iter().map(Found::from).collect()
}

fn unknown(what: &str) -> Exit {
    let shown: String = what.chars().take(80).collect();
    let more = if shown.len() < what.len() { ".." } else { "" };
    note(&format!("error: nothing is known of `{}{more}`", visible(&shown)));
    match nearest_name(what) {
        Some(near) => note(&format!("  did you mean `{near}`?")),
        None => note(&format!(
            "  it explains errors, terms, socket options, calls, causes and codecs; for a list: `netlab explain {}`",
            ListReport::LISTS.join("|")
        )),
    }
    Exit::Usage
}

/// What a number means, where it is of several systems: `35 means different things: EDEADLK on Linux, EAGAIN on macOS`.
fn several(found: &[Found], lang: Lang) -> Option<String> {
    if found.len() < 2 || found.iter().any(|found| found.systems.is_empty()) {
        return None;
    }
    let meanings = found.iter().map(|found| {
        let name = match found.topic {
            Topic::Error(entry) => entry.name,
            Topic::Unrelated(error) => error.name,
            Topic::Term(_) | Topic::Option(_) | Topic::Cause(_) | Topic::Codec(..) | Topic::Call(_) => "",
        };
        let systems: Vec<&str> = found.systems.iter().map(|&system| System::name(system)).collect();
        match lang {
            Lang::En => format!("{name} on {}", systems.join(" and ")),
            Lang::Zh => format!("{} 上是 {name}", systems.join("、")),
        }
    });
    let meanings: Vec<String> = meanings.collect();
    Some(match lang {
        Lang::En => format!("this number means different things: {}", meanings.join(", ")),
        Lang::Zh => format!("这个数字含义不一：{}", meanings.join("，")),
    })
}

fn explained(found: &Found, index: &Index, lang: Lang) -> Explained {
    let systems = found.systems.clone();
    match found.topic {
        Topic::Error(entry) => Explained::Error(ErrorReport::new(entry, systems, index.showing(entry.name), lang)),
        Topic::Unrelated(error) => {
            let stands_for = match error.giver {
                Giver::OverlappedFor(name) => catalogue::error(name),
                Giver::Others | Giver::Overlapped => None,
            };
            let same = stands_for.map(|entry| ErrorReport::new(entry, Vec::new(), index.showing(entry.name), lang));
            Explained::UnrelatedError(UnrelatedReport::new(error, systems, same, lang))
        }
        Topic::Call(call) => Explained::Call(CallReport::new(call, lang)),
        Topic::Term(term) => Explained::Term(TermReport::new(term, lang)),
        Topic::Option(entry) => {
            let asked = entry.kinds.iter().map(|&kind| ask(entry, kind)).collect();
            Explained::Option(OptionReport::new(entry, asked, index.setting(entry.constant), lang))
        }
        Topic::Cause(cause) => Explained::Cause(CauseReport::new(cause, index.finding(cause), lang)),
        Topic::Codec(info, asked) => Explained::Codec(CodecReport::new(info, asked, lang)),
    }
}

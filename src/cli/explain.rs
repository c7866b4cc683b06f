//! `netlab explain`: errors, terms, options, causes and codecs.

use std::io::Write;

use clap::Args;

use super::args::Format;
use super::exit::Exit;
use super::output::{Output, note};
use crate::builtin;
use crate::catalogue::{Found, Lang, OptionEntry, System, Topic, nearest_name, search};
use crate::options::ask;
use crate::report::{
    CallReport, CatalogueEntry, CauseReport, CodecReport, ErrorReport, Explained, ListReport, OptionReport, TermReport, UnrelatedReport,
    VERSION, wrap,
};
use crate::scenario::{Action, CauseName, Scenario, visible};

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
            Format::Json => output.write_data(|out| writeln!(out, "{:#}", serde_json::json!(list))),
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
    let explained: Vec<Explained> = found.iter().map(|found| explained(found, lang)).collect();
    match args.format {
        Format::Json => {
            let report = serde_json::json!({ "version": VERSION, "asked": what, "found": explained });
            output.write_data(|out| writeln!(out, "{report:#}"));
        }
        Format::Table => output.write(|style, out| {
            if let Some(line) = several(&found, lang) {
                wrap(&line, style.width).iter().try_for_each(|line| writeln!(out, "{line}"))?;
                writeln!(out)?;
            }
            for (index, explained) in explained.iter().enumerate() {
                if index > 0 {
                    writeln!(out)?;
                }
                explained.write(lang, style, out)?;
            }
            Ok(())
        }),
    }
    Exit::Success
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

fn explained(found: &Found, lang: Lang) -> Explained {
    let systems = found.systems.clone();
    match found.topic {
        Topic::Error(entry) => Explained::Error(ErrorReport::new(entry, systems, builtin::showing(entry.name), lang)),
        Topic::Unrelated(error) => Explained::UnrelatedError(UnrelatedReport::new(error, systems, lang)),
        Topic::Call(call) => Explained::Call(CallReport::new(call, lang)),
        Topic::Term(term) => Explained::Term(TermReport::new(term, lang)),
        Topic::Option(entry) => {
            let asked = entry.kinds.iter().map(|&kind| ask(entry, kind)).collect();
            Explained::Option(OptionReport::new(entry, asked, scenarios_setting(entry), lang))
        }
        Topic::Cause(cause) => Explained::Cause(CauseReport::new(cause, scenarios_finding(cause), lang)),
        Topic::Codec(info, asked) => Explained::Codec(CodecReport::new(info, asked)),
    }
}

/// The built-in scenarios that expect to find a cause.
fn scenarios_finding(cause: CauseName) -> Vec<String> {
    let scenarios = builtin::all().into_iter().filter_map(|source| Scenario::parse(source).ok());
    let entries = scenarios.map(|scenario| CatalogueEntry::of(&std::sync::Arc::new(scenario), "en"));
    entries.filter(|entry| entry.causes.contains(&cause)).map(|entry| entry.name).take(SHOWN).collect()
}

/// The built-in scenarios of which a step sets an option.
fn scenarios_setting(entry: &OptionEntry) -> Vec<String> {
    let sets = |scenario: &Scenario| {
        let of_cases = scenario.cases.iter().flat_map(|(_, case)| case.actors.iter());
        scenario.actors.iter().chain(of_cases).flat_map(|(_, steps)| steps).any(|step| match &step.action {
            Action::Set(settings) => settings.iter().any(|setting| setting.option.constant() == entry.constant),
            _ => false,
        })
    };
    let scenarios = builtin::all().into_iter().filter_map(|source| Scenario::parse(source).ok());
    scenarios.filter(sets).map(|scenario| scenario.source.name().to_owned()).take(SHOWN).collect()
}

/// Scenarios shown of those that would do.
const SHOWN: usize = 4;

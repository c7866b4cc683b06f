//! `netlab man`: manual pages, made from the same definitions as `--help`.

use std::fmt;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::args::Cli;
use super::exit::{self, Exit};
use super::output::{Output, note};
use crate::scenario::nearest;

/// The environment variables that every command heeds.
const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "LC_ALL, LC_MESSAGES, LC_CTYPE, LANG",
        "The language of scenario texts, and whether tables may use more than ASCII: only where it is UTF-8.",
    ),
    ("NO_COLOR, CLICOLOR_FORCE", "No colours, or colours also where the output is no terminal; --color goes before both."),
    ("COLUMNS", "The width of the output where it is no terminal."),
    ("NETLAB_VAR_name", "The value of the variable \"name\" of a scenario; --var and --vars-file go before it."),
    ("XDG_STATE_HOME, HOME", "Where it is kept what did not do well, for --last-failed: $XDG_STATE_HOME/netlab, or ~/.local/state/netlab."),
    ("GITHUB_ACTIONS", "Where it is \"true\", failures are annotated (--annotations), and no text of a scenario is taken for a command."),
    ("GITHUB_STEP_SUMMARY", "The file to which the summary in Markdown is appended, where failures are annotated."),
    ("GITHUB_WORKSPACE", "The folder from which the paths of annotations count; otherwise the current one."),
    ("CI, TERM", "No progress is drawn where CI is set, or where TERM is \"dumb\"."),
];

const HELP: &str = "Examples:
  netlab man | man -l -
  netlab man run | man -l -
  netlab man --dir ~/.local/share/man/man1";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct ManArgs {
    /// The command whose page is printed [default: netlab itself]
    #[arg(value_name = "COMMAND", value_parser = page_of, conflicts_with = "dir")]
    page: Option<Page>,

    /// Write all pages into this folder instead: netlab.1, netlab-run.1, ...
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// One manual page.
#[derive(Clone)]
struct Page {
    /// As in `netlab-run`.
    name: String,
    text: Vec<u8>,
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

pub(super) fn man(args: &ManArgs, output: &mut Output) -> Exit {
    let Some(dir) = &args.dir else {
        let page = args.page.clone().or_else(|| pages().into_iter().next());
        output.write_data(|out| page.iter().try_for_each(|page| out.write_all(&page.text)));
        return Exit::Success;
    };
    match pages().iter().map(|page| write(page, dir)).collect::<Result<Vec<_>, _>>() {
        Ok(files) => {
            let shown = if output.style.quiet { &[][..] } else { &files };
            shown.iter().for_each(|file| output.line(&file.display().to_string()));
            Exit::Success
        }
        Err(complaint) => {
            note(&format!("error: {complaint}"));
            note("  `netlab man COMMAND` prints a page on standard output instead");
            Exit::NotCarriedOut
        }
    }
}

fn write(page: &Page, dir: &Path) -> Result<PathBuf, String> {
    let file = dir.join(format!("{}.1", page.name));
    std::fs::create_dir_all(dir).map_err(|error| format!("cannot make the folder {dir:?}: {error}"))?;
    std::fs::write(&file, &page.text).map_err(|error| format!("cannot write {file:?}: {error}"))?;
    Ok(file)
}

/// The page that was asked for by the name of its command, as in `run`, or by its own, as in `netlab-run`.
fn page_of(name: &str) -> Result<Page, String> {
    let pages = pages();
    let is_it = |page: &&Page| page.name == name || page.name.strip_prefix("netlab-") == Some(name);
    pages.iter().find(is_it).cloned().ok_or_else(|| {
        let names = pages.iter().filter_map(|page| page.name.strip_prefix("netlab-"));
        match nearest(name, names.clone()) {
            Some(near) => format!("no command has this name; did you mean `{near}`?"),
            None => format!("no command has this name; there are {}", names.collect::<Vec<_>>().join(", ")),
        }
    })
}

/// All pages, that of netlab itself first.
fn pages() -> Vec<Page> {
    // A page that only says what `help` does helps nobody.
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let names: Vec<String> = commands(&root).map(name_of).collect();
    commands(&root).map(|command| Page { name: name_of(command), text: text(command, &names) }).collect()
}

/// A command and those below it.
fn commands(command: &Command) -> Box<dyn Iterator<Item = &Command> + '_> {
    Box::new(std::iter::once(command).chain(command.get_subcommands().filter(|command| !command.is_hide_set()).flat_map(commands)))
}

fn name_of(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

/// The same version gives the same page, whenever it is made. Not empty: that would be no argument at all, and the next in its place.
const NO_DATE: &str = " ";

/// The page in the order of man-pages(7). What clap_mangen would call EXTRA are sections of their own here.
fn text(command: &Command, names: &[String]) -> Vec<u8> {
    let is_root = name_of(command) == names[0];
    let mut text = Vec::new();
    let help = command.get_after_long_help().or_else(|| command.get_after_help()).map(ToString::to_string).unwrap_or_default();
    let man = Man::new(with_usage(command)).source(format!("netlab {}", env!("CARGO_PKG_VERSION"))).manual("User Commands").date(NO_DATE);
    let mut parts = vec![
        Man::render_title,
        Man::render_name_section,
        Man::render_synopsis_section,
        Man::render_description_section,
        Man::render_options_section,
    ];
    if command.has_subcommands() {
        parts.push(Man::render_subcommands_section);
    }
    // Memory takes all that is written.
    parts.iter().for_each(|render| drop(render(&man, &mut text)));
    let mut roff = Roff::new();
    let sections = sections(&help);
    let status = sections.iter().find(|section| section.title == EXIT_CODES);
    exit_status(&mut roff, status.map_or(exit::HELP, |section| section.text));
    if is_root {
        environment(&mut roff);
    }
    sections.iter().filter(|section| section.title != EXIT_CODES).for_each(|section| verbatim(&mut roff, section));
    see_also(&mut roff, names.iter().filter(|name| **name != name_of(command)));
    text.extend(roff.to_roff().bytes());
    text
}

/// The usage as `--help` has it: with all options spelled out, as clap_mangen does it, that of `run` would fill half a page.
fn with_usage(command: &Command) -> Command {
    let mut command = command.clone();
    let usage = command.render_usage().to_string();
    command.override_usage(usage.trim_start_matches("Usage: ").to_owned())
}

const EXIT_CODES: &str = "Exit codes";

/// A part of the text behind the options in `--help`: a title with a colon, and what stands below it.
struct Section<'h> {
    title: &'h str,
    text: &'h str,
}

fn sections(help: &str) -> Vec<Section<'_>> {
    let mut starts = vec![0];
    starts.extend(help.match_indices('\n').map(|(at, _)| at + 1).filter(|&at| is_title(help[at..].lines().next().unwrap_or_default())));
    starts.dedup();
    starts.push(help.len());
    let parts = starts.windows(2).map(|ends| help[ends[0]..ends[1]].trim_end()).filter(|part| !part.is_empty());
    parts
        .map(|part| match part.split_once('\n') {
            Some((first, rest)) if is_title(first) => Section { title: first.trim_end_matches(':'), text: rest },
            _ => Section { title: "Notes", text: part },
        })
        .collect()
}

fn is_title(line: &str) -> bool {
    line.ends_with(':') && !line.starts_with(' ')
}

/// The table of exit codes as a list: a code, its meaning; and the sentences below it.
fn exit_status(roff: &mut Roff, table: &str) {
    roff.control("SH", ["EXIT STATUS"]);
    for line in table.lines().filter(|line| !is_title(line)) {
        match line.trim_start().split_once(' ') {
            Some((code, meaning)) if line.starts_with("  ") && code.bytes().all(|byte| byte.is_ascii_digit()) => {
                roff.control("TP", []).text([bold(code)]).text([roman(meaning.trim_start())]);
            }
            // Indented, it goes on with the meaning above.
            _ if line.starts_with(' ') => {
                roff.text([roman(line.trim_start())]);
            }
            _ => {
                roff.control("PP", []).text([roman(line)]);
            }
        }
    }
}

fn environment(roff: &mut Roff) {
    roff.control("SH", ["ENVIRONMENT"]);
    for (variables, meaning) in ENVIRONMENT {
        roff.control("TP", []).text([bold(*variables)]).text([roman(*meaning)]);
    }
}

fn verbatim(roff: &mut Roff, section: &Section<'_>) {
    roff.control("SH", [section.title.to_uppercase().as_str()]).control("nf", []);
    section.text.lines().for_each(|line| {
        roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    });
    roff.control("fi", []);
}

fn see_also<'n>(roff: &mut Roff, names: impl Iterator<Item = &'n String>) {
    let mut references = Vec::new();
    for name in names {
        if !references.is_empty() {
            references.push(roman(", "));
        }
        references.extend([bold(name.as_str()), roman("(1)")]);
    }
    // Names are there to be searched for: they are not broken.
    roff.control("SH", ["SEE ALSO"]).control("nh", []).control("ad", ["l"]).text(references);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_with_the_exit_codes() {
        let pages = pages();
        for command in Cli::command().get_subcommands().map(Command::get_name).filter(|name| *name != "help") {
            assert!(pages.iter().any(|page| page.name == format!("netlab-{command}")), "{command} has no page");
        }
        for page in pages {
            let text = String::from_utf8(page.text).unwrap();
            let (_, status) = text.split_once(".SH \"EXIT STATUS\"\n").unwrap_or_else(|| panic!("{}: {text}", page.name));
            // A command of its own kind lists its own; tests/manual.rs holds the pages to what --help lists.
            for code in ["0", "2", "5"] {
                assert!(status.contains(&format!(".TP\n\\fB{code}\\fR\n")), "{} without {code}: {status}", page.name);
            }
        }
    }

    #[test]
    fn a_help_text_falls_into_sections() {
        let found = sections("Some words.\nExamples:\n  one: two\n\nExit codes:\n  0  well\nWhen several hold, the first.");
        let found: Vec<_> = found.iter().map(|section| (section.title, section.text)).collect();
        assert_eq!(
            found,
            [("Notes", "Some words."), ("Examples", "  one: two"), ("Exit codes", "  0  well\nWhen several hold, the first.")]
        );
        assert!(sections("").is_empty());
    }
}

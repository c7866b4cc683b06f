//! The command line: from arguments to an exit code.

mod args;
mod check;
mod completions;
mod connect;
mod decode;
mod dry_run;
mod exit;
mod explain;
mod interrupt;
mod last_failed;
mod list;
mod man;
mod message;
mod options;
mod output;
mod report;
mod run;
mod screen;
mod select;
mod settings;
mod sinks;
mod sockets;
mod split;
mod variables;
mod workflow;
mod wrong_words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command, SchemaKind};
use exit::Exit;
use output::Output;

/// Runs the command line given, and returns the exit code that `netlab --help` documents.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let with_clap = || Cli::command().try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match connect::read_plain(&arguments).map_or_else(with_clap, Ok) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors: they go to standard output, and a closed pipe is no matter.
            let error = wrong_words::escaped(error);
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Success }.into();
        }
    };
    cli.color.write_global();
    let mut output = Output::new(&cli);
    let exit = match &cli.command {
        Command::Run(args) => run::run(args, &mut output),
        Command::Report(args) => report::report(args, &mut output),
        Command::Diff(args) => report::diff(args, &mut output),
        Command::Split(args) => split::split(args, &mut output),
        Command::Check(args) => check::check(args, &mut output),
        Command::Connect(args) => connect::connect(args, &mut output),
        Command::List(args) => list::list(args, &mut output),
        Command::Decode(args) => decode::decode(args, &mut output),
        Command::Encode(args) => decode::encode(args, &mut output),
        Command::Explain(args) => explain::explain(args, &mut output),
        Command::Options(args) => options::options(args, &mut output),
        Command::Completions(args) => completions::completions(args, &mut output),
        Command::Man(args) => man::man(args, &mut output),
        Command::Sockets(args) => sockets::sockets(args, &mut output),
        Command::Schema(args) => {
            let schema = match args.kind {
                SchemaKind::Scenario => crate::scenario::scenario_schema(),
                SchemaKind::Report => crate::report::report_schema(),
                SchemaKind::Split => crate::split::split_schema(),
                SchemaKind::Events => crate::report::events_schema(),
                SchemaKind::Connect => crate::report::connect_schema(),
                SchemaKind::Sockets => crate::report::SocketsReport::schema(),
            };
            output.line(&format!("{schema:#}"));
            Exit::Success
        }
    };
    // Results that could not be written are no results.
    if exit == Exit::Success && output.failure().is_some() { Exit::NotCarriedOut } else { exit }.into()
}

//! `netlab options`: what this kernel makes of every socket option.

use clap::{Args, ValueEnum};

use super::args::Format;
use super::exit::Exit;
use super::output::Output;
use crate::catalogue::{Lang, OptionKind, options as all_options};
use crate::options::ask;
use crate::report::{OptionReport, OptionRow, OptionsReport, VERSION};

#[derive(Debug, Args)]
pub(super) struct OptionsArgs {
    /// The kind of sockets to ask [default: all]
    #[arg(long, value_name = "KIND")]
    kind: Option<Kind>,

    /// How to report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// TCP over IPv4, and IPv6 for the options of IPv6
    Tcp,
    /// UDP over IPv4, and IPv6 for the options of IPv6
    Udp,
    /// Unix stream sockets
    Unix,
}

pub(super) fn options(args: &OptionsArgs, output: &mut Output) -> Exit {
    let lang = Lang::of(&output.language);
    let kinds: Vec<OptionKind> = match args.kind {
        Some(Kind::Tcp) => vec![OptionKind::Tcp],
        Some(Kind::Udp) => vec![OptionKind::Udp],
        Some(Kind::Unix) => vec![OptionKind::Unix],
        None => OptionKind::ALL.to_vec(),
    };
    let of_kind = |kind: OptionKind| {
        let entries = all_options().filter(move |entry| entry.kinds.contains(&kind));
        entries.map(move |entry| OptionRow(OptionReport::new(entry, vec![ask(entry, kind)], Vec::new(), lang)))
    };
    let report =
        OptionsReport { version: VERSION, kernel: crate::options::kernel(), options: kinds.into_iter().flat_map(of_kind).collect() };
    match args.format {
        Format::Json => output.write_data(|out| writeln!(out, "{:#}", serde_json::json!(report))),
        Format::Table => output.write(|style, out| report.write(lang, style, out)),
    }
    Exit::Success
}

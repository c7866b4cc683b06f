//! The messages of a dialogue, in the order in which they stand on the command line, each with what ends its answer.

use std::io::Read;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use super::exit::Exit;
use crate::framing::unescape;
use crate::split::{Message, Until};

/// `--message`, `--text`, `--hex` and `--until`, as they were typed. Derived arguments would not keep the order among them.
#[derive(Clone, Debug, Default)]
pub(super) struct MessageArgs(Vec<Typed>);

#[derive(Clone, Debug)]
enum Typed {
    File(String),
    Text(Vec<u8>),
    Hex(Vec<u8>),
    Until(Until),
}

const FILE: &str = "message";
const TEXT: &str = "text";
const HEX: &str = "hex";
const UNTIL: &str = "until";

/// The longest message, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Bytes as they are typed, with escapes.
pub(super) fn text(text: &str) -> Result<Vec<u8>, String> {
    unescape(text).ok_or_else(|| "an escape in it is none: \\r \\n \\t \\0 \\xHH \\\\ are".to_owned())
}

fn hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b':').collect();
    let pair = |pair: &[u8]| {
        let is_pair = pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit);
        std::str::from_utf8(pair).ok().filter(|_| is_pair).and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    digits.chunks(2).map(pair).collect::<Option<_>>().ok_or_else(|| "expected pairs of hexadecimal digits, such as 0d0a".to_owned())
}

impl Args for MessageArgs {
    fn augment_args(command: Command) -> Command {
        let arg = |name: &'static str, value: &'static str, help: &'static str| {
            Arg::new(name).long(name).value_name(value).help(help).action(ArgAction::Append).help_heading("Messages")
        };
        command
            .arg(arg(FILE, "FILE", "Send the bytes of a file; - is standard input. May be given several times, as may --text and --hex: a dialogue. With --listen these are answers"))
            .arg(arg(TEXT, "TEXT", "Send these bytes, with escapes \\r \\n \\t \\0 \\xHH \\\\").value_parser(text).allow_hyphen_values(true))
            .arg(arg(HEX, "DIGITS", "Send these bytes, in hexadecimal digits").value_parser(hex))
            .arg(
                arg(
                    UNTIL,
                    "END",
                    "What ends an answer, or with --listen the request before it: a codec (line, resp, http_message, length_prefix:width=2, ...), bytes:N, token:BYTES, eof, quiet:50ms, or nothing. \
                     Once for all messages, or behind each of them",
                )
                .value_parser(|text: &str| text.parse::<Until>()),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for MessageArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        fn placed<T: Clone + Send + Sync + 'static>(
            matches: &ArgMatches,
            name: &str,
            typed: fn(T) -> Typed,
            all: &mut Vec<(usize, Typed)>,
        ) {
            let values = matches.get_many::<T>(name).into_iter().flatten().cloned();
            all.extend(matches.indices_of(name).into_iter().flatten().zip(values.map(typed)));
        }
        let mut all = Vec::new();
        placed(matches, FILE, Typed::File, &mut all);
        placed(matches, TEXT, Typed::Text, &mut all);
        placed(matches, HEX, Typed::Hex, &mut all);
        placed(matches, UNTIL, Typed::Until, &mut all);
        all.sort_by_key(|(place, _)| *place);
        let typed: Vec<Typed> = all.into_iter().map(|(_, typed)| typed).collect();
        let wrong = |words: &str| Err(Error::raw(ErrorKind::MissingRequiredArgument, format!("{words}\n")));
        let untils = typed.iter().filter(|typed| matches!(typed, Typed::Until(_))).count();
        match typed.len() - untils {
            0 => wrong("there is nothing to send: give --text, --hex or --message"),
            _ if untils == 0 => wrong(
                "the end of an answer, or with --listen of a request, is not known: give --until, such as --until line or --until http_message",
            ),
            messages if untils > 1 && untils != messages => wrong("give --until once for all messages, or once behind each of them"),
            _ if untils > 1
                && !typed.chunks(2).all(|pair| matches!(pair, [first, Typed::Until(_)] if !matches!(first, Typed::Until(_)))) =>
            {
                wrong("give each --until behind its message, or one for all of them")
            }
            _ => Ok(Self(typed)),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl MessageArgs {
    /// The messages, files read.
    pub(super) fn read(&self) -> Result<Vec<Message>, (Exit, String)> {
        let mut messages = Vec::new();
        let mut untils = self.0.iter().filter_map(|typed| if let Typed::Until(until) = typed { Some(until) } else { None }).cycle();
        for typed in &self.0 {
            let bytes = match typed {
                Typed::Until(_) => continue,
                Typed::Text(bytes) | Typed::Hex(bytes) => bytes.clone(),
                Typed::File(path) => from_file(path)?,
            };
            let Some(until) = untils.next().cloned() else { break };
            messages.push(Message { bytes, until });
        }
        // An empty one among others only waits for an answer, such as a greeting.
        if messages.iter().all(|message| message.bytes.is_empty()) {
            return Err((Exit::Usage, "the message is empty: there is nothing to send".to_owned()));
        }
        Ok(messages)
    }
}

fn from_file(path: &str) -> Result<Vec<u8>, (Exit, String)> {
    let mut bytes = Vec::new();
    let read = match path {
        "-" => std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes),
        path => std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)),
    };
    read.map_err(|error| (Exit::NotCarriedOut, format!("cannot read the message {path}: {error}")))?;
    if bytes.len() as u64 > LONGEST {
        return Err((Exit::Usage, format!("the message {path} is longer than {LONGEST} bytes")));
    }
    Ok(bytes)
}

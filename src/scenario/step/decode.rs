//! Reads a step from JSON.

use super::{
    ACTIONS, AcceptArgs, Action, BindArgs, ConnectArgs, Flag, ListenArgs, RecvArgs, RepeatArgs, SendArgs, SendFrameArgs, SendToArgs,
    ShutdownHow, Step, Until, WaitFor,
};
use crate::framing::{CODECS, CodecError, LengthPrefix, NamedCodec, codec_info};
use crate::scenario::decode::{Decode, Fields, integer, string, word, wrong_type};
use crate::scenario::duration::time_limit;
use crate::scenario::endpoint::{Endpoint, SocketKind};
use crate::scenario::json::{Node, NodeKind};
use crate::scenario::option::OptionSettings;
use crate::scenario::payload::{MAX_PAYLOAD, Payload};
use crate::scenario::problem::{Problem, Problems, quoted};
use crate::scenario::source::Spanned;

/// The largest backlog that is taken.
const MAX_BACKLOG: u64 = 65_535;
/// The most bytes that can be waited for on a connection.
const MAX_TOTAL: u64 = 4 * 1024 * 1024 * 1024;
/// The most rounds of a `repeat`.
const MAX_TIMES: u64 = 10_000_000;

impl Decode for Step {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "a step", problems)?;
        let present = fields.present(ACTIONS);
        let on = fields.optional("on", problems);
        let name = fields.optional::<Spanned<String>>("as", problems);
        let timeout = time_limit(&mut fields, "timeout", problems);
        let expect = fields.optional("expect", problems);
        let mark = fields.optional::<Spanned<String>>("mark", problems);
        let note = fields.optional("note", problems);
        let brace = fields.brace();
        let before = problems.count();
        fields.finish(problems);
        let misspelt = problems.count() != before;
        match present.as_slice() {
            [] => {
                if !misspelt {
                    problems
                        .add(Problem::MissingField, brace, "this step does nothing", "a step needs one action, such as \"recv\": {}")
                        .with_help(format!("the actions are {}", ACTIONS.join(", ")));
                }
                None
            }
            [(action, member)] => {
                let action = decode_action(action, &member.value, problems)?;
                if let Some(name) = &name {
                    check_name(name, "a socket", problems);
                }
                if let Some(mark) = &mark {
                    check_label(mark, "a mark", problems);
                }
                Some(Self { action, span: member.name.span, on, name, timeout, expect, mark, note })
            }
            [(first, _), (_, second), ..] => {
                let title = format!("two actions in one step: `{first}` and `{}`", second.name.value);
                problems.add(Problem::TooMany, second.name.span, title, "make this a step of its own");
                None
            }
        }
    }
}

/// Reports a name that could not be told apart in "client.a->server", or that would disturb a table.
pub(crate) fn check_name(name: &Spanned<String>, what: &str, problems: &mut Problems) {
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && !"./>\"".contains(c);
    if !is_short(&name.value) || !name.value.chars().all(allowed) {
        let label = "1 to 32 characters, without spaces and without . / > \"";
        problems.add(Problem::BadName, name.span, format!("{} cannot name {what}", quoted(&name.value)), label);
    }
}

/// Reports a name of a signal or a mark that would disturb a table. No other name is put together from it, so it may have spaces.
fn check_label(name: &Spanned<String>, what: &str, problems: &mut Problems) {
    let text = &name.value;
    if !is_short(text) || text.chars().any(|c| c.is_control() || c == '"' || (c.is_whitespace() && c != ' ')) || text.trim() != text {
        let label = "1 to 32 characters, without \" and without spaces before and behind";
        problems.add(Problem::BadName, name.span, format!("{} cannot name {what}", quoted(text)), label);
    }
}

fn is_short(name: &str) -> bool {
    (1..=32).contains(&name.chars().count())
}

fn empty_object(node: &Node, what: &'static str, problems: &mut Problems) -> Option<()> {
    Fields::of(node, what, problems)?.finish(problems);
    Some(())
}

fn decode_action(name: &'static str, node: &Node, problems: &mut Problems) -> Option<Action> {
    Some(match name {
        "socket" => Action::Socket(Decode::decode(node, problems)?),
        "bind" => Action::Bind(BindArgs { endpoint: Decode::decode(node, problems)? }),
        "listen" => Action::Listen(Decode::decode(node, problems)?),
        "accept" => Action::Accept(Decode::decode(node, problems)?),
        "connect" => Action::Connect(Decode::decode(node, problems)?),
        "send" => Action::Send(Decode::decode(node, problems)?),
        "send_all" => Action::SendAll(Decode::decode(node, problems)?),
        "send_to" => Action::SendTo(Decode::decode(node, problems)?),
        "recv" => Action::Recv(Decode::decode(node, problems)?),
        "recv_from" => Action::RecvFrom(Decode::decode(node, problems)?),
        "recv_exact" => Action::RecvExact(recv_exact(node, problems)?),
        "recv_until" => Action::RecvUntil(Decode::decode(node, problems)?),
        "send_frame" => Action::SendFrame(Decode::decode(node, problems)?),
        "recv_frame" => Action::RecvFrame(recv_frame(node, problems)?),
        "shutdown" => Action::Shutdown(word(node, "an end to shut down", SHUTDOWN_WORDS, problems)?),
        "close" => empty_object(node, "close", problems).map(|()| Action::Close)?,
        "abort" => empty_object(node, "abort", problems).map(|()| Action::Abort)?,
        "set" => Action::Set(OptionSettings::decode(node, problems)?.0),
        "get" => Action::Get(Decode::decode(node, problems)?),
        "nonblocking" => Action::Nonblocking(Decode::decode(node, problems)?),
        "signal" => Action::Signal(signal_name(node, problems)?),
        "wait" => Action::Wait(Decode::decode(node, problems)?),
        "sleep" => Action::Sleep(Decode::decode(node, problems)?),
        "exec" => Action::Exec(command(node, problems)?),
        _ => Action::Repeat(Decode::decode(node, problems)?),
    })
}

const SHUTDOWN_WORDS: &[(&str, ShutdownHow)] = &[("read", ShutdownHow::Read), ("write", ShutdownHow::Write), ("both", ShutdownHow::Both)];

fn signal_name(node: &Node, problems: &mut Problems) -> Option<Spanned<String>> {
    let name = Spanned::<String>::decode(node, problems)?;
    check_label(&name, "a signal", problems);
    Some(name)
}

fn command(node: &Node, problems: &mut Problems) -> Option<Spanned<String>> {
    let command = Spanned::<String>::decode(node, problems)?;
    let label = match shlex::split(&command.value) {
        Some(words) if words.first().is_some_and(|program| !program.is_empty()) => return Some(command),
        Some(_) => "it names no program: expected one and its arguments, such as \"./server --port {port}\"",
        None => "a quote in it has no end; the rules are those of a shell, though none reads it",
    };
    problems.add(Problem::BadCommand, command.span, format!("{} is no command", quoted(&command.value)), label);
    None
}

fn recv_exact(node: &Node, problems: &mut Problems) -> Option<u64> {
    let mut fields = Fields::of(node, "recv_exact", problems)?;
    let size = fields.node("bytes");
    let brace = fields.brace();
    fields.finish(problems);
    let Some(size) = size else {
        problems.add(Problem::MissingField, brace, "`bytes` is missing", "expected {\"bytes\": 4}");
        return None;
    };
    integer(size, "a number of bytes", 1..=MAX_PAYLOAD, problems)
}

fn recv_frame(node: &Node, problems: &mut Problems) -> Option<Spanned<NamedCodec>> {
    let mut fields = Fields::of(node, "recv_frame", problems)?;
    let codec = fields.required("codec", problems);
    fields.finish(problems);
    codec
}

impl Decode for SendFrameArgs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "send_frame", problems)?;
        let codec = fields.required("codec", problems);
        let payload = Payload::required(&mut fields, node.span, problems);
        fields.finish(problems);
        Some(Self { codec: codec?, payload: payload? })
    }
}

impl Decode for NamedCodec {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = string(node, "a codec such as \"netstring\" or \"length_prefix:width=2\"", problems)?;
        match text.parse::<Self>() {
            Ok(codec) => Some(codec),
            Err(CodecError::UnknownCodec(name)) => {
                let names: Vec<&str> =
                    CODECS.iter().map(|codec| codec.name).chain(LengthPrefix::PRESETS.iter().map(|(name, _)| *name)).collect();
                problems.add_unknown(Problem::UnknownWord, node.span, format!("{} is not a codec", quoted(&name)), &name, &names);
                None
            }
            Err(CodecError::UnknownParameter { codec, parameter }) => {
                let known = codec_info(codec).map(|codec| codec.parameters).unwrap_or_default();
                let names: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
                let title = format!("{codec} has no parameter {}", quoted(&parameter));
                problems.add_unknown(Problem::UnknownField, node.span, title, &parameter, &names);
                None
            }
            Err(error) => {
                let label = "parameters are written as in \"length_prefix:width=2,endian=little\"";
                problems.add(Problem::BadCodec, node.span, error.to_string(), label);
                None
            }
        }
    }
}

impl Decode for SocketKind {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, "a kind of socket", Self::WORDS, problems)
    }
}

impl Decode for Flag {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, "a flag", Self::WORDS, problems)
    }
}

impl Decode for ListenArgs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "listen", problems)?;
        let endpoint = Endpoint::from_fields(&mut fields, problems);
        let backlog = fields.node("backlog").and_then(|node| integer(node, "a backlog", 0..=MAX_BACKLOG, problems));
        fields.finish(problems);
        Some(Self { endpoint, backlog })
    }
}

impl Decode for AcceptArgs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "accept", problems)?;
        let left = fields.node("descriptors_left");
        fields.finish(problems);
        if let Some(left) = left
            && integer(left, "a number of descriptors", 0..=MAX_TOTAL, problems)? != 0
        {
            let label = "expected 0: with one left, accept succeeds as always";
            problems.add(Problem::OutOfRange, left.span, "only 0 descriptors can be left", label);
        }
        Some(Self { without_descriptors: left.map(|left| left.span) })
    }
}

impl Decode for ConnectArgs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "connect", problems)?;
        let to = fields.optional::<Spanned<String>>("to", problems);
        let before = problems.count();
        let endpoint = Endpoint::from_fields(&mut fields, problems);
        let failed = problems.count() != before;
        let brace = fields.brace();
        fields.finish(problems);
        match (to, endpoint) {
            (Some(to), None) => Some(Self::To(to)),
            (None, Some(endpoint)) => Some(Self::Address(endpoint)),
            (Some(to), Some(_)) => {
                problems.add(Problem::TooMany, to.span, "two addresses", "give `to` or an address, not both");
                None
            }
            (None, None) => {
                if !failed {
                    problems.add(
                        Problem::MissingField,
                        brace,
                        "no address to connect to",
                        "expected {\"to\": \"server\"} or {\"tcp\": \"127.0.0.1:80\"}",
                    );
                }
                None
            }
        }
    }
}

fn decode_send(fields: &mut Fields<'_>, node: &Node, problems: &mut Problems) -> Option<SendArgs> {
    let payload = Payload::required(fields, node.span, problems);
    let flags: Vec<Spanned<Flag>> = fields.or_default("flags", problems);
    for flag in flags.iter().filter(|flag| !flag.value.is_for_send()) {
        let title = format!("`{}` is a flag of recv", flag.value.name());
        problems.add(Problem::UnknownWord, flag.span, title, "send takes more, eor, oob and dontwait");
    }
    Some(SendArgs { payload: payload?, flags })
}

impl Decode for SendArgs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "send", problems)?;
        let send = decode_send(&mut fields, node, problems);
        fields.finish(problems);
        send
    }
}

impl Decode for SendToArgs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "send_to", problems)?;
        let to = fields.required("to", problems);
        let send = decode_send(&mut fields, node, problems);
        fields.finish(problems);
        Some(Self { to: to?, send: send? })
    }
}

impl Decode for RecvArgs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "recv", problems)?;
        let size = fields.node("size").and_then(|node| {
            let size = integer(node, "a number of bytes to ask for", 1..=MAX_PAYLOAD, problems)?;
            Some(Spanned::new(size, node.span))
        });
        let flags: Vec<Spanned<Flag>> = fields.or_default("flags", problems);
        for flag in flags.iter().filter(|flag| !flag.value.is_for_recv()) {
            let title = format!("`{}` is a flag of send", flag.value.name());
            problems.add(Problem::UnknownWord, flag.span, title, "recv takes peek, trunc, waitall, dontwait and oob");
        }
        fields.finish(problems);
        Some(Self { size, flags })
    }
}

impl Decode for Until {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if matches!(&node.kind, NodeKind::String(text) if text == "eof") {
            return Some(Self::Eof);
        }
        if let NodeKind::String(_) = node.kind {
            let text = string(node, "a token", problems)?;
            let label = "expected \"eof\", or a token such as {\"text\": \"\\n\"}";
            problems.add(Problem::UnknownWord, node.span, format!("{} is not an end", quoted(text)), label);
            return None;
        }
        let token = Payload::decode(node, problems)?;
        if token.is_empty() {
            problems.add(Problem::OutOfRange, node.span, "an empty token", "a token needs at least one byte");
            return None;
        }
        Some(Self::Token(token))
    }
}

impl Decode for WaitFor {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "wait", problems)?;
        let present =
            fields.present(&["signal", "readable", "writable", "acceptable", "error", "peer_received", "peer_read", "unsent", "unacked"]);
        let brace = fields.brace();
        fields.finish(problems);
        match present.as_slice() {
            [("signal", member)] => signal_name(&member.value, problems).map(Self::Signal),
            [("readable", member)] => {
                let bytes = integer(&member.value, "a number of bytes", 1..=MAX_PAYLOAD, problems)?;
                Some(Self::Readable(Spanned::new(bytes, member.value.span)))
            }
            [("peer_received", member)] => {
                let bytes = integer(&member.value, "a number of bytes", 1..=MAX_TOTAL, problems)?;
                Some(Self::PeerReceived(Spanned::new(bytes, member.value.span)))
            }
            [("peer_read", member)] => {
                let bytes = integer(&member.value, "a number of bytes", 1..=MAX_TOTAL, problems)?;
                Some(Self::PeerRead(Spanned::new(bytes, member.value.span)))
            }
            [("unsent", member)] => {
                let bytes = integer(&member.value, "a number of bytes", 0..=MAX_TOTAL, problems)?;
                Some(Self::Unsent(Spanned::new(bytes, member.value.span)))
            }
            [("unacked", member)] => {
                let bytes = integer(&member.value, "a number of bytes", 0..=MAX_TOTAL, problems)?;
                Some(Self::Unacked(Spanned::new(bytes, member.value.span)))
            }
            [(what, member)] => match member.value.kind {
                NodeKind::Bool(true) if *what == "writable" => Some(Self::Writable),
                NodeKind::Bool(true) if *what == "acceptable" => Some(Self::Acceptable),
                NodeKind::Bool(true) => Some(Self::Error),
                _ => {
                    wrong_type(&member.value, "true", problems);
                    None
                }
            },
            [] => {
                let label = "expected {\"signal\": \"ready\"}, {\"readable\": 14}, {\"writable\": true}, {\"acceptable\": true}, {\"error\": true}, \
                             {\"peer_received\": 14}, {\"peer_read\": 14}, {\"unsent\": 0} or {\"unacked\": 0}";
                problems.add(Problem::MissingField, brace, "nothing to wait for", label);
                None
            }
            [_, (_, second), ..] => {
                problems.add(Problem::TooMany, second.name.span, "two things to wait for", "make this a step of its own");
                None
            }
        }
    }
}

impl Decode for RepeatArgs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "repeat", problems)?;
        let times = fields.node("times");
        let steps: Option<Vec<Step>> = fields.required("steps", problems);
        let brace = fields.brace();
        fields.finish(problems);
        if steps.as_ref().is_some_and(Vec::is_empty) {
            problems.add(Problem::NoEffect, brace, "`repeat` has no steps", "expected at least one step");
        }
        let Some(times) = times else {
            problems.add(Problem::MissingField, brace, "`times` is missing", "how often?");
            return None;
        };
        Some(Self { times: integer(times, "a number of times", 1..=MAX_TIMES, problems)?, steps: steps? })
    }
}

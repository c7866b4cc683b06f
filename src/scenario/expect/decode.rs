//! Reads expectations from JSON.

use super::{
    BoundaryCounts, BoundaryExpect, BoundaryWord, Cuts, Elapsed, Expectations, FlowExpect, FlowKey, ResultExpect, RunExpect, SocketRef,
    StepExpect,
};
use crate::errno::Errno;
use crate::scenario::decode::{Decode, Fields, word, wrong_type};
use crate::scenario::json::{Node, NodeKind};
use crate::scenario::payload::Payload;
use crate::scenario::problem::{Problem, Problems, nearest};
use crate::scenario::source::{Span, Spanned};

impl Decode for StepExpect {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.kind {
            NodeKind::String(text) => decode_outcome(text, node.span, problems),
            NodeKind::Object(members) if members.iter().any(|member| member.name.value == "any_of") => {
                let mut fields = Fields::of(node, "an expectation with any_of", problems)?;
                let options = fields.optional("any_of", problems);
                fields.finish(problems);
                options.map(Self::AnyOf)
            }
            NodeKind::Object(_) => decode_result(node, problems),
            _ => {
                wrong_type(node, "an expectation: \"eof\", \"ECONNREFUSED\", {\"text\": \"hello\"}", problems);
                None
            }
        }
    }
}

fn decode_outcome(text: &str, span: Span, problems: &mut Problems) -> Option<StepExpect> {
    match text {
        "ok" => return Some(StepExpect::Ok),
        "eof" => return Some(StepExpect::Eof),
        "timeout" => return Some(StepExpect::Timeout),
        _ => {}
    }
    if let Some(errno) = Errno::from_name(text) {
        return Some(StepExpect::Errno(errno));
    }
    let known = Errno::names().chain(["ok", "eof", "timeout"]);
    let label = match nearest(text, known) {
        Some(name) => format!("did you mean `{name}`?"),
        None if text.parse::<i64>().is_ok() => "errors go by name, because numbers differ between systems".to_owned(),
        None => "expected \"ok\", \"eof\", \"timeout\" or an error such as \"ECONNREFUSED\"".to_owned(),
    };
    problems
        .add(Problem::UnknownWord, span, format!("`{}` is not an outcome", text.escape_debug()), label)
        .with_help("expected bytes are written as {\"text\": \"...\"}");
    None
}

fn decode_result(node: &Node, problems: &mut Problems) -> Option<StepExpect> {
    let mut fields = Fields::of(node, "an expectation", problems)?;
    let result = ResultExpect {
        payload: Payload::from_fields(&mut fields, node.span, problems),
        bytes: fields.optional("bytes", problems),
        truncated: fields.optional("truncated", problems),
        value: fields.optional("value", problems),
        from: fields.optional("from", problems),
        within: fields.optional("within", problems),
    };
    let empty = matches!(&node.kind, NodeKind::Object(members) if members.is_empty());
    let brace = fields.brace();
    fields.finish(problems);
    if empty {
        problems.add(
            Problem::MissingField,
            brace,
            "nothing is expected",
            "expected bytes, such as {\"text\": \"hello\"}; or leave `expect` out",
        );
    }
    Some(StepExpect::Result(Box::new(result)))
}

impl Decode for Expectations {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let NodeKind::Object(members) = &node.kind else {
            wrong_type(node, "an object such as {\"client->server\": {..}}", problems);
            return None;
        };
        let mut expectations = Self::default();
        for member in members {
            if member.name.value == "run" {
                expectations.run = RunExpect::decode(&member.value, problems);
            } else {
                let key = decode_flow_key(&member.name, problems);
                let flow = FlowExpect::decode(&member.value, problems);
                expectations.flows.extend(key.zip(flow));
            }
        }
        Some(expectations)
    }
}

fn decode_flow_key(name: &Spanned<String>, problems: &mut Problems) -> Option<Spanned<FlowKey>> {
    let parts: Vec<&str> = name.value.split("->").map(str::trim).collect();
    let [from, to] = parts.as_slice() else {
        problems.add(
            Problem::BadName,
            name.span,
            format!("`{}` is not a flow", name.value.escape_debug()),
            "expected \"client->server\", or \"run\"",
        );
        return None;
    };
    Some(Spanned::new(FlowKey { from: SocketRef::parse(from), to: SocketRef::parse(to) }, name.span))
}

impl Decode for RunExpect {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "the expectation of a run", problems)?;
        let run = Self { elapsed: fields.optional("elapsed", problems) };
        fields.finish(problems);
        Some(run)
    }
}

impl Decode for FlowExpect {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "the expectation of a flow", problems)?;
        let flow = Self {
            sends: fields.optional("sends", problems),
            reads: fields.optional("reads", problems),
            boundaries: fields.optional("boundaries", problems),
            cuts: fields.optional("cuts", problems),
            bytes: fields.optional("bytes", problems),
            unread: fields.optional("unread", problems),
            elapsed: fields.optional("elapsed", problems),
        };
        fields.finish(problems);
        Some(flow)
    }
}

impl Decode for Cuts {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "cuts", problems)?;
        let cuts = Self { allowed: fields.optional("allowed", problems), required: fields.optional("required", problems) };
        fields.finish(problems);
        Some(cuts)
    }
}

impl Decode for Elapsed {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "a range of times", problems)?;
        let elapsed = Self { min: fields.optional("min", problems), max: fields.optional("max", problems) };
        fields.finish(problems);
        Some(elapsed)
    }
}

impl Decode for BoundaryWord {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, "an outcome of a flow", Self::WORDS, problems)
    }
}

impl Decode for BoundaryExpect {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.kind {
            NodeKind::String(_) => BoundaryWord::decode(node, problems).map(|word| Self::Outcome(vec![word])),
            _ => {
                let mut fields = Fields::of(node, "the expectation of boundaries", problems)?;
                let any_of = fields.optional("any_of", problems);
                let counts = BoundaryCounts {
                    preserved: fields.optional("preserved", problems),
                    coalesced: fields.optional("coalesced", problems),
                    split: fields.optional("split", problems),
                    truncated: fields.optional("truncated", problems),
                    lost: fields.optional("lost", problems),
                    reordered: fields.optional("reordered", problems),
                };
                fields.finish(problems);
                Some(any_of.map_or_else(|| Self::Counts(Box::new(counts)), Self::Outcome))
            }
        }
    }
}

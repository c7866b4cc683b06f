//! Reads expectations from JSON.

use super::{
    Between, BoundaryCounts, BoundaryExpect, BoundaryWord, Cuts, Elapsed, Expectations, FlowExpect, FlowKey, FramesExpect, ResultExpect,
    RunExpect, SocketRef, StepExpect,
};
use crate::errno::Errno;
use crate::framing::FrameErrorKind;
use crate::scenario::decode::{Decode, Fields, any_of, word, wrong_type};
use crate::scenario::json::{Node, NodeKind};
use crate::scenario::payload::Payload;
use crate::scenario::problem::{Problem, Problems, nearest, quoted};
use crate::scenario::source::{Span, Spanned};

impl Decode for StepExpect {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.kind {
            NodeKind::String(text) => decode_outcome(text, node.span, problems),
            NodeKind::Object(members) if members.iter().any(|member| member.name.value == "any_of") => {
                let mut fields = Fields::of(node, "an expectation with any_of", problems)?;
                let options = any_of(&mut fields, problems);
                fields.finish(problems);
                options.map(Self::AnyOf)
            }
            NodeKind::Object(_) => decode_result(node, problems),
            _ => {
                wrong_type(node, "an outcome such as \"eof\", \"ECONNREFUSED\" or {\"text\": \"hello\"}", problems);
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
    if let Some(&(_, kind)) = FrameErrorKind::WORDS.iter().find(|(name, _)| *name == text) {
        return Some(StepExpect::Frame(kind));
    }
    if let Some(errno) = Errno::from_name(text) {
        return Some(StepExpect::Errno(errno));
    }
    let frame_errors = FrameErrorKind::WORDS.iter().map(|&(name, _)| name);
    let known = Errno::names().chain(["ok", "eof", "timeout"]).chain(frame_errors);
    let near = nearest(text, known);
    let label = match near {
        Some(name) => format!("did you mean `{name}`?"),
        None if text.parse::<i64>().is_ok() => "errors go by name, because numbers differ between systems".to_owned(),
        None => "expected \"ok\", \"eof\", \"timeout\" or an error such as \"ECONNREFUSED\"".to_owned(),
    };
    let diagnostic = problems.add(Problem::UnknownWord, span, format!("{} is not an outcome", quoted(text)), label);
    if near.is_none() {
        diagnostic.with_help("expected bytes are written as {\"text\": \"...\"}");
    }
    None
}

fn decode_result(node: &Node, problems: &mut Problems) -> Option<StepExpect> {
    let mut fields = Fields::of(node, "an expectation", problems)?;
    let result = ResultExpect {
        payload: Payload::from_fields(&mut fields, node.span, problems),
        bytes: fields.optional("bytes", problems),
        truncated: fields.optional("truncated", problems),
        value: fields.optional("value", problems),
        exit: fields.optional("exit", problems),
        from: fields.optional("from", problems),
        within: fields.optional("within", problems),
    };
    fields.expect_some("expected bytes, such as {\"text\": \"hello\"}; or leave `expect` out", problems);
    fields.finish(problems);
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
                let earlier = expectations.flows.iter().find(|(known, _)| key.as_ref().is_some_and(|key| key.value == known.value));
                if let Some((earlier, _)) = earlier {
                    problems
                        .add(
                            Problem::DuplicateKey,
                            member.name.span,
                            format!("the flow `{}` is given twice", earlier.value),
                            "given again here",
                        )
                        .with_related(earlier.span, "first given here");
                }
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
            format!("{} is not a flow", quoted(&name.value)),
            "expected \"client->server\", or \"run\"",
        );
        return None;
    };
    Some(Spanned::new(FlowKey { from: SocketRef::parse(from), to: SocketRef::parse(to) }, name.span))
}

impl Decode for RunExpect {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "the expectation of a run", problems)?;
        let run = Self { elapsed: fields.optional("elapsed", problems), between: fields.or_default("between", problems) };
        fields.expect_some("expected `elapsed` or `between`; or leave `run` out", problems);
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
            segments: fields.optional("segments", problems),
            sender: fields.optional("sender", problems),
            receiver: fields.optional("receiver", problems),
            causes: fields.optional("causes", problems),
            rate: fields.optional("rate", problems),
            frames: fields.optional("frames", problems),
        };
        fields.expect_some("expected `reads`, `boundaries` or another field; or leave the flow out", problems);
        fields.finish(problems);
        Some(flow)
    }
}

impl Decode for FramesExpect {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "the expectation of frames", problems)?;
        let codec = fields.required("codec", problems);
        let list = fields.optional("list", problems);
        let count = fields.optional("count", problems);
        let error = fields.optional("error", problems);
        let brace = fields.brace();
        if list.is_none() && count.is_none() && error.is_none() {
            problems.add(Problem::MissingField, brace, "no frames are expected", "expected `list`, `count` or `error`");
        }
        fields.finish(problems);
        Some(Self { codec: codec?, list, count, error })
    }
}

impl Decode for FrameErrorKind {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, "an error of a frame", Self::WORDS, problems)
    }
}

impl Decode for Cuts {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "cuts", problems)?;
        let cuts = Self { allowed: fields.optional("allowed", problems), required: fields.optional("required", problems) };
        fields.expect_some("expected `allowed`, `required` or both", problems);
        fields.finish(problems);
        Some(cuts)
    }
}

impl Elapsed {
    fn from_fields(fields: &mut Fields<'_>, span: Span, problems: &mut Problems) -> Self {
        let elapsed = Self { min: fields.optional("min", problems), max: fields.optional("max", problems) };
        if elapsed.min.zip(elapsed.max).is_some_and(|(min, max)| min > max) {
            problems.add(Problem::OutOfRange, span, "an empty range", "`min` is above `max`");
        }
        elapsed
    }
}

impl Decode for Elapsed {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "a range of times", problems)?;
        let elapsed = Self::from_fields(&mut fields, node.span, problems);
        fields.expect_some("expected `min`, `max` or both", problems);
        fields.finish(problems);
        Some(elapsed)
    }
}

impl Decode for Between {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "a time between two marks", problems)?;
        let from = fields.required("from", problems);
        let to = fields.required("to", problems);
        let before = problems.count();
        let elapsed = Elapsed::from_fields(&mut fields, node.span, problems);
        let brace = fields.brace();
        if elapsed.min.is_none() && elapsed.max.is_none() && problems.count() == before {
            problems.add(Problem::MissingField, brace, "no time is expected", "expected `min`, `max` or both");
        }
        fields.finish(problems);
        Some(Self { from: from?, to: to?, elapsed, span: node.span })
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
                let any_of = any_of(&mut fields, problems);
                let counts = BoundaryCounts {
                    preserved: fields.optional("preserved", problems),
                    coalesced: fields.optional("coalesced", problems),
                    split: fields.optional("split", problems),
                    truncated: fields.optional("truncated", problems),
                    lost: fields.optional("lost", problems),
                    reordered: fields.optional("reordered", problems),
                    unread: fields.optional("unread", problems),
                };
                fields.expect_some("expected a word such as \"coalesced\", or numbers such as {\"split\": 0}", problems);
                fields.finish(problems);
                if any_of.is_some() && counts != BoundaryCounts::default() {
                    problems.add(Problem::TooMany, node.span, "words and numbers at once", "give `any_of` alone, or numbers");
                }
                Some(any_of.map_or_else(|| Self::Counts(Box::new(counts)), Self::Outcome))
            }
        }
    }
}

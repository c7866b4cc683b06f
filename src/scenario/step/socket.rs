//! Arguments of `socket`: a kind that the other steps can use, or the three arguments of socket(2) as they are, to show
//! what the kernel refuses.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::scenario::Family;
use crate::scenario::decode::{Decode, Fields, integer, word, wrong_type};
use crate::scenario::endpoint::SocketKind;
use crate::scenario::json::{Node, NodeKind};
use crate::scenario::problem::{Problem, Problems};
use crate::scenario::source::{Span, Spanned};

/// Arguments of `socket`.
#[derive(Clone, Debug)]
pub enum SocketArgs {
    /// A socket to work with.
    Kind {
        /// The kind of socket.
        kind: Spanned<SocketKind>,
        /// The address family of a TCP or UDP socket; left out, the run's own.
        family: Option<Spanned<Family>>,
    },
    /// A socket that the kernel does not make.
    Refused(SocketCall),
}

/// The arguments of socket(2), and their place in the file.
#[derive(Clone, Debug)]
pub struct SocketCall {
    /// The address family; left out, the run's own.
    pub domain: Option<SocketConstant>,
    /// The type.
    pub kind: SocketConstant,
    /// The protocol.
    pub protocol: SocketConstant,
    /// Where `type` stands.
    pub span: Span,
}

/// An argument of socket(2): a constant of this system, or a number without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketConstant {
    /// The constant's name in C.
    pub name: Option<&'static str>,
    /// The number here.
    pub number: i32,
}

impl fmt::Display for SocketConstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.number),
        }
    }
}

impl SocketConstant {
    const fn named(name: &'static str, number: i32) -> Self {
        Self { name: Some(name), number }
    }

    /// The domain of an address family.
    pub fn of_family(family: Family) -> Self {
        match family {
            Family::Ipv4 => Self::named("AF_INET", libc::AF_INET),
            Family::Ipv6 => Self::named("AF_INET6", libc::AF_INET6),
        }
    }
}

type Words = &'static [(&'static str, SocketConstant)];

const DOMAINS: Words = &[
    ("inet", SocketConstant::named("AF_INET", libc::AF_INET)),
    ("inet6", SocketConstant::named("AF_INET6", libc::AF_INET6)),
    ("unix", SocketConstant::named("AF_UNIX", libc::AF_UNIX)),
];
const TYPES: Words = &[
    ("stream", SocketConstant::named("SOCK_STREAM", libc::SOCK_STREAM)),
    ("dgram", SocketConstant::named("SOCK_DGRAM", libc::SOCK_DGRAM)),
    ("raw", SocketConstant::named("SOCK_RAW", libc::SOCK_RAW)),
    ("rdm", SocketConstant::named("SOCK_RDM", libc::SOCK_RDM)),
    ("seqpacket", SocketConstant::named("SOCK_SEQPACKET", libc::SOCK_SEQPACKET)),
];
const PROTOCOLS: Words = &[
    ("tcp", SocketConstant::named("IPPROTO_TCP", libc::IPPROTO_TCP)),
    ("udp", SocketConstant::named("IPPROTO_UDP", libc::IPPROTO_UDP)),
    ("icmp", SocketConstant::named("IPPROTO_ICMP", libc::IPPROTO_ICMP)),
    ("icmpv6", SocketConstant::named("IPPROTO_ICMPV6", libc::IPPROTO_ICMPV6)),
];
const DEFAULT_PROTOCOL: SocketConstant = SocketConstant { name: None, number: 0 };
/// Far beyond what any system has a meaning for, and an `int` everywhere.
const MAX_NUMBER: u64 = 65_535;

/// A constant by its word, or a number.
fn constant(node: &Node, what: &'static str, words: Words, problems: &mut Problems) -> Option<SocketConstant> {
    match node.kind {
        NodeKind::String(_) => word(node, what, words, problems),
        NodeKind::Number(_) => {
            let number = i32::try_from(integer(node, what, 0..=MAX_NUMBER, problems)?).ok()?;
            let named = words.iter().map(|&(_, constant)| constant).find(|constant| constant.number == number);
            Some(named.unwrap_or(SocketConstant { name: None, number }))
        }
        _ => {
            wrong_type(node, &format!("{what}: a word or a number"), problems);
            None
        }
    }
}

impl Decode for SocketArgs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "socket", problems)?;
        let by_arguments = fields.present(&["type", "domain", "protocol"]);
        let Some((_, first)) = by_arguments.first() else {
            let kind = fields.required("kind", problems);
            let family = fields.optional("family", problems);
            fields.finish(problems);
            return Some(Self::Kind { kind: kind?, family });
        };
        let by_kind = fields.present(&["kind", "family"]);
        if let Some((name, member)) = by_kind.first() {
            let title = format!("`{name}` beside `{}`", first.name.value);
            problems.add(Problem::TooMany, member.name.span, title, "give `kind`, or the three arguments `domain`, `type` and `protocol`");
        }
        let kind = fields.required::<Spanned<SocketType>>("type", problems);
        let mut optional = |name, what, words| fields.node(name).map_or(Some(None), |node| constant(node, what, words, problems).map(Some));
        let domain = optional("domain", "an address family", DOMAINS);
        let protocol = optional("protocol", "a protocol", PROTOCOLS);
        fields.finish(problems);
        let kind = kind.filter(|_| by_kind.is_empty())?;
        Some(Self::Refused(SocketCall {
            domain: domain?,
            kind: kind.value.0,
            protocol: protocol?.unwrap_or(DEFAULT_PROTOCOL),
            span: kind.span,
        }))
    }
}

struct SocketType(SocketConstant);

impl Decode for SocketType {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        constant(node, "a type of socket", TYPES, problems).map(Self)
    }
}

impl JsonSchema for SocketArgs {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SocketArgs".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names = |words: Words| words.iter().map(|&(name, _)| name).collect::<Vec<_>>();
        let constant = |about: &str, words: Words| {
            json_schema!({
                "description": about,
                "anyOf": [{ "enum": names(words) }, { "type": "integer", "minimum": 0, "maximum": MAX_NUMBER }]
            })
        };
        let kind = generator.subschema_for::<SocketKind>();
        let family = generator.subschema_for::<Family>();
        json_schema!({
            "type": "object",
            "properties": {
                "kind": { "description": "The kind of socket.", "allOf": [kind] },
                "family": { "description": "The address family of a TCP or UDP socket; left out, the run's own.", "allOf": [family] },
                "domain": constant("First argument of socket(2), an address family; left out, the run's own.", DOMAINS),
                "type": constant("Second argument of socket(2). Only for a socket that the kernel refuses.", TYPES),
                "protocol": constant("Third argument of socket(2); left out, 0.", PROTOCOLS)
            },
            "oneOf": [
                { "required": ["kind"], "properties": { "domain": false, "type": false, "protocol": false } },
                { "required": ["type"], "properties": { "kind": false, "family": false } }
            ],
            "additionalProperties": false
        })
    }
}

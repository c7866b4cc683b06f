//! `extends`: a scenario file and the bases behind it, read into one tree.
//!
//! What a file says goes before its base. Reading files is not this module's work: whoever asks for a scenario hands over
//! [`Bases`], which know where bases are and how far they may be looked for.

use std::collections::HashMap;

use super::decode::{Decode, Fields, wrong_type};
use super::json::{self, Member, Node, NodeKind};
use super::problem::{Diagnostic, Problem, Problems, quoted, shortened};
use super::source::{SourcePart, Spanned};

/// The most bases behind one scenario.
const MAX_BASES: usize = 8;

/// Where the files are that scenarios extend.
pub trait Bases {
    /// The file that `path` means, where it stands in the file `from`.
    ///
    /// # Errors
    /// Why there is none.
    fn find(&self, from: &str, path: &str) -> Result<Base, BaseError>;

    /// What tells a file apart from all others, whatever path it was reached by.
    fn identity(&self, name: &str) -> String;
}

/// A file that a scenario extends.
#[derive(Clone, Debug)]
pub struct Base {
    /// Its name and text.
    pub part: SourcePart,
    /// What tells it apart from all others.
    pub identity: String,
}

/// Why a file cannot be extended.
#[derive(Clone, Debug)]
pub enum BaseError {
    /// The scenario is not from a folder.
    NoFolder,
    /// The path does not start at the file that names it.
    Absolute,
    /// It is not in the folder named here.
    Outside(String),
    /// There is no such file.
    Missing,
    /// It is there, and no text can be got from it.
    Unreadable(Box<Diagnostic>),
}

/// No bases at all: for scenarios from memory.
#[derive(Clone, Copy, Debug)]
pub struct NoBases;

impl Bases for NoBases {
    fn find(&self, _: &str, _: &str) -> Result<Base, BaseError> {
        Err(BaseError::NoFolder)
    }

    fn identity(&self, name: &str) -> String {
        name.to_owned()
    }
}

/// Reads the source and all that it extends. Bases that are already parts of the source, as in one from a saved trace, are taken
/// from there.
pub(super) fn read(bases: &dyn Bases, problems: &mut Problems) -> Option<Node> {
    let mut trees = vec![json::parse(0, problems)?];
    let mut chain = vec![Link::of(problems.source().name(), bases)];
    while let Some(extends) = trees.last().and_then(|tree| extends_of(tree, problems)) {
        let index = trees.len();
        let known = problems.source().parts().nth(index).map(|part| Link::of(part.name, bases));
        let link = match known {
            Some(link) => link,
            None => find(&extends, &chain, bases, problems)?,
        };
        chain.push(link);
        trees.push(json::parse(index, problems)?);
    }
    let base_first = trees.into_iter().rev();
    base_first.map(Some).reduce(|base, own| overlay_file(own?, base?, problems)).flatten()
}

/// One file of the chain.
struct Link {
    name: String,
    identity: String,
}

impl Link {
    fn of(name: &str, bases: &dyn Bases) -> Self {
        Self { name: name.to_owned(), identity: bases.identity(name) }
    }
}

fn extends_of(tree: &Node, problems: &mut Problems) -> Option<Spanned<String>> {
    let NodeKind::Object(members) = &tree.kind else { return None };
    let extends = members.iter().find(|member| member.name.value == "extends")?;
    Spanned::decode(&extends.value, problems)
}

/// Finds the base of the last file of the chain, and makes it a part of the source.
fn find(extends: &Spanned<String>, chain: &[Link], bases: &dyn Bases, problems: &mut Problems) -> Option<Link> {
    let from = chain.last().map_or("", |link| link.name.as_str());
    let names = |last: &str| chain.iter().map(|link| link.name.as_str()).chain([last]).collect::<Vec<_>>().join(" -> ");
    let base = match bases.find(from, &extends.value) {
        Ok(base) => base,
        Err(error) => {
            report(&error, extends, problems);
            return None;
        }
    };
    let Base { part, identity } = base;
    if chain.iter().any(|link| link.identity == identity) {
        let help = format!("the chain is {}", names(&part.name));
        problems.add(Problem::BaseCycle, extends.span, "a file that extends itself", "this leads back").with_help(help);
        return None;
    }
    if chain.len() > MAX_BASES {
        let label = format!("the chain of bases is longer than {MAX_BASES}");
        let help = format!("the chain is {}", names(&part.name));
        problems.add(Problem::BaseTooDeep, extends.span, "too many bases", label).with_help(help);
        return None;
    }
    let link = Link { name: part.name.clone(), identity };
    problems.add_part(part);
    Some(link)
}

fn report(error: &BaseError, extends: &Spanned<String>, problems: &mut Problems) {
    let (path, span) = (quoted(&extends.value), extends.span);
    match error {
        BaseError::NoFolder => {
            problems.add(Problem::BaseMissing, span, format!("{path} cannot be extended"), "this scenario is not from a folder");
        }
        BaseError::Absolute => {
            let title = format!("{path} is an absolute path");
            problems.add(Problem::BaseOutside, span, title, "expected a path that starts at the folder of this file");
        }
        BaseError::Outside(folder) => {
            let label = format!("a base lies in `{}`, or below", shortened(folder));
            let help = "a file may extend those of the folder that netlab was given, or was started in";
            problems.add(Problem::BaseOutside, span, format!("{path} is outside of the folder"), label).with_help(help);
        }
        BaseError::Missing => {
            let label = "no such file; the path starts at the folder of this file";
            problems.add(Problem::BaseMissing, span, format!("{path} cannot be extended"), label);
        }
        BaseError::Unreadable(reason) => {
            let diagnostic = problems.add(reason.problem, span, format!("{path} cannot be extended"), reason.title.as_str());
            if let Some(help) = &reason.help {
                diagnostic.with_help(help.as_str());
            }
        }
    }
}

/// The objects whose members are taken from the base one by one; every other value is taken whole.
const BY_MEMBER: &[&str] = &["vars", "defaults", "links", "actors", "expect", "cases", "texts"];

/// Lays a file over its base.
fn overlay_file(own: Node, base: Node, problems: &mut Problems) -> Option<Node> {
    Fields::of(&base, "a scenario", problems)?;
    let (NodeKind::Object(own_members), NodeKind::Object(base_members)) = (own.kind, base.kind) else { return None };
    let kind = NodeKind::Object(overlay(own_members, base_members, str::to_owned, |own, base| {
        if !BY_MEMBER.contains(&own.name.value.as_str()) || !matches!(own.value.kind, NodeKind::Object(_)) {
            return own;
        }
        let key = if own.name.value == "expect" { flow_key } else { str::to_owned };
        let span = own.value.span;
        match (own.value.kind, base.value.kind) {
            (NodeKind::Object(own_members), NodeKind::Object(base_members)) => {
                let kind = NodeKind::Object(overlay(own_members, base_members, key, |own, _| own));
                Member { name: own.name, value: Node { span, kind } }
            }
            (own_kind, base_kind) => {
                wrong_type(&Node { span: base.value.span, kind: base_kind }, "an object", problems);
                Member { name: own.name, value: Node { span, kind: own_kind } }
            }
        }
    }));
    Some(Node { span: own.span, kind })
}

/// The members of the base in their order, each replaced by what `join` makes of it and the own one of the same key; then those
/// that only the own object has.
fn overlay(own: Vec<Member>, base: Vec<Member>, key: fn(&str) -> String, mut join: impl FnMut(Member, Member) -> Member) -> Vec<Member> {
    // A key given twice is an error already; here the last one counts.
    let order: Vec<String> = own.iter().map(|member| key(&member.name.value)).collect();
    let mut own: HashMap<String, Member> = order.iter().cloned().zip(own).collect();
    let mut merged: Vec<Member> = Vec::new();
    for member in base {
        merged.push(match own.remove(&key(&member.name.value)) {
            Some(own) => join(own, member),
            None => member,
        });
    }
    merged.extend(order.iter().filter_map(|key| own.remove(key)));
    merged
}

/// `client -> server` and `client->server` are one flow.
fn flow_key(name: &str) -> String {
    name.split("->").map(str::trim).collect::<Vec<_>>().join("->")
}

//! Errors explained.

use std::io::{self, Write};

use serde::Serialize;

use super::{word, write_behind, write_ending, write_list, write_points, write_text, write_title};
use crate::catalogue::{ErrorEntry, Giver, Lang, Origin, System, UnrelatedError, errors, forms_of_call};
use crate::report::style::Style;
use crate::report::table::Table;

/// An error explained.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorReport {
    /// Its name.
    pub name: &'static str,
    /// The systems whose number was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked_of: Vec<System>,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Who gives it.
    pub origin: Origin,
    /// Its number on this system.
    pub here: Option<i32>,
    /// Its number on Linux.
    pub linux: Option<i32>,
    /// Its number on macOS.
    pub macos: Option<i32>,
    /// Its number on Windows.
    pub windows: Option<i32>,
    /// Its name on Windows.
    pub windows_name: Option<&'static str>,
    /// The exception of Python.
    pub python: &'static str,
    /// What the systems print for it.
    pub messages: &'static [&'static str],
    /// The calls that give it.
    pub calls: &'static [&'static str],
    /// What it means.
    pub meaning: &'static str,
    /// What is likely, most likely first.
    pub causes: &'static [&'static str],
    /// What to try.
    #[serde(rename = "try")]
    pub remedies: &'static [&'static str],
    /// Built-in scenarios that expect it.
    pub scenarios: Vec<String>,
    /// What belongs to it.
    pub see: &'static [&'static str],
    /// The commands to run next.
    pub next: Vec<String>,
}

impl ErrorReport {
    /// Of an entry, with the scenarios that show it.
    pub fn new(entry: &ErrorEntry, asked_of: Vec<System>, scenarios: Vec<String>, lang: Lang) -> Self {
        let text = entry.text(lang);
        let run = scenarios.first().map(|name| format!("netlab run {name}"));
        let connects = entry.origin == Origin::Resolver || entry.calls.contains(&"connect");
        let connect = connects.then(|| "netlab connect HOST:PORT".to_owned());
        let options = entry.calls.contains(&"setsockopt").then(|| "netlab options".to_owned());
        let sockets = (entry.name == "EADDRINUSE").then(|| "netlab sockets --port PORT".to_owned());
        let mut next: Vec<String> = [run, sockets, options, connect].into_iter().flatten().take(2).collect();
        if next.is_empty() {
            next.push(format!("netlab explain {}", entry.see.first().copied().unwrap_or("errors")));
        }
        Self {
            name: entry.name,
            title: entry.title(lang),
            asked_of,
            origin: entry.origin,
            here: entry.number(System::HERE),
            linux: entry.linux,
            macos: entry.macos,
            windows: entry.windows,
            windows_name: entry.windows_name,
            python: entry.python,
            messages: entry.messages,
            calls: entry.calls,
            meaning: text.meaning,
            causes: text.causes,
            remedies: text.remedies,
            scenarios,
            see: entry.see,
            next,
        }
    }

    /// `111 on Linux (this system), 61 on macOS, 10061 on Windows (WSAECONNREFUSED)`
    fn numbers(&self, lang: Lang) -> String {
        let numbers = [(System::Linux, self.linux), (System::Macos, self.macos), (System::Windows, self.windows)];
        let of = |(system, number): (System, Option<i32>)| {
            let number = number?;
            let name = if system == System::Windows { self.windows_name.filter(|name| *name != self.name) } else { None };
            let name = name.map(|name| if lang == Lang::En { format!(" ({name})") } else { format!("（{name}）") }).unwrap_or_default();
            let here = if system == System::HERE { word(lang, " (this system)", "（本机）") } else { "" };
            Some(match lang {
                Lang::En => format!("{number} on {}{name}{here}", system.name()),
                Lang::Zh => format!("{} {number}{name}{here}", system.name()),
            })
        };
        let numbers: Vec<String> = numbers.into_iter().filter_map(of).collect();
        numbers.join(word(lang, ", ", "，"))
    }

    pub(super) fn write(&self, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        write_title(self.name, self.title, lang, style, out)?;
        if let (Lang::Zh, Some(message)) = (lang, self.messages.first()) {
            write_behind("  英文：", message, style, out)?;
        }
        write_behind(word(lang, "  number: ", "  编号："), &self.numbers(lang), style, out)?;
        write_behind(word(lang, "  Python: ", "  Python："), self.python, style, out)?;
        write_behind(word(lang, "  given by: ", "  来自："), &self.calls.join(word(lang, ", ", "、")), style, out)?;
        writeln!(out)?;
        write_text(self.meaning, style, out)?;
        write_points(word(lang, "likely causes, in order", "可能的原因，依可能性排列"), self.causes, true, style, out)?;
        write_points(word(lang, "what to try", "怎么办"), self.remedies, false, style, out)?;
        write_ending(lang, &self.scenarios, self.see, &self.next, style, out)
    }
}

/// An error that sockets do not give.
#[derive(Clone, Debug, Serialize)]
pub struct UnrelatedReport {
    /// Its name.
    pub name: &'static str,
    /// The systems whose number was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked_of: Vec<System>,
    /// Its number on Linux.
    pub linux: Option<i32>,
    /// Its number on macOS.
    pub macos: Option<i32>,
    /// Its number on Windows.
    pub windows: Option<i32>,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// The error that sockets give for the same, where overlapped sockets give this one in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<Box<ErrorReport>>,
    #[serde(skip)]
    giver: Giver,
}

impl UnrelatedReport {
    /// Of an error, with the one that it stands for.
    pub fn new(error: &UnrelatedError, asked_of: Vec<System>, stands_for: Option<ErrorReport>, lang: Lang) -> Self {
        let UnrelatedError { name, linux, macos, windows, giver, .. } = *error;
        Self { name, asked_of, linux, macos, windows, meaning: error.meaning(lang), stands_for: stands_for.map(Box::new), giver }
    }

    pub(super) fn write(&self, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        write_title(self.name, self.meaning, lang, style, out)?;
        let numbers = [(System::Linux, self.linux), (System::Macos, self.macos), (System::Windows, self.windows)];
        let numbers: Vec<String> =
            numbers.iter().filter_map(|(system, number)| number.map(|number| format!("{} {number}", system.name()))).collect();
        write_behind("  ", &numbers.join(word(lang, ", ", "，")), style, out)?;
        let given = match (self.giver, lang) {
            (Giver::Others, _) => word(lang, "sockets do not give it, or hardly ever", "套接字不会给出它，或极少给出").to_owned(),
            (Giver::Overlapped, _) => {
                word(lang, "overlapped sockets of Windows give it, as asyncio uses them", "Windows 的重叠套接字（如 asyncio 所用）给出它")
                    .to_owned()
            }
            (Giver::OverlappedFor(name), Lang::En) => {
                format!("overlapped sockets of Windows give it, as asyncio uses them, where other sockets give {name}")
            }
            (Giver::OverlappedFor(name), Lang::Zh) => format!("Windows 的重叠套接字（如 asyncio 所用）给出它，相当于其他套接字的 {name}"),
        };
        write_behind("  ", &given, style, out)?;
        self.stands_for.as_ref().map_or(Ok(()), |same| {
            writeln!(out)?;
            same.write(lang, style, out)
        })
    }
}

/// A call, with the errors that it gives.
#[derive(Clone, Debug, Serialize)]
pub struct CallReport {
    /// The call.
    pub name: &'static str,
    /// Its other forms, which give the same.
    pub forms: &'static [&'static str],
    /// Its errors: the name, and what it means in a sentence.
    pub errors: Vec<(&'static str, String)>,
    /// The command to run next.
    pub next: Vec<String>,
}

impl CallReport {
    /// Of a call.
    pub fn new(name: &'static str, lang: Lang) -> Self {
        let given = errors().filter(|entry| entry.calls.contains(&name));
        let errors: Vec<_> = given.map(|entry| (entry.name, sentence_for(name, entry.text(lang).meaning).to_owned())).collect();
        let next = errors.first().map(|(name, _)| format!("netlab explain {name}")).into_iter().collect();
        Self { name, forms: forms_of_call(name), errors, next }
    }

    pub(super) fn write(&self, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let forms = [self.name].iter().chain(self.forms).map(|form| format!("{form}()")).collect::<Vec<_>>().join(word(lang, ", ", "、"));
        write_title(
            &forms,
            word(lang, if self.forms.is_empty() { "the errors that it gives" } else { "the errors that they give" }, "给出的错误"),
            lang,
            style,
            out,
        )?;
        let mut table = Table::new(&[word(lang, "=error", "=错误"), word(lang, "meaning", "含义")], style);
        self.errors.iter().for_each(|(name, meaning)| table.row(vec![(*name).to_owned(), meaning.clone()]));
        table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))?;
        write_list(lang, word(lang, "next", "下一步"), &self.next, style, out)
    }
}

/// What an error means from a call: the sentence that says so, `From connect: no local port is left ..`, else the first.
fn sentence_for<'a>(call: &str, meaning: &'a str) -> &'a str {
    sentences(meaning).find(|sentence| calls_named_by(sentence).any(|named| named == call)).unwrap_or_else(|| first_sentence(meaning))
}

/// The calls of which alone a sentence speaks: those in its opening, `From accept:`, `From send it means`, `由 accept 返回：`.
fn calls_named_by(sentence: &str) -> impl Iterator<Item = &str> {
    let opening = sentence.split([':', '：', '，']).next().and_then(|part| part.split(" it ").next()).unwrap_or_default();
    let speaks = opening.starts_with("From ") || opening.contains('由') && opening.contains("返回");
    let words = opening.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(move |_| speaks)
}

fn sentences(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let sentence = first_sentence(text);
        text = text[sentence.len()..].trim_start();
        (!sentence.is_empty()).then_some(sentence)
    })
}

/// The first sentence of a text, in either language.
pub(super) fn first_sentence(text: &str) -> &str {
    let end = [". ", "。"].iter().filter_map(|mark| text.find(mark).map(|at| at + mark.trim_end().len())).min();
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_the_meaning_that_the_error_has_from_it() {
        let meaning = |call, name, lang| sentence_for(call, crate::catalogue::error(name).unwrap().text(lang).meaning);
        assert!(meaning("bind", "EADDRNOTAVAIL", Lang::En).starts_with("From bind: no interface"));
        assert!(meaning("connect", "EADDRNOTAVAIL", Lang::En).starts_with("From connect: no local port"));
        assert!(meaning("connect", "EADDRNOTAVAIL", Lang::Zh).starts_with("由 connect 返回："));
        assert!(meaning("accept", "ECONNABORTED", Lang::En).starts_with("From accept:"));
        assert!(meaning("connect", "ECONNABORTED", Lang::En).starts_with("From a second connect"));
        assert!(meaning("send", "EALREADY", Lang::En).starts_with("From send it means"));
        assert!(meaning("send", "EALREADY", Lang::Zh).contains("Fast Open"));
        assert!(meaning("connect", "EALREADY", Lang::En).starts_with("An earlier connect"));
    }

    /// No call is given what an error means from another.
    #[test]
    fn no_call_has_the_meaning_of_another() {
        let known: Vec<&str> = errors().flat_map(|entry| entry.calls.iter().copied()).collect();
        for lang in Lang::ALL {
            for entry in errors() {
                for call in entry.calls {
                    let sentence = sentence_for(call, entry.text(lang).meaning);
                    let mut others = calls_named_by(sentence).filter(|named| known.contains(named)).peekable();
                    assert!(others.peek().is_none() || others.any(|named| named == *call), "{call}, {}: {sentence}", entry.name);
                }
            }
        }
    }
}

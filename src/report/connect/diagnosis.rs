//! One failure: the codes, the causes with their evidence, the next command.

use std::io::{self, Write};

use crate::connect::{Cause, CodeReturned, ConnectEx, Diagnosis, ErrorCode, Phase, Standing};
use crate::report::style::{Style, wrap};
use crate::trace::Address;

/// Writes what a failure means; its address too, unless it stands in the target as it was typed.
pub(super) fn write_diagnosis(diagnosis: &Diagnosis, target: Option<&str>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let at = match diagnosis.addresses.as_slice() {
        [] => String::new(),
        [only] if target == Some(only.to_string().as_str()) => String::new(),
        addresses => format!(" ({})", addresses.iter().map(Address::shown).collect::<Vec<_>>().join(", ")),
    };
    let took = if diagnosis.took_us.0 > 0 && diagnosis.error.is_some() { format!(" after {}", diagnosis.took_us) } else { String::new() };
    hang("", &format!("{}{took}{at}", diagnosis.title), style, out)?;
    if let Some(error) = &diagnosis.error {
        hang("  code: ", &codes(error), style, out)?;
        hang("  system's words: ", &error.text, style, out)?;
    }
    if let Some(python) = &diagnosis.python {
        hang("  Python: ", &python_line(python), style, out)?;
    } else if let Some(raises) = &diagnosis.python_raises {
        hang("  Python: ", raises, style, out)?;
    } else if let Some(error) = diagnosis.error.as_ref().filter(|_| diagnosis.phase == Phase::Resolve) {
        hang("  Python: ", &format!("raises {}: [Errno {}] {}", error.python, error.number, error.text), style, out)?;
    }
    if let Some(meaning) = diagnosis.meaning.filter(|_| style.verbose) {
        hang("  means: ", meaning, style, out)?;
    }
    for cause in &diagnosis.causes {
        write_cause(cause, style, out)?;
    }
    for (index, next) in diagnosis.next.iter().enumerate() {
        // A command is not broken: it is to be copied.
        writeln!(out, "  {} {next}", if index == 0 { "next:" } else { "     " })?;
    }
    Ok(())
}

pub(super) fn write_cause(cause: &Cause, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let label = match cause.standing {
        Standing::Supported => "  cause: ",
        Standing::Possible => "  possible: ",
        Standing::RuledOut => "  ruled out: ",
    };
    hang(label, &cause.title, style, out)?;
    // What is ruled out needs one reason; -v has all.
    let is_short = cause.standing == Standing::RuledOut && !style.verbose;
    let evidence = cause.evidence.iter().filter(|evidence| !(is_short && evidence.supports));
    for evidence in evidence.take(if is_short { 1 } else { usize::MAX }) {
        let word = if evidence.supports { "evidence" } else { "against it" };
        hang(&format!("    {word} ({}): ", evidence.source.name()), &evidence.text, style, out)?;
    }
    Ok(())
}

/// `111 here; 61 on macOS, 10061 (WSAECONNREFUSED) on Windows`
fn codes(error: &ErrorCode) -> String {
    let mut others = Vec::new();
    let mut add = |number: Option<i32>, system: &str, name: Option<&str>| {
        if let Some(number) = number {
            let name = name.filter(|name| *name != error.name).map_or_else(String::new, |name| format!(" ({name})"));
            others.push(format!("{number}{name} on {system}"));
        }
    };
    add(error.linux, "Linux", None);
    add(error.macos, "macOS", None);
    add(error.windows, "Windows", error.windows_name);
    if others.is_empty() { format!("{} here", error.number) } else { format!("{} here; {}", error.number, others.join(", ")) }
}

fn python_line(python: &ConnectEx) -> String {
    let code = |code: &CodeReturned| match &code.name {
        Some(name) => format!("{} {name}", code.number),
        None => code.number.to_string(),
    };
    let blocking = python.blocking.as_ref().map_or_else(|| "would still wait".to_owned(), code);
    let raises = python.raises.as_ref().map_or_else(String::new, |raises| format!("; connect raises {raises}"));
    format!(
        "connect_ex blocking: {blocking}, with a timeout: {}, non-blocking at first: {}{raises}",
        code(&python.with_timeout),
        code(&python.non_blocking)
    )
}

/// Writes text behind a label, its further lines indented by two columns more than the label is.
pub(super) fn hang(label: &str, text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let indent = label.len() - label.trim_start().len() + 2;
    let lines = wrap(&format!("{}{text}", label.trim_start()), style.width.saturating_sub(indent));
    for (index, line) in lines.iter().enumerate() {
        let space = if index == 0 { indent - 2 } else { indent };
        writeln!(out, "{:space$}{line}", "")?;
    }
    Ok(())
}

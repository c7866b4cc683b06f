//! Socket options explained, with what this kernel makes of them.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use super::{word, write_behind, write_text, write_title};
use crate::catalogue::{Lang, LimitRole, OptionEntry, OptionKind, System, Unit, ValueForm, unrelated};
use crate::errno::Errno;
use crate::options::{Answer, LimitNow, OptionNow, Outcome, Value};
use crate::report::style::{Style, paint};
use crate::report::table::Table;

/// An option explained, on every kind of socket that has it.
#[derive(Clone, Debug, Serialize)]
pub struct OptionReport {
    /// The constant in C.
    pub name: &'static str,
    /// The level's constant in C.
    pub level: &'static str,
    /// What its number counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// What it does.
    pub does: &'static str,
    /// What it does not do.
    pub does_not: &'static str,
    /// The capability without which setting it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privilege: Option<&'static str>,
    /// What this kernel makes of it, on each kind of socket.
    pub kinds: Vec<OptionOnKind>,
    /// Built-in scenarios that set it.
    pub scenarios: Vec<String>,
    /// The commands to run next.
    pub next: Vec<String>,
}

/// What this kernel makes of an option, on one kind of socket.
#[derive(Clone, Debug, Serialize)]
pub struct OptionOnKind {
    /// The kind of socket that was asked.
    pub kind: OptionKind,
    /// On a fresh socket: a value, or `{"error": "ENOPROTOOPT"}`; null where it can only be set.
    pub default: serde_json::Value,
    /// The value that was tried.
    pub asked: serde_json::Value,
    /// What was read back, or the error of setting it.
    pub got: serde_json::Value,
    /// What bounds it, with the value of now.
    pub limits: Vec<LimitReport>,
    #[serde(skip)]
    now: OptionNow,
}

/// A file of `/proc/sys` that bounds an option.
#[derive(Clone, Debug, Serialize)]
pub struct LimitReport {
    /// The file.
    pub file: String,
    /// Its name for sysctl(8).
    pub sysctl: String,
    /// What it does to the option.
    pub role: LimitRole,
    /// What is in it now.
    pub value: Option<String>,
}

impl LimitReport {
    fn new(limit: &LimitNow) -> Self {
        let file = format!("/proc/sys/{}", limit.file);
        Self { file, sysctl: limit.sysctl(), role: limit.role, value: limit.value.clone() }
    }

    fn role(&self, lang: Lang) -> &'static str {
        match self.role {
            LimitRole::Max => word(lang, "the most without privilege", "无特权时的上限"),
            LimitRole::Default => word(lang, "the default", "默认值"),
            LimitRole::Auto => word(lang, "least, default and most of TCP's own tuning", "TCP 自动调节的最小、默认、最大值"),
            LimitRole::Enables => word(lang, "whether and how it takes effect", "是否以及如何生效"),
            LimitRole::Choice => word(lang, "what it may be chosen from", "可选的取值"),
        }
    }

    fn write(&self, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let value = self.value.as_deref().unwrap_or(word(lang, "not on this system", "本系统没有"));
        write_behind("  ", &format!("{} = {value}{}{}", self.sysctl, word(lang, ": ", "："), self.role(lang)), style, out)
    }
}

fn data(value: &Value) -> serde_json::Value {
    match value {
        Value::Switch(on) => json!(on),
        Value::Number(number) => json!(number),
        Value::Milliseconds(time) => json!({ "ms": time }),
        Value::Linger(seconds) => json!({ "on": seconds.is_some(), "seconds": seconds }),
        Value::Text(text) => json!(text),
        Value::Structure(length) => json!({ "bytes": length }),
    }
}

fn answer_data(answer: &Answer) -> serde_json::Value {
    answer.as_ref().map_or_else(error_data, data)
}

/// What was set and cannot be read back is told from what was not set by being `{"set": true}`.
fn outcome_data(outcome: &Outcome) -> serde_json::Value {
    outcome.as_ref().map_or_else(error_data, |value| value.as_ref().map_or_else(|| json!({ "set": true }), data))
}

fn error_data(errno: &Errno) -> serde_json::Value {
    json!({ "error": error_name(*errno) })
}

/// The name of an error, also of one that sockets hardly give.
fn error_name(errno: Errno) -> String {
    let unrelated = || unrelated().find(|error| error.number(System::HERE) == Some(errno.raw())).map(|error| error.name);
    errno.name().or_else(unrelated).map_or_else(|| errno.to_string(), str::to_owned)
}

impl OptionOnKind {
    fn new(now: OptionNow) -> Self {
        Self {
            kind: now.kind,
            default: now.default.as_ref().map_or(serde_json::Value::Null, answer_data),
            asked: now.trial.as_ref().map_or(serde_json::Value::Null, |(asked, _)| data(asked)),
            got: now.trial.as_ref().map_or(serde_json::Value::Null, |(_, got)| outcome_data(got)),
            limits: now.limits.iter().map(LimitReport::new).collect(),
            now,
        }
    }

    /// Default, asked and got, as cells.
    fn cells(&self, lang: Lang) -> [String; 3] {
        let answer = |answer: &Answer| answer.as_ref().map_or_else(|errno| error_name(*errno), Value::to_string);
        let outcome = |outcome: &Outcome| match outcome {
            Ok(Some(value)) => value.to_string(),
            Ok(None) => word(lang, "(set)", "（已设）").to_owned(),
            Err(errno) => error_name(*errno),
        };
        let trial = self.now.trial.as_ref();
        [
            self.now.default.as_ref().map(answer).unwrap_or_default(),
            trial.map(|(asked, _)| asked.to_string()).unwrap_or_default(),
            trial.map(|(_, got)| outcome(got)).unwrap_or_default(),
        ]
    }

    /// Whether there is a value to be shown, or an error in its place.
    fn has_value(&self) -> bool {
        !matches!(self.now.default, None | Some(Ok(Value::Structure(_)))) && self.now.entry.form != ValueForm::Structure
    }

    /// What the kernel made of the value, where that is another.
    fn remark(&self, lang: Lang) -> &'static str {
        match &self.now.trial {
            Some((Value::Number(asked), Ok(Some(Value::Number(got))))) if *got == 2 * asked && *asked != 0 => {
                word(lang, "doubled", "内核加倍")
            }
            Some((asked, Ok(Some(got)))) if asked != got => word(lang, "changed", "内核改动"),
            Some(_) => "",
            None if self.now.entry.form == ValueForm::Pointers => word(lang, "not tried", "未试"),
            None if self.now.default.is_none() => word(lang, "set only", "只能设置"),
            None => word(lang, "read only", "只读"),
        }
    }
}

impl OptionReport {
    /// Of an option, with what was asked of each kind of socket.
    pub fn new(entry: &OptionEntry, asked: Vec<OptionNow>, scenarios: Vec<String>, lang: Lang) -> Self {
        let text = entry.text(lang);
        let unit = match entry.form {
            ValueForm::Int(unit, _) | ValueForm::ReadOnly(unit) => Some(unit),
            ValueForm::Forced { .. } => Some(Unit::Bytes),
            // Times are written with their unit.
            ValueForm::Time(_)
            | ValueForm::Linger(_)
            | ValueForm::Switch
            | ValueForm::Text(_)
            | ValueForm::Structure
            | ValueForm::WriteOnly
            | ValueForm::Pointers => None,
        };
        let kinds: Vec<OptionOnKind> = asked.into_iter().map(OptionOnKind::new).collect();
        let kind = kinds.first().map_or("tcp", |on| on.kind.name());
        let run = scenarios.first().map(|name| format!("netlab run {name}"));
        Self {
            name: entry.constant,
            level: entry.level.constant(),
            unit,
            does: text.does,
            does_not: text.does_not,
            privilege: entry.privilege,
            kinds,
            scenarios,
            next: run.into_iter().chain([format!("netlab options --kind {kind}")]).collect(),
        }
    }

    fn value_of(&self, lang: Lang) -> String {
        let sign = self.unit.map_or("", |unit| unit.sign(lang));
        if sign.is_empty() { self.level.to_owned() } else { [self.level, sign].join(word(lang, ", ", "，")) }
    }

    pub(super) fn write(&self, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        write_title(self.name, &self.value_of(lang), lang, style, out)?;
        writeln!(out)?;
        write_text(self.does, style, out)?;
        write_behind(word(lang, "mind: ", "注意："), self.does_not, style, out)?;
        writeln!(out)?;
        let headers = match lang {
            Lang::En => ["=socket", ">default", ">asked", ">got", "remark"],
            Lang::Zh => ["=套接字", ">默认值", ">试设", ">读回", "说明"],
        };
        let mut table = Table::new(&headers, style);
        for on in &self.kinds {
            let [default, asked, got] = on.cells(lang);
            table.row(vec![on.kind.name().to_owned(), default, asked, got, on.remark(lang).to_owned()]);
        }
        table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))?;
        if let Some(privilege) = self.privilege {
            write_behind(word(lang, "needs: ", "需要："), privilege, style, out)?;
        }
        write_limits(self.kinds.iter(), lang, style, out)?;
        if self.kinds.iter().any(|on| !on.limits.is_empty()) {
            write_how_to_change(lang, style, out)?;
        }
        super::write_ending(lang, &self.scenarios, &[], &self.next, style, out)
    }

    /// The block of one option in a listing: its values, and where it is asked for also the words.
    fn write_block(&self, style: &Style, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
        let on = &self.kinds[0];
        let [default, asked, got] = on.cells(lang);
        let values = match (on.now.trial.is_some(), lang) {
            (false, _) => default,
            (true, Lang::En) => format!("default {default}; asked {asked}, got {got}"),
            (true, Lang::Zh) => format!("默认 {default}；试设 {asked}，读回 {got}"),
        };
        let remarks = self.remarks(lang);
        let values: Vec<&str> = [values.as_str(), &remarks].into_iter().filter(|part| !part.is_empty()).collect();
        let values = values.join(word(lang, "; ", "；"));
        if !style.verbose {
            return write_title(self.name, &values, lang, style, out);
        }
        writeln!(out)?;
        write_title(self.name, &values, lang, style, out)?;
        write_behind("  ", self.does, style, out)?;
        write_behind(word(lang, "  mind: ", "  注意："), self.does_not, style, out)
    }

    /// The unit, and what the kernel made of the value.
    fn remarks(&self, lang: Lang) -> String {
        let privileged = self.privilege.map_or("", |_| word(lang, "privileged", "需特权"));
        let unit = self.unit.map_or("", |unit| unit.sign(lang));
        let remarks = [unit, self.kinds[0].remark(lang), privileged];
        let remarks: Vec<&str> = remarks.into_iter().filter(|remark| !remark.is_empty()).collect();
        remarks.join(word(lang, ", ", "，"))
    }
}

/// The files that bound options, each once.
fn write_limits<'o>(on: impl Iterator<Item = &'o OptionOnKind>, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut shown: Vec<&LimitReport> = Vec::new();
    for limit in on.flat_map(|on| &on.limits) {
        if !shown.iter().any(|known| known.sysctl == limit.sysctl) {
            shown.push(limit);
        }
    }
    if shown.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", word(lang, "limits, from /proc/sys, now:", "限制（/proc/sys 的当前值）："))?;
    shown.iter().try_for_each(|limit| limit.write(lang, style, out))
}

/// How to change a limit.
fn write_how_to_change(lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let command = "`sysctl -w NAME=VALUE`";
    let how = match lang {
        Lang::En => format!("as root, {command}; to keep it, a line NAME = VALUE in a file of /etc/sysctl.d"),
        Lang::Zh => format!("以 root 身份执行 {command}；要长期有效，在 /etc/sysctl.d 的文件里写一行 NAME = VALUE"),
    };
    write_behind(word(lang, "to change a limit: ", "修改限制："), &how, style, out)
}

/// What `netlab options` shows: every option of one or several kinds of sockets.
#[derive(Clone, Debug, Serialize)]
pub struct OptionsReport {
    /// The version of this format.
    pub version: u32,
    /// The kernel's release.
    pub kernel: String,
    /// The options.
    pub options: Vec<OptionRow>,
}

/// One option of the listing: on exactly one kind of socket.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct OptionRow(pub OptionReport);

/// Below this width, in columns, names would be broken in a table: there are lines then.
const LEAST_FOR_TABLE: usize = 76;
/// From this width on the table has a column of words.
const ROOM_FOR_WORDS: usize = 110;

impl OptionsReport {
    /// Writes a table for each kind of socket and level.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn write(&self, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let key = |row: &OptionRow| (row.0.kinds.first().map(|on| on.kind), row.0.level);
        for rows in self.options.chunk_by(|a, b| key(a) == key(b)) {
            let Some(on) = rows.first().and_then(|row| row.0.kinds.first()) else { continue };
            let heading = match lang {
                Lang::En => format!("{} on a fresh {} socket, Linux {}", rows[0].0.level, on.kind.name(), self.kernel),
                Lang::Zh => format!("新建的 {} 套接字上的 {}，Linux {}", on.kind.name(), rows[0].0.level, self.kernel),
            };
            writeln!(out, "{}", paint(super::TITLE, &heading))?;
            if style.verbose || style.width < LEAST_FOR_TABLE {
                for OptionRow(report) in rows {
                    report.write_block(style, lang, out)?;
                }
            } else {
                Self::write_table(rows, lang, style, out)?;
            }
            write_limits(rows.iter().flat_map(|row| &row.0.kinds), lang, style, out)?;
            writeln!(out)?;
        }
        write_how_to_change(lang, style, out)?;
        if style.verbose || style.quiet {
            return Ok(());
        }
        let hint = word(
            lang,
            "`netlab options -v` says what each does and does not do, `netlab explain SO_RCVBUF` all of one",
            "`netlab options -v` 说明每个选项的作用和误区，`netlab explain SO_RCVBUF` 给出某一个的全部",
        );
        write_text(hint, style, out)
    }

    fn write_table(rows: &[OptionRow], lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let mut headers = match lang {
            Lang::En => vec!["=option", ">default", ">asked", ">got", "remark"],
            Lang::Zh => vec!["=选项", ">默认值", ">试设", ">读回", "说明"],
        };
        let has_words = style.width >= ROOM_FOR_WORDS;
        if has_words {
            headers.push(word(lang, "mind", "注意"));
        }
        let mut table = Table::new(&headers, style);
        // What has no value that could be shown is named below.
        let (valued, others): (Vec<_>, Vec<_>) = rows.iter().partition(|OptionRow(report)| report.kinds[0].has_value());
        for OptionRow(report) in valued {
            let on = &report.kinds[0];
            let [default, asked, got] = on.cells(lang);
            let mut cells = vec![report.name.to_owned(), default, asked, got, report.remarks(lang)];
            if has_words {
                cells.push(report.does_not.to_owned());
            }
            table.row(cells);
        }
        table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))?;
        let (set_only, structures): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|OptionRow(report)| report.kinds[0].now.default.is_none());
        let set_only: Vec<&str> = set_only.iter().map(|OptionRow(report)| report.name).collect();
        let structures = structures.iter().map(|OptionRow(report)| format!("{} {}", report.name, report.kinds[0].cells(lang)[0]));
        let structures: Vec<String> = structures.collect();
        let lists = [
            (
                word(lang, "not tried (set only, or with pointers): ", "未试（只能设置，或含有指针）："),
                set_only.join(word(lang, ", ", "、")),
            ),
            (word(lang, "structures: ", "结构体："), structures.join(word(lang, ", ", "、"))),
        ];
        let shown = lists.iter().filter(|(_, names)| !names.is_empty());
        shown.map(|(label, names)| format!("{label}{names}")).try_for_each(|line| write_text(&line, style, out))
    }
}

//! `--var`, `--vars-file` and the environment: the values that go before those of the scenario files.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Exit;
use super::output::{Output, note, note_diagnostics};
use crate::scenario::{Diagnostic, ENVIRONMENT_PREFIX, Problem, Source, Variables, VarsFile, is_variable_name, visible};

#[derive(Debug, Args)]
#[command(next_help_heading = "Variables, before those of the file")]
pub(super) struct VariableArgs {
    /// Give a variable of the scenarios a value; the last one of a name counts
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_assignment)]
    var: Vec<(String, String)>,

    /// Take values from a file that holds a JSON object; of several files the last goes first, --var before all.
    /// Behind them comes the environment, NETLAB_VAR_name
    #[arg(long, value_name = "FILE")]
    vars_file: Vec<PathBuf>,
}

fn parse_assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if is_variable_name(name) => Ok((name.to_owned(), value.to_owned())),
        Some(_) => Err("the name of a variable is a letter or _, then letters, digits and _".to_owned()),
        None => Err("expected NAME=VALUE, such as port=9999".to_owned()),
    }
}

impl VariableArgs {
    /// The options as they would be typed.
    pub(super) fn typed(&self) -> Vec<String> {
        let files = self.vars_file.iter().map(|path| ["--vars-file".to_owned(), path.display().to_string()]);
        let vars = self.var.iter().map(|(name, value)| ["--var".to_owned(), format!("{name}={value}")]);
        files.chain(vars).flatten().collect()
    }

    /// Reads the files and the environment; what is wrong there is said, and gives the exit.
    pub(super) fn load(&self, output: &Output) -> Result<Variables, Exit> {
        let mut files = Vec::new();
        let mut wrong = Vec::new();
        for path in &self.vars_file {
            match read(path) {
                Ok(file) => files.push(file),
                Err(diagnostics) => wrong.extend(diagnostics),
            }
        }
        note_diagnostics(&wrong, &output.style);
        let environment = environment()?;
        if wrong.is_empty() { Ok(Variables::new(self.var.iter().cloned(), files, environment)) } else { Err(Exit::Invalid) }
    }
}

fn read(path: &Path) -> Result<VarsFile, Vec<Diagnostic>> {
    let of_variables = |mut diagnostic: Diagnostic| {
        if diagnostic.problem == Problem::FileMissing {
            diagnostic.title = "no such file of variables".to_owned();
        }
        diagnostic.help("--vars-file takes a file with a JSON object, such as {\"port\": 9999}")
    };
    let source = Source::read(path).map_err(|diagnostic| vec![of_variables(*diagnostic)])?;
    VarsFile::parse(source)
}

/// The variables of the environment. A name that no variable can have is somebody else's.
fn environment() -> Result<Vec<(String, String)>, Exit> {
    let mut found = Vec::new();
    for (name, value) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let Some(variable) = name.strip_prefix(ENVIRONMENT_PREFIX).filter(|variable| is_variable_name(variable)) else { continue };
        let Ok(value) = value.into_string() else {
            note(&format!("error: the environment variable {} is not UTF-8", visible(&name)));
            return Err(Exit::Usage);
        };
        found.push((variable.to_owned(), value));
    }
    Ok(found)
}

/// Says which `--var` does nothing. `known` are the names that the scenarios have; where a file is invalid they are not all known.
pub(super) fn note_unused<'k>(variables: &Variables, known: impl IntoIterator<Item = &'k str>) {
    variables.notes_on_unused(known).iter().for_each(|text| note(&format!("note: {text}")));
}

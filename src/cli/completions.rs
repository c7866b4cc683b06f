//! `netlab completions`: scripts that let a shell complete the command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Cli;
use super::exit::{self, Exit};
use super::output::Output;

/// Where each shell looks for the script.
const HELP: &str = "Examples:
  netlab completions bash > ~/.local/share/bash-completion/completions/netlab
  netlab completions zsh > ~/.zfunc/_netlab    # a folder of $fpath
  netlab completions fish > ~/.config/fish/completions/netlab.fish
  netlab completions elvish > ~/.config/elvish/lib/netlab.elv    # and `use netlab` in rc.elv
  netlab completions powershell >> $PROFILE";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn completions(args: &CompletionsArgs, output: &mut Output) -> Exit {
    let script = script(args.shell);
    output.write_data(|out| out.write_all(&script));
    Exit::Success
}

/// The script, with the exit codes as a comment: they are not completed, but this is where somebody who scripts netlab looks.
fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "netlab", &mut script);
    // zsh's compinit reads which command a file is for from its first line.
    let first_line = script.iter().position(|&byte| byte == b'\n').map_or(script.len(), |end| end + 1);
    let place = if script.starts_with(b"#compdef") { first_line } else { 0 };
    let comment: String = exit::HELP.lines().map(|line| format!("# {line}\n")).collect();
    let comment = format!("# Completions for netlab {} ({shell}).\n#\n{comment}\n", env!("CARGO_PKG_VERSION"));
    script.splice(place..place, comment.into_bytes());
    script
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_script_has_the_exit_codes_and_every_command() {
        for &shell in Shell::value_variants() {
            let script = String::from_utf8(script(shell)).unwrap();
            assert!(exit::HELP.lines().all(|line| script.contains(&format!("\n# {line}\n"))), "{shell}");
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell} does not know {}", command.get_name());
            }
        }
    }

    #[test]
    fn zsh_finds_the_command_in_the_first_line() {
        assert!(script(Shell::Zsh).starts_with(b"#compdef netlab\n# Completions"));
    }
}

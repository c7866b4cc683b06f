//! Ends a process group when netlab has ended, however it did.

use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Reads the number of a group; at the end of its input, which comes when netlab has ended, kills it.
///
/// PR_SET_PDEATHSIG would do less: it needs code between fork and exec, ends with the *thread* that started the program, and reaches no
/// grandchild.
const SCRIPT: &str = "read -r group || exit 0; read -r end; kill -s KILL -- \"-$group\" 2>/dev/null";

#[derive(Debug)]
pub(super) struct Guard {
    shell: Child,
    /// Closed by the kernel when netlab ends. No other child inherits it: it is CLOEXEC.
    pipe: Option<ChildStdin>,
}

impl Guard {
    pub(super) fn start() -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C on the terminal is not meant for it.
            .process_group(0)
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("/bin/sh, which is to end the program if netlab dies: {error}")))?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe })
    }

    pub(super) fn watch(&mut self, group: u32) -> io::Result<()> {
        self.pipe.as_mut().map_or(Ok(()), |pipe| writeln!(pipe, "{group}"))
    }

    /// The group is gone, and its number may be given to another one.
    pub(super) fn dismiss(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.end();
    }
}

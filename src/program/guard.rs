//! Ends a process group when netlab has ended, however it did.

use std::io;
use std::process::{Child, Command, Stdio};

/// Waits for the end of its input, which comes when netlab has ended; then kills its group, itself with it. SIGTERM is for the program.
///
/// PR_SET_PDEATHSIG would do less: it needs code between fork and exec, ends with the *thread* that started the program, and reaches no
/// grandchild.
const SCRIPT: &str = "trap '' TERM; read -r end; kill -s KILL 0";

/// The leader of the group that the program joins. So the program is never in a group that nobody would end: it joins before it is
/// executed, and until it is executed it holds the other end of the pipe open, too.
#[derive(Debug)]
pub(super) struct Guard {
    /// Its standard input is closed by the kernel when netlab ends. No program inherits it: it is CLOEXEC.
    shell: Child,
}

impl Guard {
    pub(super) fn start() -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        let shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("/bin/sh, which is to end the program if netlab dies: {error}")))?;
        Ok(Self { shell })
    }

    /// The number of the group. It is not given to another one before this is dropped.
    pub(super) fn group(&self) -> i32 {
        i32::try_from(self.shell.id()).unwrap_or(i32::MAX)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

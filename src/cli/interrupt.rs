//! Ctrl-C and SIGTERM: the first asks the run to stop and show what happened so far, the second ends the process.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::engine::Interrupt;

/// Signals this close behind the first are the same wish: timeout(1) signals the process, and then its whole group.
const ECHO: Duration = Duration::from_millis(200);

/// Starts to listen for signals.
pub(super) fn listen() -> io::Result<Arc<Interrupt>> {
    let interrupt = Arc::new(Interrupt::new()?);
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
    // A file that may grow no further is an error of writing then, and not the end of the process.
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    let shared = Arc::clone(&interrupt);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut signals = signals.forever();
        let Some(first) = signals.next() else { return };
        shared.trigger(first);
        let since = Instant::now();
        if let Some(signal) = signals.find(|_| since.elapsed() > ECHO) {
            std::process::exit(128 + signal);
        }
    })?;
    Ok(interrupt)
}

//! Ctrl-C and SIGTERM: the first asks the run to stop and show what happened so far, the second ends the process.

use std::io;
use std::sync::Arc;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::engine::Interrupt;

/// Starts to listen for signals.
pub(super) fn listen() -> io::Result<Arc<Interrupt>> {
    let interrupt = Arc::new(Interrupt::new()?);
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
    let shared = Arc::clone(&interrupt);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut signals = signals.forever();
        if let Some(signal) = signals.next() {
            shared.trigger(signal);
        }
        if let Some(signal) = signals.next() {
            std::process::exit(128 + signal);
        }
    })?;
    Ok(interrupt)
}

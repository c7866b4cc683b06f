//! Ctrl-C and SIGTERM: the first asks the run to stop and show what happened so far, the second ends the process.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::engine::Interrupt;

/// Signals this close behind the first are the same wish: timeout(1) signals the process, and then its whole group.
const ECHO: Duration = Duration::from_millis(200);
/// Listens for Ctrl-C and SIGTERM without a thread, which would take longer to start than a connect. Of two signals, the second ends the
/// process. There is nothing to clean up, so all other signals end it as ever.
pub(super) fn without_thread() -> io::Result<Arc<Interrupt>> {
    let interrupt = Arc::new(Interrupt::new()?);
    let is_second = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let (number, pipe) = interrupt.for_handler()?;
        // Handlers run in the order in which they are registered.
        signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&is_second))?;
        signal_hook::flag::register(signal, Arc::clone(&is_second))?;
        signal_hook::flag::register_usize(signal, number, usize::try_from(signal).unwrap_or_default())?;
        signal_hook::low_level::pipe::register_raw(signal, pipe)?;
    }
    Ok(interrupt)
}

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

//! A server is ready when it accepts.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::{Command, Ended, Program};

/// How often another port is tried: between the moment in which a port was free and the one in which the program binds it, somebody else
/// may take it.
const PORTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Why there is no server.
#[derive(Debug)]
pub enum StartError {
    /// It could not be started.
    NotStarted(io::Error),
    /// It ended before it accepted; the last of its output.
    Ended(Ended, Vec<u8>),
    /// It did not accept in time; the last of its output.
    NotReady(SocketAddr, Vec<u8>),
    /// No port was free.
    NoPort(io::Error),
    /// The user wished to stop.
    Interrupted,
}

impl StartError {
    /// The last of what the program said.
    pub fn output(&self) -> &[u8] {
        match self {
            Self::Ended(_, output) | Self::NotReady(_, output) => output,
            Self::NotStarted(_) | Self::NoPort(_) | Self::Interrupted => &[],
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(error) => write!(f, "cannot be started: {error}"),
            Self::Ended(ended, _) => write!(f, "{ended} before it accepted a connection"),
            Self::NotReady(address, _) => write!(f, "did not accept a connection at {address} in time"),
            Self::NoPort(error) => write!(f, "no port is free for it: {error}"),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for StartError {}

/// A port of the loopback that is free now.
///
/// # Errors
/// EADDRINUSE, when none is.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

impl Program {
    /// Starts a server and waits until a connection to it succeeds. Without an address it gets a free port of 127.0.0.1, and another one
    /// where it ends before it accepts.
    ///
    /// # Errors
    /// Why there is none, with what it said.
    pub fn start_ready(
        command: &Command,
        address: Option<SocketAddr>,
        limit: Duration,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<(Self, SocketAddr), StartError> {
        let deadline = Instant::now() + limit;
        let mut tries = 0;
        loop {
            tries += 1;
            let (told, at) = match address {
                Some(address) => (None, address),
                None => {
                    let port = free_port().map_err(StartError::NoPort)?;
                    let at = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
                    (Some(at), at)
                }
            };
            let mut program = Self::start(command, told).map_err(StartError::NotStarted)?;
            match program.wait_ready(at, deadline, is_stopped) {
                Ok(()) => return Ok((program, at)),
                Err(StartError::Ended(..)) if address.is_none() && command.wants_port() && tries < PORTS => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Starts a server anew where it was before, as somebody who knows only that address expects it.
    ///
    /// # Errors
    /// Why there is none, with what it said.
    pub fn start_again(command: &Command, address: SocketAddr, limit: Duration, is_stopped: &dyn Fn() -> bool) -> Result<Self, StartError> {
        let deadline = Instant::now() + limit;
        let mut tries = 0;
        loop {
            tries += 1;
            let mut program = Self::start(command, Some(address)).map_err(StartError::NotStarted)?;
            match program.wait_ready(address, deadline, is_stopped) {
                Ok(()) => return Ok(program),
                // The kernel may not be done yet with what the one before had open.
                Err(StartError::Ended(..)) if tries < PORTS => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn wait_ready(&mut self, address: SocketAddr, deadline: Instant, is_stopped: &dyn Fn() -> bool) -> Result<(), StartError> {
        let mut pause = FIRST_PAUSE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let is_open = !left.is_zero() && TcpStream::connect_timeout(&address, left.min(LONGEST_PAUSE * 10)).is_ok();
            if let Some(ended) = self.ended() {
                return Err(StartError::Ended(ended, self.output()));
            }
            match () {
                () if is_open => return Ok(()),
                () if is_stopped() => return Err(StartError::Interrupted),
                () if left.is_zero() => {
                    self.stop();
                    return Err(StartError::NotReady(address, self.output()));
                }
                () => std::thread::sleep(pause.min(left)),
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(command: &str, limit: Duration) -> Result<(Program, SocketAddr), StartError> {
        Program::start_ready(&command.parse().unwrap(), None, limit, &|| false)
    }

    #[test]
    fn one_that_ends_at_once_says_what_it_said() {
        let Err(StartError::Ended(ended, output)) = start("sh -c 'echo no {port}; exit 7'", Duration::from_secs(60)) else { panic!() };
        assert_eq!(ended, Ended::Code(7));
        assert!(output.starts_with(b"no "), "{output:?}");
    }

    #[test]
    fn one_that_never_accepts_is_stopped() {
        let Err(StartError::NotReady(_, output)) = start("sh -c 'echo hello; sleep 1000'", Duration::from_millis(300)) else { panic!() };
        assert!(output.is_empty() || output == b"hello\n", "{output:?}");
    }
}

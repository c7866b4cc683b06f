//! Servers for the tests of `netlab split`: on loopback, on a free port, stopped when they are dropped.

#![allow(dead_code, reason = "each test binary uses some of them")]

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A server that takes one connection after the other.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stopping: Arc<AtomicBool>,
    current: Arc<Mutex<Option<TcpStream>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves each connection with a function; what that returns as an error is the client's business.
    pub(crate) fn start(mut serve: impl FnMut(TcpStream) -> io::Result<()> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopping = Arc::new(AtomicBool::new(false));
        let current: Arc<Mutex<Option<TcpStream>>> = Arc::default();
        let (stop, open) = (Arc::clone(&stopping), Arc::clone(&current));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                *open.lock().unwrap() = stream.try_clone().ok();
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let _ = serve(stream);
                *open.lock().unwrap() = None;
            }
        });
        Self { address, stopping, current, thread: Some(thread) }
    }

    /// One that answers each line with its length, and keeps the sizes of the reads of each connection.
    pub(crate) fn lines(reads: Arc<Mutex<Vec<Vec<usize>>>>) -> Self {
        Self::start(move |stream| serve_lines(stream, &reads))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        if let Some(stream) = &*self.current.lock().unwrap() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Answers every line with `OK` and its length, until the client goes.
pub(crate) fn serve_lines(mut stream: TcpStream, reads: &Mutex<Vec<Vec<usize>>>) -> io::Result<()> {
    let place = {
        let mut reads = reads.lock().unwrap();
        reads.push(Vec::new());
        reads.len() - 1
    };
    let (mut buffer, mut line) = ([0; 4096], 0);
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        reads.lock().unwrap()[place].push(count);
        for byte in &buffer[..count] {
            line += 1;
            if *byte == b'\n' {
                stream.write_all(format!("OK {line}\n").as_bytes())?;
                line = 0;
            }
        }
    }
}

/// The port that a server of [`exec`] is to listen on.
pub(crate) const PORT_VARIABLE: &str = "NETLAB_TEST_SERVER_PORT";

/// A command that starts the test `a_server_for_exec` of this test binary as a server of its own, with a variable that says how.
pub(crate) fn exec(variable: &str) -> String {
    let binary = std::env::current_exe().unwrap();
    format!("sh -c '{PORT_VARIABLE}={{port}} {variable} exec \"{}\" --exact a_server_for_exec --nocapture'", binary.display())
}

//! Servers with the faults that `netlab split` is for, each beside one that is right.
//!
//! TCP keeps bytes in order and forgets where a `send` ended. Each of these servers depends on where it ended all the same, and each looks
//! right as long as a message comes in one piece, which on one machine it nearly always does.
//!
//! ```sh
//! cargo run --example faulty_servers -- one_recv 7000          # serves on 127.0.0.1:7000
//! cargo run --example faulty_servers -- one_recv 7000 right    # the same, done right
//! netlab split 127.0.0.1:7000 --text 'PING\r\n' --until line
//! ```
//!
//! `docs/split.md` has the command for each of them, and what it prints.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

/// Serves a connection until its end.
type Serve = fn(TcpStream) -> io::Result<()>;

/// A fault by its name: the server that has it, and the one that has not.
const FAULTS: &[(&str, Serve, Serve)] = &[
    ("one_recv", one_recv, each_line),
    ("short_header", short_header, whole_header),
    ("split_delimiter", split_delimiter, delimiter_in_all),
    ("counted_twice", counted_twice, counted_once),
    ("ends_with", ends_with, each_line),
];

#[allow(clippy::print_stderr, reason = "a program of its own")]
fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (name, port, is_right) = match words[..] {
        [name, port] => (name, port, false),
        [name, port, "right"] => (name, port, true),
        _ => ("", "", false),
    };
    let fault = FAULTS.iter().find(|(known, ..)| *known == name);
    let Some((&(_, wrong, right), port)) = fault.zip(port.parse::<u16>().ok()) else {
        let names: Vec<&str> = FAULTS.iter().map(|(name, ..)| *name).collect();
        eprintln!("expected FAULT PORT, or FAULT PORT right; the faults are {}", names.join(", "));
        return ExitCode::from(2);
    };
    match serve(port, if is_right { right } else { wrong }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot serve on 127.0.0.1:{port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves each connection in a thread of its own.
fn serve(port: u16, serve: Serve) -> io::Result<()> {
    for stream in TcpListener::bind(("127.0.0.1", port))?.incoming() {
        // How a connection ends is the client's business.
        std::thread::spawn(move || stream.and_then(serve));
    }
    Ok(())
}

/// Reads what there is; an end of the stream is an error, which ends the connection.
fn recv(stream: &mut TcpStream, most: usize) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; most];
    match stream.read(&mut buffer)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => Ok(buffer[..count].to_vec()),
    }
}

/// Answers a command in a line.
fn answer(stream: &mut TcpStream, command: &[u8]) -> io::Result<()> {
    match command {
        b"PING\r\n" => stream.write_all(b"PONG\n"),
        command => stream.write_all(format!("got {:?}\n", String::from_utf8_lossy(command)).as_bytes()),
    }
}

/// **One recv is one message.** Whatever one call returns is taken for a command. Of `PI` and `NG\r\n` it makes two, and knows neither.
fn one_recv(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let command = recv(&mut stream, 1024)?;
        answer(&mut stream, &command)?;
    }
}

/// Right: what was read is kept, and every whole line in it is a command. What is behind the last line end waits for more.
fn each_line(mut stream: TcpStream) -> io::Result<()> {
    let mut kept = Vec::new();
    loop {
        while let Some(end) = kept.iter().position(|&byte| byte == b'\n') {
            let rest = kept.split_off(end + 1);
            answer(&mut stream, &kept)?;
            kept = rest;
        }
        kept.extend(recv(&mut stream, 1024)?);
    }
}

/// **A single recv for a header of four bytes.** It asks for four bytes and may get one. The other three stay zero, so the length is wrong,
/// and the rest of the header is read as the message.
fn short_header(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 4];
        if stream.read(&mut header)? == 0 {
            return Ok(());
        }
        body(&mut stream, header)?;
    }
}

/// Right: `read_exact` calls `recv` until all four bytes are there.
fn whole_header(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 4];
        stream.read_exact(&mut header)?;
        body(&mut stream, header)?;
    }
}

/// Reads a message of the length that a header says, up to 1024 bytes, and answers it.
fn body(stream: &mut TcpStream, header: [u8; 4]) -> io::Result<()> {
    let mut message = vec![0; u32::from_be_bytes(header).min(1024) as usize];
    stream.read_exact(&mut message)?;
    answer(stream, &message)
}

/// **The delimiter is looked for in each piece alone.** All pieces are kept, as they should be; but an empty line that begins in one of them
/// and ends in the next one is in neither, and the server waits for ever.
fn split_delimiter(mut stream: TcpStream) -> io::Result<()> {
    let mut kept = Vec::new();
    loop {
        let piece = recv(&mut stream, 1024)?;
        kept.extend(&piece);
        if piece.windows(4).any(|four| four == b"\r\n\r\n") {
            answer(&mut stream, &std::mem::take(&mut kept))?;
        }
    }
}

/// Right: it is looked for in all that was kept. (So it is looked for in the same bytes again and again; a server of long messages begins
/// three bytes before the new piece.)
fn delimiter_in_all(mut stream: TcpStream) -> io::Result<()> {
    let mut kept = Vec::new();
    loop {
        kept.extend(recv(&mut stream, 1024)?);
        while let Some(at) = kept.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = kept.split_off(at + 4);
            answer(&mut stream, &kept)?;
            kept = rest;
        }
    }
}

/// **The loop that counts what it has got twice.** `message += piece`, then `received += len(message)`: what came first is counted again with
/// each piece, so the loop believes that all has come while bytes are missing. Tutorials on sending files have it with `recv(1024)`; here it
/// is `recv(4)`, so that a short message shows it. Eight bytes as four and four come out right, which is why nobody noticed.
fn counted_twice(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let length = length(&mut stream)?;
        let (mut message, mut received) = (Vec::new(), 0);
        while received < length {
            message.extend(recv(&mut stream, 4.min(length - received))?);
            received += message.len();
        }
        answer(&mut stream, &message)?;
    }
}

/// Right: what is there is counted where it is, and nowhere else.
fn counted_once(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let length = length(&mut stream)?;
        let mut message = Vec::new();
        while message.len() < length {
            message.extend(recv(&mut stream, 4.min(length - message.len()))?);
        }
        answer(&mut stream, &message)?;
    }
}

/// A length of one byte.
fn length(stream: &mut TcpStream) -> io::Result<usize> {
    let mut length = [0];
    stream.read_exact(&mut length)?;
    Ok(length[0].into())
}

/// **All is there when the last byte is a line end.** Pieces of a line are put together rightly; but two lines in one piece are taken for one
/// command. Here it is the uncut answer that is wrong: a difference says that the server depends on the cut, not which of the two is right.
fn ends_with(mut stream: TcpStream) -> io::Result<()> {
    let mut kept = Vec::new();
    loop {
        kept.extend(recv(&mut stream, 1024)?);
        if kept.ends_with(b"\n") {
            answer(&mut stream, &std::mem::take(&mut kept))?;
        }
    }
}

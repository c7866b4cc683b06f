//! Small clients, each faulty one beside the right one: what `netlab split --listen` is for.
//!
//! ```sh
//! cargo build --example faulty_clients
//! netlab split --listen --exec 'target/debug/examples/faulty_clients one-recv {port}' --text 'HELLO WORLD\n' --until line
//! ```
//!
//! Each sends `GET\n`, reads one answer, and prints it. Run without arguments it lists the ways.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program of its own")]

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

type Answer = io::Result<Vec<u8>>;
type ReadAnswer = fn(&mut TcpStream) -> Answer;

/// A way to read an answer: its name, and what it takes for granted.
const WAYS: &[(&str, &str, ReadAnswer)] = &[
    ("line", "right: reads until the line has ended", line),
    ("one-recv", "takes one recv for the whole line", one_recv),
    ("cut-delimiter", "looks for \\r\\n in each piece alone", cut_delimiter),
    ("framed", "right: a length of 4 bytes, then so many", framed),
    ("header-recv", "takes one recv for the 4 bytes of the length", header_recv),
    ("body-recv", "takes one recv for what the length says", body_recv),
    ("fixed", "reads 12 bytes, whatever the answer", fixed),
    ("greedy", "waits for 64 bytes, which never come", greedy),
    ("retry", "right, and asks a second time on a connection of its own", line),
    ("unchecked", "prints what stands before a colon, and crashes where there is none", unchecked),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [way, port] = arguments.as_slice() else { return usage() };
    let Some((name, _, read)) = WAYS.iter().find(|(name, ..)| name == way) else { return usage() };
    let Ok(port) = port.parse() else { return usage() };
    let times = if *name == "retry" { 2 } else { 1 };
    for _ in 0..times {
        match ask(port, *read) {
            Ok(answer) => println!("{}", answer.escape_ascii()),
            Err(error) => {
                eprintln!("{way}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("faulty_clients WAY PORT\n");
    WAYS.iter().for_each(|(name, what, _)| eprintln!("  {name:14} {what}"));
    ExitCode::from(2)
}

fn ask(port: u16, read: ReadAnswer) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.write_all(b"GET\n")?;
    read(&mut stream)
}

/// One recv; the end of the stream is an error.
fn some(stream: &mut TcpStream, most: usize) -> Answer {
    let mut buffer = vec![0; most];
    match stream.read(&mut buffer)? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        count => Ok(buffer[..count].to_vec()),
    }
}

fn exactly(stream: &mut TcpStream, count: usize) -> Answer {
    let mut buffer = vec![0; count];
    stream.read_exact(&mut buffer)?;
    Ok(buffer)
}

fn line(stream: &mut TcpStream) -> Answer {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\n") {
        answer.extend(some(stream, 4096)?);
    }
    Ok(answer)
}

fn one_recv(stream: &mut TcpStream) -> Answer {
    some(stream, 4096)
}

fn cut_delimiter(stream: &mut TcpStream) -> Answer {
    let mut answer = Vec::new();
    loop {
        let piece = some(stream, 4096)?;
        answer.extend_from_slice(&piece);
        if piece.windows(2).any(|pair| pair == b"\r\n") {
            return Ok(answer);
        }
    }
}

fn length(header: &[u8]) -> io::Result<usize> {
    let header: [u8; 4] = header.try_into().map_err(|_| io::Error::new(ErrorKind::InvalidData, "a header of 4 bytes was expected"))?;
    // What a peer says is not what is allocated.
    usize::try_from(u32::from_be_bytes(header)).ok().filter(|&length| length <= 1 << 20).ok_or_else(|| ErrorKind::InvalidData.into())
}

fn framed(stream: &mut TcpStream) -> Answer {
    let length = length(&exactly(stream, 4)?)?;
    exactly(stream, length)
}

fn header_recv(stream: &mut TcpStream) -> Answer {
    let length = length(&some(stream, 4)?)?;
    exactly(stream, length)
}

fn body_recv(stream: &mut TcpStream) -> Answer {
    let length = length(&exactly(stream, 4)?)?;
    some(stream, length)
}

fn fixed(stream: &mut TcpStream) -> Answer {
    exactly(stream, 12)
}

fn greedy(stream: &mut TcpStream) -> Answer {
    exactly(stream, 64)
}

fn unchecked(stream: &mut TcpStream) -> Answer {
    let answer = some(stream, 4096)?;
    match answer.iter().position(|&byte| byte == b':') {
        Some(colon) => Ok(answer[..colon].to_vec()),
        None => std::process::abort(),
    }
}

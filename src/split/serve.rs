//! One connection of a client under test: each request is read to its end, and the answer to it sent in pieces.

use std::net::TcpStream;

use super::client::HangUp;
use super::connection::{Connection, End, Task, Worker};
use super::exchange::AnswerEnd;
use super::tally::Tally;
use super::until::Until;
use crate::framing::FrameErrorKind;

/// Carries out the conversation, and stays until the client has gone.
pub(super) fn serve(task: Task<'_>, worker: &mut Worker, socket: TcpStream, hang_up: HangUp, tally: &Tally, number: u64) {
    let mut connection = Connection::new(task, worker, socket, End::Server);
    let mut pieces = 0;
    let outcome = converse(task, &mut connection, tally, &mut pieces);
    let is_answered = outcome.is_ok();
    tally.conversed(number, &mut connection, pieces, outcome);
    if !is_answered {
        // Whatever the client waits for, it will not come: it is better told.
        return connection.reset();
    }
    if hang_up == HangUp::Fin {
        connection.shut_down();
    }
    connection.drain();
}

fn converse(task: Task<'_>, connection: &mut Connection<'_>, tally: &Tally, pieces: &mut usize) -> Result<(), String> {
    let messages = &task.script.messages;
    let ends = task.script.ends();
    let mut start = 0;
    let mut index = 0;
    while index < messages.len() {
        match connection.read_until(&messages[index].until) {
            AnswerEnd::Complete => {}
            end => {
                let end = if tally.is_stopped() { AnswerEnd::Interrupted } else { end };
                return Err(format!("request {} (until {}) {}", index + 1, messages[index].until, broken(&end)));
            }
        }
        // Answers with no request between them leave together where that is the split; else each when the one before it was seen.
        let last = (index + 1..messages.len()).take_while(|&next| messages[next].until == Until::Nothing).last().unwrap_or(index);
        let last = if task.split.coalesced { last } else { index };
        let end = ends[last];
        *pieces += 1 + task.cuts().iter().filter(|&&cut| cut > start && cut < end).count();
        connection.send_pieces(start, end).map_err(|end| format!("answer {} {}", index + 1, unsent(&end)))?;
        if connection.is_reset() {
            return Err(format!("answer {} {}", index + 1, unsent(&AnswerEnd::Reset)));
        }
        if !task.split.coalesced && messages.get(last + 1).is_some_and(|next| next.until == Until::Nothing) {
            connection.wait_seen(end);
        }
        (start, index) = (end, last + 1);
    }
    Ok(())
}

/// Why a request is not whole.
fn broken(end: &AnswerEnd) -> String {
    match end {
        AnswerEnd::Malformed(what) if what == FrameErrorKind::Truncated.name() => broken(&AnswerEnd::Closed),
        AnswerEnd::Malformed(what) => format!("is none of this codec ({what})"),
        AnswerEnd::Closed => "was not whole when the client ended its stream".to_owned(),
        AnswerEnd::Reset => "was not whole when the client reset the connection".to_owned(),
        AnswerEnd::TooLong => "does not end within the bytes allowed (--max-answer)".to_owned(),
        AnswerEnd::Failed(reason) => format!("could not be read: {reason}"),
        _ => "was not whole when the client was stopped".to_owned(),
    }
}

/// Why an answer could not be sent.
fn unsent(end: &AnswerEnd) -> String {
    match end {
        AnswerEnd::NoAnswer => "was not taken in time: the client does not read".to_owned(),
        AnswerEnd::Failed(reason) => format!("could not be sent: {reason}"),
        _ => "was not taken when the client was gone".to_owned(),
    }
}

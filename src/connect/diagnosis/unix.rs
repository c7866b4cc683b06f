//! Unix sockets: an address is a file, and both can be missing.

use super::general;
use crate::connect::cause::{Cause, Source};
use crate::connect::findings::{Attempt, CallFailure, FileKind};
use crate::trace::Address;

pub(super) fn causes(attempt: &Attempt, failure: &CallFailure) -> Vec<Cause> {
    let file = attempt.circumstances.as_ref().and_then(|here| here.file);
    let is = |kind: FileKind| file == Some(kind);
    let causes = match failure.error.name.as_str() {
        "ECONNREFUSED" => {
            let left = Cause::new("left_behind", "the server has ended, and left its file behind");
            let abstract_name = matches!(attempt.to, Address::Abstract(_));
            let nobody = Cause::new("nothing_listens", "no socket of that name listens");
            if abstract_name {
                vec![nobody.supported(Source::Calls, "an abstract name has no file: connect found no listener")]
            } else {
                vec![
                    left.supported_if(is(FileKind::Socket), Source::FileSystem, || {
                        "the file is a socket, and nobody listens on it".to_owned()
                    }),
                    Cause::new("not_listening", "the server is bound but has not called listen yet").supported_if(
                        is(FileKind::Socket),
                        Source::FileSystem,
                        || "the file is a socket".to_owned(),
                    ),
                    match file {
                        Some(FileKind::Other | FileKind::Directory) => Cause::new("not_a_socket", "the path is not a socket")
                            .supported(Source::FileSystem, "the file is something else: Linux says ECONNREFUSED for that too"),
                        Some(FileKind::Socket) => {
                            Cause::new("not_a_socket", "the path is not a socket").refuted(Source::FileSystem, "the file is a socket")
                        }
                        _ => Cause::new("not_a_socket", "the path is not a socket"),
                    },
                ]
            }
        }
        "ENOENT" => vec![
            Cause::new("no_file", "the server is not running, or has another path").supported_if(
                is(FileKind::Missing),
                Source::FileSystem,
                || format!("there is nothing at {}", attempt.to.shown()),
            ),
            Cause::new("other_directory", "a relative path, seen from another directory, or another container's file system"),
        ],
        "EAGAIN" => vec![
            Cause::new("backlog_full", "the listener's backlog is full: the server accepts too slowly, or not at all")
                .supported(Source::Calls, "a non-blocking connect of a Unix socket says EAGAIN only then; a blocking one would wait"),
        ],
        "EACCES" => vec![Cause::new("no_permission", "this user may not write to the socket's file, or not search one of its directories")],
        "EPROTOTYPE" => vec![
            Cause::new("another_kind", "the socket takes datagrams (or sequenced packets), not a stream")
                .supported(Source::Calls, "connect says so of a stream socket"),
        ],
        _ => Vec::new(),
    };
    if causes.is_empty() { general(&failure.error) } else { causes }
}

//! Unix sockets: an address is a file, and both can be missing.

use super::general;
use crate::connect::cause::{Cause, Source};
use crate::connect::findings::{Attempt, CallFailure, FileKind};
use crate::trace::Address;

pub(super) fn causes(attempt: &Attempt, failure: &CallFailure) -> Vec<Cause> {
    let file = attempt.circumstances.as_ref().and_then(|here| here.file);
    let is = |kind: FileKind| file == Some(kind);
    let has_owner = attempt.circumstances.as_ref().and_then(|here| here.has_owner);
    let permissions = attempt.circumstances.as_ref().and_then(|here| here.permissions.clone());
    let owned = |cause: Cause, wanted: bool| match has_owner {
        Some(true) if wanted => cause.supported(Source::SockDiag, "a socket has this name now"),
        Some(true) => cause.refuted(Source::SockDiag, "a socket has this name now"),
        Some(false) if wanted => cause.refuted(Source::SockDiag, "no socket of this network namespace has this name"),
        Some(false) => cause.supported(Source::SockDiag, "no socket of this network namespace has this name"),
        None => cause,
    };
    let causes = match failure.error.name.as_str() {
        "ECONNREFUSED" => {
            let left = Cause::new("left_behind", "the server has ended, and left its file behind");
            let abstract_name = matches!(attempt.to, Address::Abstract(_));
            let nobody = Cause::new("nothing_listens", "no socket of that name listens");
            if abstract_name {
                vec![nobody.supported(Source::Calls, "an abstract name has no file: connect found no listener")]
            } else if is(FileKind::Socket) {
                let left = left.supported(Source::FileSystem, "the file is a socket, and nobody listens on it");
                let early = Cause::new("not_listening", "the server is bound but has not called listen yet, or takes datagrams");
                let other = Cause::new("not_a_socket", "the path is not a socket");
                vec![owned(left, false), owned(early, true), other.refuted(Source::FileSystem, "the file is a socket")]
            } else {
                vec![
                    left,
                    Cause::new("not_listening", "the server is bound but has not called listen yet"),
                    match file {
                        Some(FileKind::Other | FileKind::Directory) => Cause::new("not_a_socket", "the path is not a socket")
                            .supported(Source::FileSystem, "the file is something else: Linux says ECONNREFUSED for that too"),
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
        "EACCES" => {
            let file = Cause::new("no_permission", "this user may not write to the socket's file");
            let directory = Cause::new("no_search", "this user may not search one of the directories of the path");
            match permissions {
                Some(permissions) => vec![
                    file.supported(Source::FileSystem, permissions),
                    directory.refuted(Source::FileSystem, "the file can be looked at"),
                ],
                None => vec![directory.supported(Source::FileSystem, "the file cannot even be looked at"), file],
            }
        }
        "EPROTOTYPE" => vec![
            Cause::new("another_kind", "the socket takes datagrams (or sequenced packets), not a stream")
                .supported(Source::Calls, "connect says so of a stream socket"),
        ],
        _ => Vec::new(),
    };
    if causes.is_empty() { general(&failure.error) } else { causes }
}

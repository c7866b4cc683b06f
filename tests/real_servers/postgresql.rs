//! PostgreSQL: the start-up of a session, and its first query.
//!
//! It accepts connections some time before it serves them, and answers those in between with an error. That `--exec` finds its port open is
//! not enough here, so it is started by the test, and `pg_isready` says when it is there.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use netlab::program::Program;
use tempfile::TempDir;

use super::{Sweep, installed, split};

/// The user and group nobody, as whom it runs where these tests are root's: it refuses to be.
const NOBODY: u32 = 65534;

/// A server with a new cluster, which trusts everybody.
struct PostgreSql {
    folder: TempDir,
    program: Program,
    address: SocketAddr,
}

/// The folder of the newest server's programs.
fn programs() -> Option<PathBuf> {
    let versions = glob::glob("/usr/lib/postgresql/*/bin").unwrap().flatten();
    let mut folders: Vec<String> = versions.map(|folder| folder.display().to_string()).collect();
    folders.sort_by_key(|folder| folder.split('/').find_map(|part| part.parse::<u32>().ok()));
    let folders: Vec<&str> = folders.iter().rev().map(String::as_str).collect();
    // In PATH there may be a link to it, without its companions beside it.
    let postgres = installed("postgres", &folders)?.canonicalize().unwrap();
    Some(postgres.parent()?.to_owned())
}

/// What must stand before a command so that it is not root's.
fn not_as_root() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some(String::new());
    }
    let setpriv = installed("setpriv", &[])?;
    Some(format!("{} --reuid={NOBODY} --regid={NOBODY} --clear-groups ", setpriv.display()))
}

impl PostgreSql {
    fn start() -> Option<Self> {
        let (programs, user) = (programs()?, not_as_root()?);
        let folder = tempfile::tempdir().unwrap();
        if !user.is_empty() {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let program = |name: &str| programs.join(name).display().to_string();
        let data = folder.path().join("data").display().to_string();
        let make = format!("{user}{} --no-sync --no-locale -A trust -U postgres -D {data}", program("initdb"));
        let made = shell(&make, folder.path());
        if !made.status.success() {
            eprintln!("skipped: no cluster can be made: {}", String::from_utf8_lossy(&made.stderr));
            return None;
        }
        let command = format!("{user}{} -D {data} -h 127.0.0.1 -p {{port}} -k ''", program("postgres"));
        let (mut postgres, address) = Program::start_ready(&command.parse().unwrap(), None, Duration::from_secs(60), &|| false).unwrap();
        let asked = format!("{} -q -h 127.0.0.1 -p {}", program("pg_isready"), address.port());
        loop {
            assert_eq!(postgres.ended(), None, "{}", String::from_utf8_lossy(&postgres.output()));
            match shell(&asked, folder.path()).status.code() {
                Some(0) => break,
                // It rejects connections, or gives no answer.
                Some(1 | 2) => {}
                code => panic!("`{asked}` ended with {code:?}"),
            }
        }
        Some(Self { folder, program: postgres, address })
    }

    fn sweep(&mut self, arguments: &[&str]) -> Sweep {
        let target = self.address.to_string();
        let sweep = split(self.folder.path(), &[&[target.as_str()], arguments].concat());
        assert_eq!(self.program.ended(), None, "{}", String::from_utf8_lossy(&self.program.output()));
        sweep
    }
}

fn shell(command: &str, folder: &Path) -> Output {
    Command::new("sh").args(["-c", command]).current_dir(folder).output().unwrap()
}

const START_UP: &str = r"\x00\x00\x00\x29\x00\x03\x00\x00user\x00postgres\x00database\x00postgres\x00\x00";
const SELECT: &str = r"Q\x00\x00\x00\x0dselect 1\x00";
/// ReadyForQuery, and no transaction.
const READY: &str = r"token:Z\x00\x00\x00\x05I";
/// BackendKeyData has another number and key in each session.
const KEY: &str = r"(?s)K\x00\x00\x00\x0c.{8}";

#[test]
#[ignore = "needs postgres"]
fn a_session_and_its_first_query() {
    let Some(mut server) = PostgreSql::start() else { return };
    let sweep = server.sweep(&["--text", START_UP, "--text", SELECT, "--until", READY, "--mask", KEY]);
    assert!(sweep.answer().contains("server_version") && sweep.report.head.baseline.varying.is_empty(), "{}", sweep.answer());
    sweep.assert_all_same(40 + 13 + 2);
    sweep.assert_all_confirmed();
    // Without the mask what varies is learned.
    let learned = server.sweep(&["--text", START_UP, "--text", SELECT, "--until", READY]);
    learned.assert_all_same(40 + 13 + 2);
    assert!(!learned.report.head.baseline.varying.is_empty());
}

#[test]
#[ignore = "needs postgres"]
fn whether_it_speaks_tls_is_asked_first() {
    let Some(mut server) = PostgreSql::start() else { return };
    let request = ["--text", r"\x00\x00\x00\x08\x04\xd2\x16\x2f", "--until", "bytes:1"];
    let messages = [&request[..], &["--text", START_UP, "--until", READY, "--mask", KEY]].concat();
    let cut = server.sweep(&[&messages[..], &["--cut", "two", "--cut", "bytes"]].concat());
    assert!(cut.answer().starts_with('N'), "{}", cut.answer());
    cut.assert_all_same(7 + 40 + 1);
    cut.assert_all_confirmed();
    // It must not be told more before it has answered: whoever stands between could have put that there (CVE-2021-23214).
    let coalesced = server.sweep(&[&messages[..], &["--cut", "coalesced"]].concat());
    assert_eq!((coalesced.code, coalesced.report.summary.failed), (Some(1), 1), "{:#?}", coalesced.report.rows);
}

#[test]
#[ignore = "needs postgres"]
fn what_is_malformed() {
    let Some(mut server) = PostgreSql::start() else { return };
    let cases = [
        (r"\x00\x00\x00\x15\x00\x03\x00\x00user\x00postgres\x00", 22 - 1, "expected terminator as last byte"),
        (r"\x00\x00\x00\x17\x00\x09\x00\x00user\x00postgres\x00\x00", 23 - 1, "unsupported frontend protocol 9.0"),
    ];
    for (text, cuts, words) in cases {
        let sweep = server.sweep(&["--text", text, "--until", "length_prefix:preset=postgres"]);
        assert!(sweep.answer().contains(words), "{}", sweep.answer());
        sweep.assert_all_same(cuts + 1);
        sweep.assert_all_confirmed();
    }
}

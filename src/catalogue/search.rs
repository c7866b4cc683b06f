//! From what somebody types or pastes to what it is about.
//!
//! A name or a word is looked up as it is. A number is that of every system that has it. Of a line pasted from a log, the names in
//! capital letters count first, then the numbers that stand behind a word such as `Errno`, then the systems' own messages; what two
//! of these agree on wins, so `[Errno 61] Connection refused` is macOS's.

use super::entry::{ErrorEntry, Origin, System};
use super::line::{by_exception, in_line};
use super::lookup::{errors, option, options, plain, term, terms, unrelated};
use super::option::OptionEntry;
use super::term::Term;
use super::unrelated::UnrelatedError;
use crate::framing::{CODECS, CodecInfo, LengthPrefix, codec_info};
use crate::scenario::{CauseName, nearest};

/// Something that can be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// An error of the catalogue.
    Error(&'static ErrorEntry),
    /// An error that sockets do not give.
    Unrelated(&'static UnrelatedError),
    /// A term.
    Term(&'static Term),
    /// A socket option.
    Option(&'static OptionEntry),
    /// A cause of a boundary.
    Cause(CauseName),
    /// A codec, and the name it was asked by: its own, or that of a preset.
    Codec(&'static CodecInfo, &'static str),
    /// A call: every error that it gives.
    Call(&'static str),
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub topic: Topic,
    /// The systems whose number was asked for; none where it was found by a name.
    pub systems: Vec<System>,
}

impl From<Topic> for Found {
    fn from(topic: Topic) -> Self {
        Self { topic, systems: Vec::new() }
    }
}

/// The calls of which errors are known, each with those that do the same and give the same.
const CALLS: &[(&str, &[&str])] = &[
    ("socket", &[]),
    ("socketpair", &[]),
    ("bind", &[]),
    ("listen", &[]),
    ("accept", &["accept4"]),
    ("connect", &[]),
    ("send", &["sendto", "sendmsg", "sendmmsg"]),
    ("recv", &["recvfrom", "recvmsg", "recvmmsg"]),
    ("shutdown", &[]),
    ("close", &[]),
    ("getsockopt", &[]),
    ("setsockopt", &[]),
    ("getsockname", &[]),
    ("getpeername", &[]),
    ("getaddrinfo", &[]),
];

/// The other forms of a call: `sendto` and `sendmsg` of `send`.
pub fn forms_of_call(call: &str) -> &'static [&'static str] {
    CALLS.iter().find(|(known, _)| *known == call).map_or(&[], |(_, forms)| forms)
}

/// What a text is about, best first; nothing where nothing is known of it.
pub fn search(text: &str) -> Vec<Found> {
    let text = text.trim().trim_matches(['"', '\'', '`']).trim();
    let named = by_name(text);
    if !named.is_empty() {
        return named.into_iter().map(Found::from).collect();
    }
    match text.parse() {
        Ok(number) => by_number(number, Hints::default()),
        Err(_) => [in_line(text), by_exception(text)].into_iter().find(|found| !found.is_empty()).unwrap_or_default(),
    }
}

/// The name nearest to a text that nothing is known of, for "did you mean".
pub fn nearest_name(text: &str) -> Option<&'static str> {
    // Of one character or none, every short name is near.
    if text.trim().chars().count() < 2 {
        return None;
    }
    let bare = |entry: &&'static OptionEntry| entry.constant.split_once('_').map_or(entry.constant, |(_, bare)| bare);
    // `nearest` takes tcp_ off what was written.
    let option = || {
        let near = nearest(text, options().map(|entry| bare(&entry)))?;
        options().find(|entry| bare(entry) == near).map(|entry| entry.constant)
    };
    nearest(text, names()).or_else(option)
}

/// Everything that can be asked for by name.
fn names() -> impl Iterator<Item = &'static str> {
    let of_errors = errors().flat_map(|entry| [Some(entry.name), entry.windows_name]).flatten();
    let of_terms = terms().flat_map(Term::words).filter(|word| word.is_ascii());
    let codecs = CODECS.iter().map(|codec| codec.name).chain(LengthPrefix::PRESETS.iter().map(|(name, _)| *name));
    let causes = CauseName::WORDS.iter().map(|(name, _)| *name);
    let lists = ["codecs", "errors", "options", "terms", "causes"];
    let unrelated = unrelated().map(|error| error.name);
    of_terms.chain(codecs).chain(causes).chain(lists).chain(of_errors).chain(options().map(|entry| entry.constant)).chain(unrelated)
}

fn by_name(text: &str) -> Vec<Topic> {
    if let Some(entry) = errors().find(|entry| entry.is_called(text)) {
        return vec![Topic::Error(entry)];
    }
    if let Some(error) = unrelated().find(|error| error.is_called(text)) {
        return vec![Topic::Unrelated(error)];
    }
    let preset = LengthPrefix::PRESETS.iter().find(|(name, _)| *name == text);
    let codec = match preset {
        Some((name, _)) => codec_info("length_prefix").map(|info| Topic::Codec(info, name)),
        None => codec_info(text).map(|info| Topic::Codec(info, info.name)),
    };
    let word = plain(text);
    let cause = CauseName::WORDS.iter().find(|(name, _)| plain(name) == word).map(|&(_, cause)| Topic::Cause(cause));
    let found: Vec<Topic> = [codec, term(text).map(Topic::Term), cause, option(text).map(Topic::Option)].into_iter().flatten().collect();
    let asked = text.trim_end_matches("()");
    let call = || CALLS.iter().find(|(call, forms)| *call == asked || forms.contains(&asked)).map(|(call, _)| Topic::Call(call));
    if found.is_empty() || text.ends_with("()") { call().into_iter().chain(found).collect() } else { found }
}

/// What a line says beside its number.
#[derive(Clone, Copy, Default)]
pub(super) struct Hints {
    pub(super) system: Option<System>,
    pub(super) origin: Option<Origin>,
}

pub(super) fn by_number(number: i32, hints: Hints) -> Vec<Found> {
    let systems = |number_on: &dyn Fn(System) -> Option<i32>| -> Vec<System> {
        let mut systems = System::ALL.to_vec();
        systems.sort_by_key(|&system| system != System::HERE);
        systems.retain(|&system| number_on(system) == Some(number) && hints.system.is_none_or(|hint| hint == system));
        systems
    };
    let of_sockets = errors()
        .filter(|entry| hints.origin.is_none_or(|origin| origin == entry.origin))
        .map(|entry| Found { topic: Topic::Error(entry), systems: systems(&|system| entry.number(system)) });
    let of_others = unrelated()
        .filter(|_| hints.origin != Some(Origin::Resolver))
        .map(|error| Found { topic: Topic::Unrelated(error), systems: systems(&|system| error.number(system)) });
    let mut found: Vec<Found> = of_sockets.chain(of_others).filter(|found| !found.systems.is_empty()).collect();
    found.sort_by_key(|found| found.systems.first() != Some(&System::HERE));
    // The kernel itself, and what hands its answers on (Node), write an errno below zero, where the resolver's numbers are as well.
    let is_negated = number < 0 && number != i32::MIN && hints.origin != Some(Origin::Resolver);
    if found.is_empty() && is_negated { by_number(-number, Hints { origin: Some(Origin::Call), ..hints }) } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names found, each with the systems whose number it was.
    fn found(text: &str) -> Vec<String> {
        let name = |topic: &Topic| match topic {
            Topic::Error(entry) => entry.name.to_owned(),
            Topic::Unrelated(error) => error.name.to_owned(),
            Topic::Term(term) => term.name().to_owned(),
            Topic::Option(entry) => entry.constant.to_owned(),
            Topic::Cause(cause) => format!("cause {}", cause.name()),
            Topic::Codec(info, asked) => format!("codec {}={asked}", info.name),
            Topic::Call(call) => format!("{call}()"),
        };
        search(text)
            .iter()
            .map(|found| {
                let systems: Vec<&str> = found.systems.iter().map(|system| system.name()).collect();
                [vec![name(&found.topic)], systems.iter().map(|&name| name.to_owned()).collect()].concat().join(" ")
            })
            .collect()
    }

    #[test]
    fn names_of_errors_in_any_case_and_of_any_system() {
        for name in ["ECONNREFUSED", "econnrefused", "WSAECONNREFUSED", " 'ECONNREFUSED' "] {
            assert_eq!(found(name), ["ECONNREFUSED"], "{name}");
        }
        assert_eq!(found("EWOULDBLOCK"), ["EAGAIN"]);
        assert_eq!(found("EAI_NONAME"), ["EAI_NONAME"]);
        assert_eq!(found("WSAHOST_NOT_FOUND"), ["EAI_NONAME"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn numbers_of_any_system_this_one_first() {
        assert_eq!(found("10061"), ["ECONNREFUSED Windows"]);
        assert_eq!(found("111"), ["ECONNREFUSED Linux"]);
        assert_eq!(found("61"), ["ENODATA Linux", "ECONNREFUSED macOS"]);
        assert_eq!(found("35"), ["EDEADLK Linux", "EAGAIN macOS"]);
        assert_eq!(found("-2"), ["EAI_NONAME Linux"]);
        assert_eq!(found("11001"), ["EAI_NONAME Windows"]);
        assert_eq!(found("22"), ["EINVAL Linux macOS"]);
        assert_eq!(found("99999"), [""; 0]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn lines_pasted_from_logs() {
        assert_eq!(found("[Errno 111] Connection refused"), ["ECONNREFUSED Linux"]);
        assert_eq!(found("[Errno 61] Connection refused"), ["ECONNREFUSED macOS"]);
        assert_eq!(
            found("[WinError 10061] No connection could be made because the target machine actively refused it"),
            ["ECONNREFUSED Windows"]
        );
        assert_eq!(found("[WinError 10061] 由于目标计算机积极拒绝，无法连接。"), ["ECONNREFUSED Windows"]);
        assert_eq!(found("errno 104"), ["ECONNRESET Linux", "ENOTRECOVERABLE macOS"]);
        assert_eq!(found("Os { code: 104, kind: ConnectionReset, message: \"Connection reset by peer\" }"), ["ECONNRESET Linux"]);
        assert_eq!(found("Error: connect ECONNREFUSED 127.0.0.1:8080"), ["ECONNREFUSED"]);
        assert_eq!(found("dial tcp 10.0.0.1:443: connect: connection refused"), ["ECONNREFUSED"]);
        assert_eq!(found("Connection refused (os error 111)"), ["ECONNREFUSED Linux"]);
        assert_eq!(found("socket.gaierror: [Errno 8] nodename nor servname provided, or not known"), ["EAI_NONAME macOS"]);
        assert_eq!(found("socket.gaierror: [Errno 11001] getaddrinfo failed"), ["EAI_NONAME Windows"]);
        assert_eq!(found("socket.gaierror: [Errno -3] Temporary failure in name resolution"), ["EAI_AGAIN Linux"]);
        assert_eq!(found("OSError: [Errno 98] Address already in use"), ["EADDRINUSE Linux"]);
        assert_eq!(found("bind: Address already in use"), ["EADDRINUSE"]);
        assert_eq!(found("ConnectionResetError"), ["ECONNRESET"]);
        assert_eq!(found("ConnectionRefusedError: [WinError 1225] The remote computer refused"), ["ERROR_CONNECTION_REFUSED Windows"]);
        assert_eq!(found("OSError: [WinError 121] The semaphore timeout period has expired"), ["ERROR_SEM_TIMEOUT Windows"]);
        assert_eq!(found("BrokenPipeError: [Errno 32] Broken pipe"), ["EPIPE Linux macOS"]);
        assert_eq!(found("raised PermissionError"), ["EACCES", "EPERM"]);
        assert_eq!(found("OSError"), [""; 0]);
        assert_eq!(found("read tcp 10.0.0.1:443: i/o timeout"), [""; 0]);
        assert_eq!(found("i/o timeout"), ["timeout"]);
        assert_eq!(found("recv failed: Operation not supported on socket"), ["EOPNOTSUPP"]);
    }

    /// As the kernel logs them, and Node.
    #[test]
    #[cfg(target_os = "linux")]
    fn errors_below_zero() {
        assert_eq!(found("-111"), ["ECONNREFUSED Linux"]);
        assert_eq!(found("-110"), ["ETIMEDOUT Linux"]);
        assert_eq!(found("errno: -111"), ["ECONNREFUSED Linux"]);
        assert_eq!(found("connect returned -110"), ["ETIMEDOUT Linux"]);
        assert_eq!(found("-2"), ["EAI_NONAME Linux"], "the resolver's own come first");
        assert_eq!(found("socket.gaierror: [Errno -111]"), [""; 0]);
        assert_eq!(found("read returned 111"), [""; 0], "a count");
        assert_eq!(found("-2147483648"), [""; 0]);
    }

    #[test]
    fn codes_of_others_are_not_errors_of_sockets() {
        for line in
            ["HTTP code 104", "exit code 111", "the process exited with code 111", "HTTP error 104", "status code 104", "HTTP status 104"]
        {
            assert_eq!(found(line), [""; 0], "{line}");
        }
        assert!(!found("http: read failed: error code 104").is_empty());
        assert!(!found("HTTP request failed: errno 104").is_empty());
    }

    #[test]
    fn one_character_is_near_to_nothing() {
        for text in ["", " ", "x", "1"] {
            assert_eq!(nearest_name(text), None, "{text:?}");
        }
    }

    #[test]
    fn terms_in_both_languages() {
        for word in ["粘包", "sticky", "Sticky Packets", "coalesced-read"] {
            assert_eq!(found(word), ["coalesced read"], "{word}");
        }
        assert_eq!(found("半包"), ["short read"]);
        assert_eq!(found("Nagle"), ["Nagle", "cause nagle"]);
        assert_eq!(found("TIME_WAIT"), ["TIME_WAIT"]);
        assert_eq!(found("三次握手"), ["three-way handshake"]);
        assert_eq!(found("gaierror"), ["getaddrinfo"]);
        assert_eq!(found("late_reader"), ["cause late_reader"]);
        assert_eq!(found("缓冲区"), ["socket buffer"]);
        assert_eq!(found("积压"), ["backlog"]);
    }

    #[test]
    fn errors_in_chinese_words() {
        for (words, name) in [
            ("连接被拒绝", "ECONNREFUSED"),
            ("由于目标计算机积极拒绝，无法连接。", "ECONNREFUSED"),
            ("java.net.ConnectException: 拒绝连接 (Connection refused)", "ECONNREFUSED"),
            ("端口被占用", "EADDRINUSE"),
            ("8080 端口已被占用怎么办", "EADDRINUSE"),
            ("通常每个套接字地址(协议/网络地址/端口)只允许使用一次。", "EADDRINUSE"),
            ("远程主机强迫关闭了一个现有的连接", "ECONNRESET"),
            ("你的主机中的软件中止了一个已建立的连接。", "ECONNABORTED"),
            ("由于连接方在一段时间后没有正确答复或连接的主机没有反应，连接尝试失败。", "ETIMEDOUT"),
            ("不知道这样的主机。", "EAI_NONAME"),
        ] {
            assert_eq!(found(words), [name], "{words}");
        }
        for entry in errors() {
            let title = entry.title(crate::catalogue::Lang::Zh);
            assert!(!title.is_ascii(), "{} has no Chinese title", entry.name);
            assert_eq!(found(title).first().map(String::as_str), Some(entry.name), "{title}");
        }
    }

    #[test]
    fn options_codecs_and_calls() {
        assert_eq!(found("SO_REUSEADDR"), ["SO_REUSEADDR"]);
        assert_eq!(found("reuseaddr"), ["SO_REUSEADDR"]);
        assert_eq!(found("tcp_nodelay"), ["TCP_NODELAY"]);
        assert_eq!(found("netstring"), ["codec netstring=netstring"]);
        assert_eq!(found("grpc"), ["codec length_prefix=grpc"]);
        assert_eq!(found("connect"), ["connect()"]);
        for (form, call) in
            [("sendto", "send()"), ("sendmsg()", "send()"), ("recvfrom", "recv()"), ("recvmsg", "recv()"), ("accept4", "accept()")]
        {
            assert_eq!(found(form), [call], "{form}");
        }
        assert_eq!(found("nothing of the kind"), [""; 0]);
        assert_eq!(nearest_name("ECONREFUSED"), Some("ECONNREFUSED"));
        assert_eq!(nearest_name("netstirng"), Some("netstring"));
    }

    /// Whatever an entry refers to can be asked for.
    #[test]
    fn references_lead_somewhere() {
        let seen = errors().flat_map(|entry| entry.see.iter().map(move |see| (entry.name, see)));
        for (name, see) in seen.chain(terms().flat_map(|term| term.see.iter().map(move |see| (term.name(), see)))) {
            assert!(!search(see).is_empty(), "{name} refers to {see}");
        }
    }
}

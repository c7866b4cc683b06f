//! The catalogue of errors against what others say of them: this system's C library, its manual pages, the published tables of macOS
//! and Windows, and the built-in scenarios.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;

use netlab::catalogue::{self, ErrorEntry, Lang, Origin, System};
use netlab::errno::Errno;
use netlab::framing::CODECS;
use netlab::scenario::{CauseName, Scenario, SocketOption, Variables};

/// A table of names and what stands behind each, from `tests/published`.
fn published(text: &str) -> Vec<(&str, &str)> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once(' ').unwrap()).collect()
}

fn numbers(text: &str) -> HashMap<&str, i32> {
    published(text).into_iter().map(|(name, number)| (name, number.parse().unwrap())).collect()
}

#[test]
fn names_are_one_each() {
    let mut names: Vec<&str> =
        catalogue::errors().flat_map(|entry| [entry.name].into_iter().chain(entry.aliases.iter().copied())).collect();
    names.extend(catalogue::unrelated().map(|error| error.name));
    names.sort_unstable();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn numbers_of_linux_are_those_of_libc() {
    for entry in catalogue::errors().filter(|entry| entry.origin == Origin::Call) {
        if let Some(errno) = Errno::from_name(entry.name) {
            assert_eq!(entry.linux, Some(errno.raw()), "{}", entry.name);
        }
    }
    let others = [
        ("EDOM", libc::EDOM),
        ("EDQUOT", libc::EDQUOT),
        ("ENETRESET", libc::ENETRESET),
        ("ENONET", libc::ENONET),
        ("ENOPKG", libc::ENOPKG),
        ("ENOSR", libc::ENOSR),
        ("EPFNOSUPPORT", libc::EPFNOSUPPORT),
        ("ESHUTDOWN", libc::ESHUTDOWN),
        ("ESRCH", libc::ESRCH),
        ("EAI_AGAIN", libc::EAI_AGAIN),
        ("EAI_BADFLAGS", libc::EAI_BADFLAGS),
        ("EAI_FAIL", libc::EAI_FAIL),
        ("EAI_FAMILY", libc::EAI_FAMILY),
        ("EAI_MEMORY", libc::EAI_MEMORY),
        ("EAI_NODATA", libc::EAI_NODATA),
        ("EAI_NONAME", libc::EAI_NONAME),
        ("EAI_OVERFLOW", libc::EAI_OVERFLOW),
        ("EAI_SERVICE", libc::EAI_SERVICE),
        ("EAI_SOCKTYPE", libc::EAI_SOCKTYPE),
        ("EAI_SYSTEM", libc::EAI_SYSTEM),
    ];
    for (name, number) in others {
        assert_eq!(catalogue::error(name).unwrap().linux, Some(number), "{name}");
    }
    // The libc crate does not have this one; glibc's netdb.h has.
    assert_eq!(catalogue::error("EAI_ADDRFAMILY").unwrap().linux, Some(-9));
    let unchecked = |entry: &&ErrorEntry| {
        Errno::from_name(entry.name).is_none() && !others.iter().any(|(name, _)| *name == entry.name) && entry.linux.is_some()
    };
    assert_eq!(catalogue::errors().filter(unchecked).map(|entry| entry.name).collect::<Vec<_>>(), ["EAI_ADDRFAMILY"]);
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn the_first_message_is_that_of_glibc() {
    for entry in catalogue::errors().filter(|entry| entry.origin == Origin::Call) {
        let Some(number) = entry.linux else { continue };
        let said = std::io::Error::from_raw_os_error(number).to_string();
        assert_eq!(said, format!("{} (os error {number})", entry.messages[0]), "{}", entry.name);
    }
}

/// Every number of Linux up to the last has a name, so that `netlab explain N` always knows one.
#[test]
#[cfg(target_os = "linux")]
fn every_number_of_linux_is_known() {
    for number in (1..=libc::EHWPOISON).filter(|number| ![41, 58].contains(number)) {
        let known = catalogue::errors().any(|entry| entry.linux == Some(number) && entry.origin == Origin::Call)
            || catalogue::unrelated().any(|error| error.linux == Some(number));
        assert!(known, "{number}: {}", std::io::Error::from_raw_os_error(number));
    }
}

#[test]
fn numbers_of_macos_are_those_of_darwin() {
    let table = numbers(include_str!("published/darwin-errno.txt"));
    for entry in catalogue::errors() {
        assert_eq!(entry.macos, table.get(entry.name).copied(), "{}", entry.name);
    }
    for error in catalogue::unrelated() {
        assert_eq!(error.macos, table.get(error.name).copied(), "{}", error.name);
    }
    for name in table.keys() {
        assert!(catalogue::error(name).is_some() || catalogue::unrelated().any(|error| error.name == *name), "{name} is missing");
    }
}

#[test]
fn numbers_of_windows_are_those_of_microsoft() {
    let table = numbers(include_str!("published/windows-sockets.txt"));
    for entry in catalogue::errors() {
        assert_eq!(entry.windows, entry.windows_name.map(|name| table[name]), "{}", entry.name);
        let same = format!("WSA{}", entry.name);
        assert!(!table.contains_key(same.as_str()) || entry.windows_name == Some(same.as_str()), "{}", entry.name);
    }
    for error in catalogue::unrelated().filter(|error| error.name.starts_with("WSA")) {
        assert_eq!(error.windows, table.get(error.name).copied(), "{}", error.name);
    }
    for (name, number) in &table {
        let known = !catalogue::errors_with_number(*number).is_empty() || !catalogue::unrelated_with_number(*number).is_empty();
        assert!(known, "{name} is missing");
        assert!(!catalogue::search(name).is_empty(), "{name} is not found by its name");
        assert!(!catalogue::search(&format!("failed: {name}")).is_empty(), "{name} is not found in a line");
    }
}

/// Overlapped sockets stand for errors of the catalogue: their causes are shown.
#[test]
fn what_overlapped_sockets_stand_for_is_there() {
    let stands_for = |error: &catalogue::UnrelatedError| match error.giver {
        catalogue::Giver::OverlappedFor(name) => Some(name),
        catalogue::Giver::Others | catalogue::Giver::Overlapped => None,
    };
    let names: Vec<&str> = catalogue::unrelated().filter_map(stands_for).collect();
    assert_eq!(names.len(), 6);
    assert!(names.iter().all(|name| catalogue::error(name).is_some()), "{names:?}");
}

/// A part of more than 63 bytes cannot be asked for: nothing is sent, so this rests on the C library alone.
#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_name_that_is_not_well_formed_gives_what_the_catalogue_says() {
    use std::net::ToSocketAddrs;

    let said = (format!("{}.invalid", "a".repeat(70)), 80).to_socket_addrs().unwrap_err().to_string();
    let given: Vec<&ErrorEntry> = catalogue::errors().filter(|entry| entry.messages.iter().any(|message| said.contains(message))).collect();
    assert_eq!(given.iter().map(|entry| entry.name).collect::<Vec<_>>(), ["EAI_NONAME"], "{said}");
    let blames_the_form = |entry: &&ErrorEntry| entry.text(Lang::En).causes.iter().any(|cause| cause.contains("63 bytes"));
    let blaming: Vec<&str> = catalogue::errors().filter(blames_the_form).map(|entry| entry.name).collect();
    assert_eq!(blaming, ["EAI_NONAME"]);
}

/// Each kind of route that refuses has an error of its own: fib_props of net/ipv4/fib_semantics.c.
#[test]
fn routes_that_refuse_are_among_the_causes() {
    for (kind, name) in [("blackhole", "EINVAL"), ("prohibit", "EACCES"), ("unreachable", "EHOSTUNREACH")] {
        let entry = catalogue::error(name).unwrap();
        for lang in [Lang::En, Lang::Zh] {
            let is_named = |cause: &&str| cause.contains(kind) && (cause.contains("route") || cause.contains("路由"));
            assert!(entry.text(lang).causes.iter().any(is_named), "{name}: a route of the kind {kind}");
        }
    }
}

/// Calling again is wrong for connect and close: each has its own advice.
#[test]
fn an_interrupted_call_has_advice_by_its_name() {
    let entry = catalogue::error("EINTR").unwrap();
    for lang in [Lang::En, Lang::Zh] {
        let of = |call: &str| *entry.text(lang).remedies.iter().find(|remedy| remedy.contains(call)).unwrap();
        assert!(of("connect").contains("SO_ERROR"), "{}", of("connect"));
        assert_ne!(of("connect"), of("close"));
        assert!(entry.calls.iter().all(|call| !of(call).is_empty()));
    }
}

#[test]
fn every_error_of_the_manual_pages_is_there_with_its_call() {
    let mut missing = Vec::new();
    for (page, names) in published(include_str!("published/linux-man-pages.txt")) {
        let call = page.split('(').next().unwrap();
        for name in names.split(' ') {
            match catalogue::error(name) {
                None => missing.push(format!("{page}: {name}")),
                // The pages of section 7 are of protocols: they do not say which call.
                Some(entry) if !page.ends_with("(7)") && !entry.calls.contains(&call) => {
                    missing.push(format!("{page}: {name} lacks the call"));
                }
                Some(_) => {}
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_error_that_scenarios_may_name_is_there() {
    for name in Errno::names() {
        assert!(catalogue::error(name).is_some(), "{name}");
    }
}

#[test]
fn every_error_that_a_built_in_scenario_expects_names_it() {
    let mut shown = 0;
    for source in netlab::builtin::all() {
        let name = source.name().to_owned();
        for errno in Scenario::parse_with(source, &netlab::builtin::BuiltinBases, &Variables::default()).unwrap().expected_errors() {
            let entry = catalogue::error(errno.name().unwrap()).unwrap();
            assert!(netlab::builtin::showing(entry.name).contains(&name), "{} is not shown by {name}", entry.name);
            shown += 1;
        }
    }
    assert!(shown > 20, "the built-in scenarios expect errors");
}

#[test]
fn both_languages_say_all_there_is_to_say() {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for entry in catalogue::errors() {
        let (en, zh) = (entry.text(Lang::En), entry.text(Lang::Zh));
        assert_eq!((en.causes.len(), en.remedies.len()), (zh.causes.len(), zh.remedies.len()), "{}", entry.name);
        assert!(!en.causes.is_empty() && !en.remedies.is_empty(), "{}", entry.name);
        for text in [en.meaning].iter().chain(en.causes).chain(en.remedies) {
            assert!(text.ends_with('.') && !is_chinese(text), "{}: {text}", entry.name);
        }
        for text in [zh.meaning].iter().chain(zh.causes).chain(zh.remedies) {
            assert!(text.ends_with('。') && is_chinese(text), "{}: {text}", entry.name);
        }
    }
    for error in catalogue::unrelated() {
        assert!(!is_chinese(error.meaning(Lang::En)) && is_chinese(error.meaning(Lang::Zh)), "{}", error.name);
    }
}

#[test]
fn a_number_that_means_different_things_says_so() {
    let names = |number| catalogue::errors_with_number(number).into_iter().map(|(system, entry)| (system, entry.name)).collect::<Vec<_>>();
    assert!(names(35).contains(&(System::Macos, "EAGAIN")));
    assert!(catalogue::unrelated_with_number(35).iter().any(|(system, error)| (*system, error.name) == (System::Linux, "EDEADLK")));
    assert_eq!(names(10035), [(System::Windows, "EAGAIN")]);
    assert_eq!(names(-2), [(System::Linux, "EAI_NONAME")]);
    // This system's first.
    assert_eq!(names(61).first(), Some(&(System::Macos, "ECONNREFUSED")));
    assert_eq!(names(104), [(System::Linux, "ECONNRESET")]);
}

#[test]
fn terms_and_options_are_complete_in_both_languages() {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for term in catalogue::terms() {
        let (en, zh) = (term.text(Lang::En), term.text(Lang::Zh));
        for text in [en.meaning, en.advice] {
            assert!(text.ends_with('.') && !is_chinese(text), "{}: {text}", term.name());
        }
        for text in [zh.meaning, zh.advice] {
            assert!(text.ends_with('。') && is_chinese(text), "{}: {text}", term.name());
        }
    }
    for entry in catalogue::options() {
        let (en, zh) = (entry.text(Lang::En), entry.text(Lang::Zh));
        assert!([en.does, en.does_not].iter().all(|text| text.ends_with('.') && !is_chinese(text)), "{}", entry.constant);
        assert!([zh.does, zh.does_not].iter().all(|text| text.ends_with('。') && is_chinese(text)), "{}", entry.constant);
    }
    for (_, cause) in CauseName::WORDS {
        let zh = catalogue::cause_text(*cause, Lang::Zh);
        assert!([zh.title, zh.belief, zh.remedy].into_iter().all(is_chinese), "{}", cause.name());
    }
}

#[test]
fn every_codec_has_its_sentence_in_both_languages() {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for codec in CODECS {
        assert!(is_chinese(catalogue::codec_about(codec, Lang::Zh)) && !is_chinese(codec.about), "{}", codec.name);
    }
}

#[test]
fn scenarios_that_terms_name_are_built_in() {
    for term in catalogue::terms() {
        for name in term.scenarios {
            assert!(!netlab::builtin::find(name).is_empty(), "{}: {name}", term.name());
        }
    }
}

#[test]
fn words_and_options_are_one_each() {
    let mut words: Vec<String> =
        catalogue::terms().flat_map(|term| term.words().map(|word| word.to_lowercase().replace(['-', '_'], " "))).collect();
    words.sort_unstable();
    let twice: Vec<_> = words.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let mut constants: Vec<&str> = catalogue::options().map(|entry| entry.constant).collect();
    constants.sort_unstable();
    constants.dedup();
    assert_eq!(constants.len(), catalogue::options().count());
}

/// What a scenario can set, the catalogue explains.
#[test]
fn every_option_of_scenarios_is_explained() {
    for (_, option) in SocketOption::WORDS.iter().filter(|(_, option)| option.is_settable()) {
        assert!(catalogue::option(option.constant()).is_some(), "{}", option.constant());
    }
}

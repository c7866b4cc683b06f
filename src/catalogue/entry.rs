//! One error of the catalogue.

use serde::Serialize;

use super::chinese;

/// A system that gives errors numbers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// Linux, on every architecture but alpha, mips, parisc and sparc, which number errors differently.
    Linux,
    /// macOS, and what else is Darwin.
    Macos,
    /// Windows Sockets.
    Windows,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Linux, Self::Macos, Self::Windows];

    /// The one that this program was built for. Any other Unix counts as Linux.
    pub const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_vendor = "apple") {
        Self::Macos
    } else {
        Self::Linux
    };

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Macos => "macOS",
            Self::Windows => "Windows",
        }
    }
}

/// A language of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English
    En,
    /// Simplified Chinese
    Zh,
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The language of a tag or a locale, such as `zh`, `zh-Hans` or `zh_CN.UTF-8`; English where there are no texts in it.
    pub fn of(tag: &str) -> Self {
        match tag.split(['_', '.', '@', '-']).next() {
            Some(language) if language.eq_ignore_ascii_case("zh") => Self::Zh,
            Some(_) | None => Self::En,
        }
    }
}

/// Who gives an error, since their numbers are told apart by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A system call: `errno`, or `WSAGetLastError` on Windows.
    Call,
    /// The resolver: what `getaddrinfo` returns.
    Resolver,
}

/// An error: what it is called and numbered, who gives it, and what is to be said of it.
#[derive(Debug, PartialEq, Eq)]
pub struct ErrorEntry {
    /// Its name in POSIX, such as ECONNREFUSED; Microsoft's where only Windows has it.
    pub name: &'static str,
    /// Other names of it, such as EWOULDBLOCK.
    pub aliases: &'static [&'static str],
    /// Who gives it.
    pub origin: Origin,
    /// Its number on Linux.
    pub linux: Option<i32>,
    /// Its number on macOS.
    pub macos: Option<i32>,
    /// Its number on Windows, among those of Windows Sockets.
    pub windows: Option<i32>,
    /// Its name on Windows.
    pub windows_name: Option<&'static str>,
    /// The exception that Python raises for it.
    pub python: &'static str,
    /// What the systems print for it, in the words of the C library or of Windows: the first is glibc's, if there is one there.
    pub messages: &'static [&'static str],
    /// The calls that give it, by the manual pages of Linux.
    pub calls: &'static [&'static str],
    /// Terms, options and other errors of the catalogue that belong to it.
    pub see: &'static [&'static str],
    pub(super) en: ErrorText,
    pub(super) zh: ErrorText,
}

/// What is to be said of an error, in one language.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ErrorText {
    /// What it means: a few sentences.
    pub meaning: &'static str,
    /// What is likely, most likely first.
    pub causes: &'static [&'static str],
    /// What to try, in order.
    pub remedies: &'static [&'static str],
}

impl ErrorEntry {
    /// What is to be said of it.
    pub fn text(&self, lang: Lang) -> &ErrorText {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }

    /// What it is in a few words: the system's own in English.
    pub fn title(&self, lang: Lang) -> &'static str {
        let english = || self.messages.first().copied().unwrap_or_default();
        match lang {
            Lang::En => english(),
            Lang::Zh => chinese::title(self.name).unwrap_or_else(english),
        }
    }

    /// Every wording of it that a log or somebody who asks may have: the systems' own, in English and in Chinese.
    pub fn wordings(&self) -> impl Iterator<Item = &'static str> {
        self.messages.iter().copied().chain(chinese::wordings(self.name))
    }

    /// Its number on a system.
    pub fn number(&self, system: System) -> Option<i32> {
        match system {
            System::Linux => self.linux,
            System::Macos => self.macos,
            System::Windows => self.windows,
        }
    }

    /// What this error is called on a system: the same name everywhere but on Windows.
    pub fn name_on(&self, system: System) -> &'static str {
        match system {
            System::Windows => self.windows_name.unwrap_or(self.name),
            System::Linux | System::Macos => self.name,
        }
    }

    /// Whether this is one of its names, in capital letters or small ones.
    pub fn is_called(&self, name: &str) -> bool {
        let names = [Some(self.name), self.windows_name];
        names.into_iter().flatten().chain(self.aliases.iter().copied()).any(|known| known.eq_ignore_ascii_case(name))
    }
}

//! What is known about errors: their names and numbers on each system, what they mean, what is likely, and what to try.
//!
//! Data and pure look-ups. The data stands in one place, this module, as constants: a text that is missing in one language
//! does not compile. Nothing here asks the kernel, and nothing decides what to print.
//!
//! ```
//! use netlab::catalogue::{self, Lang, System};
//!
//! let refused = catalogue::error("ECONNREFUSED").unwrap();
//! assert_eq!((refused.linux, refused.macos, refused.windows), (Some(111), Some(61), Some(10061)));
//! assert_eq!(refused.python, "ConnectionRefusedError");
//! println!("{}", refused.text(Lang::En).meaning);
//!
//! let (system, same) = catalogue::errors_with_number(10061)[0];
//! assert_eq!((system, same.name), (System::Windows, "ECONNREFUSED"));
//! ```
//!
//! Numbers of Linux are those of `libc` (a test compares them where it runs). Those of the others are from published tables:
//! Darwin's [`bsd/sys/errno.h`](https://github.com/apple-oss-distributions/xnu/blob/main/bsd/sys/errno.h) and `netdb.h`, and Microsoft's
//! [Windows Sockets Error Codes](https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2). netlab was not
//! tried on either.

mod causes;
mod chinese;
mod codecs;
mod entry;
mod errors;
mod line;
mod lookup;
mod option;
mod options;
mod search;
mod term;
mod terms;
mod unrelated;

pub use causes::{CauseText, cause_text};
pub use codecs::codec_about;
pub use entry::{ErrorEntry, ErrorText, Lang, Origin, System};
pub use lookup::{error, errors, errors_with_number, option, options, term, terms, unrelated, unrelated_with_number};
pub use option::{Level, Limit, LimitRole, OptionEntry, OptionKind, OptionText, Unit, ValueForm};
pub use search::{Found, Topic, forms_of_call, nearest_name, search};
pub use term::{Term, TermText};
pub use unrelated::{Giver, UnrelatedError};

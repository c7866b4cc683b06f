//! Rows of sockets, in the form that the terminal has room for.

use unicode_width::UnicodeWidthStr;

use crate::report::style::{Style, wrap};
use crate::report::table::Table;
use crate::sockets::{Mark, NoteTopic, Owner, SocketRow};
use crate::trace::Address;

/// A row, and how it differs from the look before.
pub(super) type MarkedRow<'r> = (Option<Mark>, &'r SocketRow);

/// The rows in the widest form that fits without breaking an address: a table with both addresses side by side, one with the remote
/// below the local address, or two lines a socket.
pub(super) fn layout(rows: &[MarkedRow<'_>], are_marked: bool, style: &Style) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let wide = table(rows, are_marked, &Style { width: usize::from(u16::MAX), ..style.clone() }, Addresses::Beside);
    if width_of(&wide) <= style.width {
        return wide;
    }
    let stacked = table(rows, are_marked, style, Addresses::Stacked);
    if style.width >= LEAST_TABLE && width_of(&stacked) <= style.width {
        return stacked;
    }
    rows.iter().flat_map(|(mark, row)| two_lines(*mark, row, style)).collect()
}

fn table(rows: &[MarkedRow<'_>], are_marked: bool, style: &Style, addresses: Addresses) -> Vec<String> {
    let mut headers = vec!["=state", "=kind", ">recv-q", ">send-q"];
    headers.extend(match addresses {
        Addresses::Beside => &["=local", "=remote"][..],
        Addresses::Stacked => &["=local, remote"],
    });
    headers.push("process");
    if are_marked {
        headers.insert(0, "=");
    }
    let mut table = Table::new(&headers, style);
    for (mark, row) in rows {
        let (receive, send) = row.queues.numbers();
        let mut cells = vec![row.state.name().to_owned(), row.kind.name().to_owned(), receive.to_string(), send.to_string()];
        match (addresses, remote(row)) {
            (Addresses::Beside, remote) => cells.extend([local(row), remote.unwrap_or_else(|| "*".to_owned())]),
            (Addresses::Stacked, Some(remote)) => cells.push(format!("{}\n{} {remote}", local(row), style.arrow())),
            (Addresses::Stacked, None) => cells.push(local(row)),
        }
        cells.push(process(&row.owner));
        if are_marked {
            cells.insert(0, sign(*mark).to_owned());
        }
        table.row(cells);
    }
    table.lines()
}

fn sign(mark: Option<Mark>) -> &'static str {
    match mark {
        Some(Mark::New) => "+",
        Some(Mark::Gone) => "-",
        Some(Mark::State) => "~",
        None => "",
    }
}

/// How the two addresses of a row stand.
#[derive(Clone, Copy)]
enum Addresses {
    Beside,
    Stacked,
}

/// The narrowest terminal, in columns, that a table is drawn on.
const LEAST_TABLE: usize = 72;

fn width_of(lines: &[String]) -> usize {
    lines.iter().map(|line| line.width()).max().unwrap_or(0)
}

/// A socket where there is no room for a table.
fn two_lines(mark: Option<Mark>, row: &SocketRow, style: &Style) -> Vec<String> {
    let sign = sign(mark);
    let mark = if sign.is_empty() { String::new() } else { format!("{sign} ") };
    let (receive, send) = row.queues.numbers();
    let below = [format!("{}, recv-q {receive}, send-q {send}", row.state.name()), process(&row.owner)];
    let below: Vec<&str> = below.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let first = wrap(&format!("{mark}{}", title(row, style)), style.width);
    let second = wrap(&below.join(", "), style.width.saturating_sub(2)).into_iter().map(|line| format!("  {line}"));
    first.into_iter().chain(second).collect()
}

/// `tcp 127.0.0.1:5000 → 127.0.0.1:80`
pub(super) fn title(row: &SocketRow, style: &Style) -> String {
    let remote = remote(row).map(|remote| format!(" {} {remote}", style.arrow())).unwrap_or_default();
    format!("{} {}{remote}", row.kind.name(), local(row))
}

fn remote(row: &SocketRow) -> Option<String> {
    row.remote.as_ref().map(|remote| address(remote, row.peer_inode))
}

fn local(row: &SocketRow) -> String {
    let address = address(&row.local, row.inode);
    if NoteTopic::of(row).contains(&NoteTopic::DualStack) { format!("{address} +v4") } else { address }
}

/// An address; a Unix socket without one is known by its inode.
fn address(address: &Address, inode: Option<u32>) -> String {
    match (address, inode) {
        (Address::Unnamed, Some(inode)) => format!("#{inode}"),
        (Address::Unnamed, None) => "*".to_owned(),
        (Address::Ip(ip), _) if ip.port() == 0 => format!("{}*", ip.to_string().trim_end_matches('0')),
        (Address::Path(path), _) => path.clone(),
        (Address::Abstract(name), _) => format!("@{name}"),
        (Address::Ip(ip), _) => ip.to_string(),
    }
}

fn process(owner: &Owner) -> String {
    match (owner.processes(), owner.words()) {
        ([], words) => words.unwrap_or_default().to_owned(),
        ([only], _) => format!("{} {}", only.name, only.pid),
        ([first, more @ ..], _) => format!("{} {} +{}", first.name, first.pid, more.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sockets::{Process, SocketState, test_row};

    fn rows() -> Vec<SocketRow> {
        let process = Process { pid: 12345, name: "a-long-process".to_owned(), fd: 3 };
        let mapped = |port| format!("[::ffff:192.168.100.200]:{port}").parse().unwrap();
        vec![
            SocketRow { local: "[::]:80".parse().unwrap(), v6only: Some(false), owner: Owner::Processes(vec![process]), ..test_row() },
            SocketRow {
                state: SocketState::Established,
                local: mapped(80),
                remote: Some(mapped(54321)),
                owner: Owner::NotAccepted,
                ..test_row()
            },
        ]
    }

    fn drawn(width: usize) -> Vec<String> {
        let rows = rows();
        let marked: Vec<MarkedRow<'_>> = vec![(None, &rows[0]), (Some(Mark::New), &rows[1])];
        layout(&marked, true, &Style { width, ..Style::default() })
    }

    #[test]
    fn no_line_is_too_wide_and_no_address_is_broken() {
        for width in 40..160 {
            let lines = drawn(width);
            assert!(width_of(&lines) <= width, "{width}: {lines:#?}");
            if width >= 60 {
                let text = lines.join("\n");
                for address in ["[::]:80 +v4", "[::ffff:192.168.100.200]:80", "[::ffff:192.168.100.200]:54321"] {
                    assert!(text.contains(address), "{width}: {text}");
                }
            }
        }
    }

    #[test]
    fn the_form_follows_the_width() {
        assert!(drawn(150)[1].contains("local                       ┆ remote"), "{:#?}", drawn(150));
        assert!(drawn(100)[1].contains("local, remote"), "{:#?}", drawn(100));
        assert_eq!(drawn(70)[..2], ["tcp [::]:80 +v4", "  LISTEN, recv-q 0, send-q 128, a-long-process 12345"]);
        assert_eq!(drawn(70)[2], "+ tcp [::ffff:192.168.100.200]:80 → [::ffff:192.168.100.200]:54321");
    }
}

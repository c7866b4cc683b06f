//! Parts of a suite, for several machines: together they are the whole, and none has what another has.

use xxhash_rust::xxh3::xxh3_64;

use super::select::Item;
use crate::report::Shard;

/// Reads `2/3` or `hash:2/3`.
///
/// # Errors
/// What is wrong with it, and what is expected.
pub fn parse_shard(text: &str) -> Result<Shard, String> {
    let (by_hash, numbers) = text.strip_prefix("hash:").map_or((false, text), |numbers| (true, numbers));
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    let parsed = numbers.split_once('/').and_then(|(index, count)| Some((number(index)?, number(count)?)));
    let Some((index, count)) = parsed else {
        return Err("expected I/N, such as 2/3 for the second of three parts, or hash:2/3".to_owned());
    };
    match (index, count) {
        (_, 0) => Err("there is no suite of 0 parts".to_owned()),
        (0, _) => Err(format!("parts count from 1: the first of {count} is 1/{count}")),
        _ if index > count => Err(format!("there is no part {index} of {count}")),
        _ if count > Shard::MAX_COUNT => Err(format!("{count} parts are too many: at most {}", Shard::MAX_COUNT)),
        _ => Ok(Shard { index, count, by_hash }),
    }
}

/// Leaves the runs of one part.
pub fn deal(items: Vec<Item>, shard: Shard) -> Vec<Item> {
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let is_mine = deal_names(&names, shard);
    items.into_iter().zip(is_mine).filter_map(|(item, is_mine)| is_mine.then_some(item)).collect()
}

/// Which of these names belong to a part.
///
/// In turn, they are dealt out in their order as text, whatever order they come in, so the parts are of one size; but one name more
/// moves others. By hash (XXH3 of the name), each stays in its part as long as it is called the same.
pub fn deal_names(names: &[&str], shard: Shard) -> Vec<bool> {
    let (index, count) = ((shard.index - 1) as usize, shard.count as usize);
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let is_mine = |name: &&str| match shard.by_hash {
        true => xxh3_64(name.as_bytes()) % u64::from(shard.count) == index as u64,
        false => sorted.binary_search(name).is_ok_and(|place| place % count == index),
    };
    names.iter().map(is_mine).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn items(names: &std::collections::BTreeSet<String>) -> Vec<Item> {
        names.iter().map(|name| Item::invalid_for_tests(name)).collect()
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole_and_never_overlap(
            names in proptest::collection::btree_set("[a-z/]{1,12}", 0..60),
            count in 1u32..9,
            by_hash: bool,
            turned: bool,
        ) {
            let mut whole = items(&names);
            if turned {
                whole.reverse();
            }
            let mut dealt: Vec<String> = Vec::new();
            let mut sizes = Vec::new();
            for index in 1..=count {
                let part = deal(items(&names), Shard { index, count, by_hash });
                let other_order = deal(std::mem::take(&mut whole), Shard { index, count, by_hash });
                whole = items(&names);
                let mut names_of_other: Vec<String> = other_order.into_iter().map(|item| item.name).collect();
                names_of_other.sort();
                let names_of_part: Vec<String> = part.into_iter().map(|item| item.name).collect();
                prop_assert_eq!(&names_of_other, &names_of_part, "the order of selection does not matter");
                sizes.push(names_of_part.len());
                dealt.extend(names_of_part);
            }
            dealt.sort();
            prop_assert_eq!(dealt, names.into_iter().collect::<Vec<_>>());
            if !by_hash {
                prop_assert!(sizes.iter().max().unwrap_or(&0) - sizes.iter().min().unwrap_or(&0) <= 1);
            }
        }

        #[test]
        fn by_hash_a_run_stays_in_its_part(names in proptest::collection::btree_set("[a-z/]{1,12}", 1..40), more in "[A-Z]{1,8}", count in 1u32..9) {
            let shard = Shard { index: 1, count, by_hash: true };
            let before: Vec<String> = deal(items(&names), shard).into_iter().map(|item| item.name).collect();
            let mut with_more = names;
            with_more.insert(more.clone());
            let after: Vec<String> = deal(items(&with_more), shard).into_iter().map(|item| item.name).filter(|name| *name != more).collect();
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn what_is_no_shard_says_why() {
        assert_eq!(parse_shard("2/3").map(|shard| shard.to_string()), Ok("2/3".to_owned()));
        assert_eq!(parse_shard("hash:1/4").map(|shard| shard.to_string()), Ok("hash:1/4".to_owned()));
        assert_eq!(parse_shard("0/3"), Err("parts count from 1: the first of 3 is 1/3".to_owned()));
        assert_eq!(parse_shard("4/3"), Err("there is no part 4 of 3".to_owned()));
        assert_eq!(parse_shard("1/4294967295"), Err("4294967295 parts are too many: at most 100000".to_owned()));
        assert!(parse_shard("1/100000").is_ok_and(|shard| shard.is_part()));
        assert_eq!(parse_shard("1/0"), Err("there is no suite of 0 parts".to_owned()));
        for text in ["", "3", "1/", "/2", "+1/2", "1/2/3", "a/b", "-1/2", "1/99999999999"] {
            assert!(parse_shard(text).is_err_and(|error| error.starts_with("expected I/N")), "{text}");
        }
    }
}

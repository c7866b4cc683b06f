//! Which of the scenarios found are meant.

/// What a run must be called, and how its scenario must be tagged.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One of these must fit the name, where there are any; and none that excludes may.
    pub names: Vec<NameFilter>,
    /// Each that only excludes must hold, and one of the others, where there are any.
    pub tags: Vec<TagFilter>,
}

/// A part of a name: `*` stands for anything, `!` before it excludes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameFilter {
    excludes: bool,
    parts: Vec<String>,
}

/// Tags that a scenario must have, or, with `!` before them, must not: `tcp,!slow`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagFilter {
    has: Vec<String>,
    has_not: Vec<String>,
}

impl NameFilter {
    /// Reads a filter.
    pub fn new(text: &str) -> Self {
        let (excludes, text) = text.strip_prefix('!').map_or((false, text), |text| (true, text));
        Self { excludes, parts: text.split('*').map(str::to_owned).collect() }
    }

    /// Whether its parts stand in the name, one behind the other.
    fn fits(&self, name: &str) -> bool {
        let after = |rest: Option<&'_ str>, part: &String| rest.and_then(|rest| rest.find(part.as_str()).map(|at| at + part.len()));
        let mut rest = Some(name);
        for part in &self.parts {
            rest = after(rest, part).and_then(|end| rest.map(|rest| &rest[end..]));
        }
        rest.is_some()
    }
}

impl TagFilter {
    /// Reads a filter: tags with commas between them.
    ///
    /// # Errors
    /// When a tag is empty.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut has, mut has_not) = (Vec::new(), Vec::new());
        for word in text.split(',') {
            let (list, tag) = word.trim().strip_prefix('!').map_or((&mut has, word.trim()), |tag| (&mut has_not, tag));
            if tag.is_empty() {
                return Err("expected a tag, such as tcp, '!slow' or 'tcp,!slow'".to_owned());
            }
            list.push(tag.to_owned());
        }
        Ok(Self { has, has_not })
    }

    /// The tags that it names.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.has.iter().chain(&self.has_not).map(String::as_str)
    }

    fn fits(&self, tags: &[&str]) -> bool {
        self.has.iter().all(|tag| tags.contains(&tag.as_str())) && !self.has_not.iter().any(|tag| tags.contains(&tag.as_str()))
    }
}

impl Filter {
    /// Whether a run is meant.
    pub fn selects(&self, name: &str, tags: &[&str]) -> bool {
        self.selects_name(name) && self.selects_tags(tags)
    }

    pub(super) fn selects_name(&self, name: &str) -> bool {
        let (excluding, wanting): (Vec<&NameFilter>, Vec<&NameFilter>) = self.names.iter().partition(|filter| filter.excludes);
        !excluding.iter().any(|filter| filter.fits(name)) && (wanting.is_empty() || wanting.iter().any(|filter| filter.fits(name)))
    }

    fn selects_tags(&self, tags: &[&str]) -> bool {
        let (excluding, wanting): (Vec<&TagFilter>, Vec<&TagFilter>) = self.tags.iter().partition(|filter| filter.has.is_empty());
        excluding.iter().all(|filter| filter.fits(tags)) && (wanting.is_empty() || wanting.iter().any(|filter| filter.fits(tags)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(names: &[&str], name: &str) -> bool {
        Filter { names: names.iter().map(|text| NameFilter::new(text)).collect(), tags: Vec::new() }.selects_name(name)
    }

    fn selects_tags(filters: &[&str], tags: &[&str]) -> bool {
        let tags_of = filters.iter().map(|text| TagFilter::parse(text).expect("a filter")).collect();
        Filter { names: Vec::new(), tags: tags_of }.selects_tags(tags)
    }

    #[test]
    fn names() {
        assert!(selects(&[], "a/b [c]"));
        assert!(selects(&["a/b [c]"], "a/b [c] [ipv4]"), "brackets are only brackets");
        assert!(selects(&["a*c]"], "a/b [c]") && !selects(&["c*a"], "a/b [c]"));
        assert!(selects(&["x", "b"], "a/b"), "one is enough");
        assert!(!selects(&["a", "!ipv6"], "a/b [ipv6]") && selects(&["!ipv6"], "a/b"));
        assert!(selects(&["aa*a"], "aaa") && !selects(&["aa*aa"], "aaa"), "a character counts once");
    }

    #[test]
    fn tags() {
        assert!(selects_tags(&["tcp"], &["tcp", "slow"]) && !selects_tags(&["tcp"], &["udp"]));
        assert!(!selects_tags(&["!slow"], &["tcp", "slow"]) && selects_tags(&["!slow"], &[]));
        assert!(selects_tags(&["tcp", "udp"], &["udp"]), "one of several");
        assert!(!selects_tags(&["tcp,sticky"], &["tcp"]), "all of one");
        assert!(!selects_tags(&["tcp", "!slow"], &["tcp", "slow"]), "an exclusion always holds");
        assert!(TagFilter::parse("").is_err() && TagFilter::parse("tcp,").is_err() && TagFilter::parse("!").is_err());
    }
}

//! The introspection data of objects, as comparable lines.

use std::collections::BTreeSet;

/// The members of an interface in introspection XML: `property Percentage d read`,
/// `method GetStatistics (type s) (data a(dd))`, `signal DeviceAdded (device o) ()`.
pub(crate) fn members(xml: &str, interface: &str) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    let mut inside = false;
    let mut open: Option<Member> = None;
    for tag in xml.split('<').skip(1) {
        let name = |key| attribute(tag, key).unwrap_or_default();
        let element = tag.split([' ', '>', '/', '\n']).next().unwrap_or_default();
        let ends_here = tag.split('>').next().is_some_and(|it| it.ends_with('/'));
        match element {
            "interface" => inside = name("name") == interface,
            "property" if inside => {
                let (name, kind, access) = (name("name"), name("type"), name("access"));
                members.insert(format!("property {name} {kind} {access}"));
            }
            "method" | "signal" if inside => {
                let member = Member {
                    what: element.to_owned(),
                    name: name("name"),
                    ..Member::default()
                };
                if ends_here {
                    members.insert(member.line());
                } else {
                    open = Some(member);
                }
            }
            "arg" => {
                if let Some(member) = &mut open {
                    let argument = format!("{} {}", name("name"), name("type"));
                    if name("direction") == "out" {
                        member.gives.push(argument);
                    } else {
                        member.takes.push(argument);
                    }
                }
            }
            _ => {}
        }
        if tag.starts_with("/method") || tag.starts_with("/signal") {
            members.extend(open.take().map(Member::line));
        }
        if tag.starts_with("/interface") {
            inside = false;
        }
    }
    members
}

/// The part of introspection XML about one interface.
pub(crate) fn interface<'a>(xml: &'a str, name: &str) -> &'a str {
    let start = xml.find(&format!("  <interface name=\"{name}\">")).unwrap();
    let (_, rest) = xml.split_at(start);
    let end = "  </interface>\n";
    rest.split_at(rest.find(end).unwrap() + end.len()).0
}

#[derive(Default)]
struct Member {
    what: String,
    name: String,
    takes: Vec<String>,
    gives: Vec<String>,
}

impl Member {
    fn line(self) -> String {
        let (takes, gives) = (self.takes.join(", "), self.gives.join(", "));
        format!("{} {} ({takes}) ({gives})", self.what, self.name)
    }
}

fn attribute(tag: &str, key: &str) -> Option<String> {
    let start = tag.find(&format!("{key}=\""))? + key.len() + 2;
    let rest = tag.get(start..)?;
    Some(rest.split('"').next()?.to_owned())
}

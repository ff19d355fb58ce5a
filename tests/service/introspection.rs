//! What objects say of themselves, as lines that can be compared.

use std::collections::BTreeSet;

/// The members of an interface in introspection XML: `property Percentage d read`,
/// `method GetHistory suu -> a(udu)`, `signal DeviceAdded o`.
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
                    if name("direction") == "out" {
                        member.gives += &name("type");
                    } else {
                        member.takes += &name("type");
                    }
                }
            }
            _ => {}
        }
        if tag.starts_with("/method") || tag.starts_with("/signal") {
            members.extend(open.take().map(|member| member.line()));
        }
        if tag.starts_with("/interface") {
            inside = false;
        }
    }
    members
}

#[derive(Default)]
struct Member {
    what: String,
    name: String,
    takes: String,
    gives: String,
}

impl Member {
    fn line(self) -> String {
        let Self {
            what,
            name,
            takes,
            gives,
        } = self;
        format!("{what} {name} ({takes}) ({gives})")
    }
}

fn attribute(tag: &str, key: &str) -> Option<String> {
    let start = tag.find(&format!("{key}=\""))? + key.len() + 2;
    let rest = tag.get(start..)?;
    Some(rest.split('"').next()?.to_owned())
}

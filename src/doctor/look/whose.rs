use super::machine::Machine;

/// Names that identify a machine and its users, and must not be in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// The host name.
    pub host: Option<String>,
    /// User names that may occur in texts.
    pub users: Vec<String>,
    /// The home directory of the user.
    pub home: Option<String>,
}

pub(super) fn look(machine: &Machine) -> Whose {
    let variable = |name| std::env::var(name).ok();
    let called = ["USER", "LOGNAME", "SUDO_USER"]
        .into_iter()
        .filter_map(variable);
    let accounts = machine.text("/etc/passwd").unwrap_or_default();
    Whose {
        host: machine.text("/proc/sys/kernel/hostname"),
        ..whose(&accounts, called, variable("HOME"))
    }
}

/// The identity of a machine with these accounts (the format of passwd(5)), and with these users
/// and this home from environment variables. System accounts have the names of programs, or
/// ordinary words such as `nobody` and `daemon`, and their homes are the same everywhere: both are
/// not removed from reports.
fn whose(accounts: &str, called: impl Iterator<Item = String>, home: Option<String>) -> Whose {
    let accounts = accounts.lines().filter_map(Account::of);
    let (system, people): (Vec<Account<'_>>, Vec<Account<'_>>) =
        accounts.partition(Account::is_of_system);
    let called = called.filter(|name| !system.iter().any(|it| it.name == name));
    let people = people.iter().map(|it| it.name.to_owned());
    let mut users: Vec<String> = called.chain(people).collect();
    users.sort();
    users.dedup();
    let home = home.filter(|home| !system.iter().any(|it| it.home == home));
    Whose {
        host: None,
        users,
        home,
    }
}

/// A line of passwd(5).
struct Account<'a> {
    name: &'a str,
    id: u32,
    home: &'a str,
    shell: &'a str,
}

impl<'a> Account<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let mut fields = line.split(':');
        Some(Self {
            name: fields.next()?,
            id: fields.nth(1)?.parse().ok()?,
            home: fields.nth(2)?,
            shell: fields.next().unwrap_or_default(),
        })
    }

    /// Whether it is a system account: `root`, and those without a login that a distribution or
    /// systemd assigns to services and containers, such as `nobody` (<https://systemd.io/UIDS-GIDS>).
    /// Accounts of people have numbers from 1000 to 60513, those of a directory service above 65535;
    /// on old systems, or if made by hand, any number, but a shell.
    fn is_of_system(&self) -> bool {
        let has_login = !self.shell.ends_with("/nologin") && !self.shell.ends_with("/false");
        self.id == 0 || (matches!(self.id, 1..1000 | 60_514..=65_535) && !has_login)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
solar-status:x:998:998:solar-status:/var/lib/solar-status:/usr/sbin/nologin
anna:x:1000:1000:Anna,,,:/home/anna:/bin/bash
bert:x:60001:60001::/home/bert:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
dave:x:501:501::/home/dave:/bin/zsh
clara:x:1234567:1234567::/home/clara:/bin/bash
broken
";

    fn found(called: &[&str], home: &str) -> (Vec<String>, Option<String>) {
        let called = called.iter().map(|it| (*it).to_owned());
        let whose = whose(ACCOUNTS, called, Some(home.to_owned()));
        (whose.users, whose.home)
    }

    #[test]
    fn people_are_found_and_system_accounts_are_not() {
        let people = ["anna", "bert", "clara", "dave"]
            .map(str::to_owned)
            .to_vec();
        for (name, home) in [
            ("nobody", "/nonexistent"),
            ("daemon", "/usr/sbin"),
            ("solar-status", "/var/lib/solar-status"),
        ] {
            assert_eq!(found(&[name], home), (people.clone(), None), "{name}");
        }
        let home = Some("/home/anna".to_owned());
        assert_eq!(found(&["anna", "root"], "/home/anna"), (people, home));
    }

    #[test]
    fn a_user_of_a_directory_is_found_by_the_variables() {
        let (users, home) = found(&["dora"], "/home/dora");
        assert!(users.contains(&"dora".to_owned()), "{users:?}");
        assert_eq!(home.as_deref(), Some("/home/dora"));
    }
}

use super::machine::Machine;

/// Whose machine it is: what must not be in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// What it is called.
    pub host: Option<String>,
    /// The users who may stand somewhere.
    pub users: Vec<String>,
    /// Where the user's files are.
    pub home: Option<String>,
}

pub(super) fn look(machine: &Machine) -> Whose {
    let variable = |name| std::env::var(name).ok();
    let uid = rustix::process::getuid().as_raw().to_string();
    let all = machine.text("/etc/passwd").unwrap_or_default();
    // Who runs this, and all people: system users have the names of programs.
    let people = all.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        let is_person = id.parse().is_ok_and(|id: u32| (1000..60_000).contains(&id));
        (is_person || id == uid).then(|| name.to_owned())
    });
    let called = ["USER", "LOGNAME", "SUDO_USER"]
        .into_iter()
        .filter_map(variable);
    let mut users: Vec<String> = called.chain(people).collect();
    users.sort();
    users.dedup();
    Whose {
        host: machine.text("/proc/sys/kernel/hostname"),
        users,
        home: variable("HOME"),
    }
}

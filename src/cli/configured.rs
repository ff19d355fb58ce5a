//! Reads the user's configuration and completes the arguments with it.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory};

use super::args::{Cli, Command};
use super::color::ColorWhen;
use super::exit::Exit;
use super::options::{ConfigArgs, Field};
use super::{check, complain, failed, io_errors};
use crate::config::{ConfigFile, Defaults};
use crate::device::Selector;

/// Completes the arguments with the configuration. Returns the exit status if the command ends here:
/// with `--check-config`, or because the configuration is wrong.
pub(super) fn configure(cli: &mut Cli) -> Option<Exit> {
    let checks = checks(cli);
    let is_check = matches!(cli.command, Some(Command::Check(_)));
    let is_format = match &cli.command {
        None => cli.status.format.format.is_some(),
        Some(Command::List(args)) => args.format.format.is_some(),
        Some(_) => false,
    };
    let mut options = Options::of(cli, is_format)?;
    let file = match ConfigFile::read(options.config.config.as_deref()) {
        Ok(file) => file,
        Err(error) if is_check => return Some(check::not_configured(&error)),
        Err(error) => {
            complain(&error);
            // A bar shows something even so: it would go blank if the command failed.
            return (checks || !is_format).then_some(Exit::Usage);
        }
    };
    if checks {
        return Some(print(&file).map_or_else(|error| failed(&error), |()| Exit::Ok));
    }
    options.fill_in(&file.content.defaults);
    options.config.content = Arc::new(file.content);
    None
}

const fn checks(cli: &Cli) -> bool {
    match &cli.command {
        None => cli.status.check_config,
        Some(Command::List(args)) => args.check_config,
        Some(Command::Notify(args)) => args.check_config,
        Some(_) => false,
    }
}

/// The arguments of a command that depend on the configuration.
struct Options<'a> {
    config: &'a mut ConfigArgs,
    device: &'a mut Vec<Selector>,
    color: Option<&'a mut ColorWhen>,
    fields: Option<&'a mut Vec<Field>>,
    timeout: Option<&'a mut Duration>,
    /// Whether the output marks hidden devices.
    is_data: bool,
}

impl<'a> Options<'a> {
    /// The arguments; `None`: the command does not use the configuration.
    fn of(cli: &'a mut Cli, is_format: bool) -> Option<Self> {
        // Notifications and bars have fields of their own.
        let shows_fields = !is_format && !matches!(cli.command, Some(Command::Notify(_)));
        let (common, timeout, is_data) = match &mut cli.command {
            None => {
                let args = &mut cli.status;
                (&mut args.common, Some(&mut args.timeout), args.json)
            }
            Some(Command::List(args)) => (&mut args.common, Some(&mut args.timeout), args.json),
            Some(Command::Monitor(args)) => (&mut args.common, None, args.json),
            Some(Command::Watch(args)) => (&mut args.common, None, false),
            Some(Command::Notify(args)) => (&mut args.common, None, false),
            Some(Command::History(args)) => {
                return Some(Self {
                    config: &mut args.config,
                    device: &mut args.device,
                    color: Some(&mut args.color),
                    fields: None,
                    timeout: None,
                    is_data: args.json || args.csv,
                });
            }
            Some(Command::Check(args)) => {
                return Some(Self {
                    config: &mut args.config,
                    device: &mut args.device,
                    color: None,
                    fields: None,
                    timeout: None,
                    is_data: false,
                });
            }
            Some(Command::Decode(_) | Command::Doctor(_)) => return None,
        };
        Some(Self {
            config: &mut common.config,
            device: &mut common.device,
            color: Some(&mut common.color),
            fields: shows_fields.then_some(&mut common.fields),
            timeout,
            is_data,
        })
    }

    /// Sets the options that were not given to their defaults.
    fn fill_in(&mut self, defaults: &Defaults) {
        let all = self.config.all;
        self.config.names_devices = !self.device.is_empty();
        self.config.keeps_hidden = all || self.is_data || self.config.names_devices;
        if self.device.is_empty() && !all {
            self.device.clone_from(&defaults.device);
        }
        // Whether an option was given costs time to find out, and rarely matters.
        if let Some(color) = &mut self.color
            && **color != defaults.color
            && !is_given("color")
        {
            **color = defaults.color;
        }
        if let Some(fields) = &mut self.fields
            && **fields != defaults.fields
            && !is_given("fields")
        {
            fields.clone_from(&defaults.fields);
        }
        if let Some(timeout) = &mut self.timeout
            && **timeout != defaults.timeout
            && !is_given("timeout")
        {
            **timeout = defaults.timeout;
        }
    }
}

/// Whether this option is on the command line.
fn is_given(option: &str) -> bool {
    let matches = Cli::command().try_get_matches();
    matches.is_ok_and(|matches| {
        let mut matches: &ArgMatches = &matches;
        while let Some((_, of_command)) = matches.subcommand() {
            matches = of_command;
        }
        matches.value_source(option) == Some(ValueSource::CommandLine)
    })
}

/// Prints the configuration as an equivalent file.
fn print(file: &ConfigFile) -> io::Result<()> {
    let from = match &file.path {
        Some(path) => format!("# {}", path.display()),
        None => "# No configuration file was found; these are the defaults.".to_owned(),
    };
    let mut out = io::stdout().lock();
    let written = write!(out, "{from}\n{}", file.content).and_then(|()| out.flush());
    written.map_err(io_errors::unwritable)
}

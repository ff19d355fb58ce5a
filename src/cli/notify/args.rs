//! The arguments of `solar-status notify`.

use std::time::Duration;

use clap::Args;

use crate::cli::options::{CommonArgs, heading, parse_duration};

/// Show notifications on the desktop: low batteries, full ones, and too little light.
///
/// It follows the devices as monitor does, and shows each notification once: when a charge falls
/// to its limit or below, when a device on a charger is full, when charging fails, and when a solar
/// keyboard loses charge for days. Shown notifications are remembered across restarts. A
/// notification is withdrawn when its reason is gone.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  solar-status notify                       until Ctrl-C
  systemctl --user enable --now solar-status-notify
                                            always, in the background
  solar-status notify --dry-run             print what would be shown
  solar-status notify --dry-run --simulate=fading --duration 864000
                                            ten simulated days, without waiting
  solar-status notify --check-config        the effective configuration

The configuration is the first of these files that exists:
  $XDG_CONFIG_HOME/solar-status/config.toml (by default ~/.config/…)
  $XDG_CONFIG_DIRS/solar-status/config.toml (by default /etc/xdg/…)
It is read once, when notify starts:

  [notify]
  low = 20                        # percent; 0: never
  quiet_hours = \"22:00-07:00\"     # only critical ones are shown
  [[device]]
  match = \"M705\"                  # as --device
  low = 10

If solar-statusd ends, notify waits for it; if it starts later, notify follows
it from then on. With --bus, notify also waits if solar-statusd does not run at
the start. It reconnects when a bus is lost. A session bus that is away for five
minutes ends it with status 1, since the session is over then. Only one notify
runs in a session.

Exit status: 0 another notify runs already, the reader closed the output, or the
--duration is over; 1 something failed, the session bus did not come back, or
solar-statusd was away at the end; 2 wrong arguments or configuration; 4 no
permission to open a device; 130 interrupted by Ctrl-C or a signal.")]
pub struct NotifyArgs {
    /// Print the effective configuration, and exit
    #[arg(long, help_heading = heading::CONFIGURATION)]
    pub(in crate::cli) check_config: bool,

    /// Print what would be shown, one line each, and store nothing
    #[arg(long, visible_alias = "print", help_heading = heading::OUTPUT)]
    pub(super) dry_run: bool,

    /// End after this many seconds; with --simulate, the simulated time passes without waiting
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = parse_duration,
        help_heading = heading::OUTPUT
    )]
    pub(super) duration: Option<Duration>,

    #[command(flatten)]
    pub(in crate::cli) common: CommonArgs,
}

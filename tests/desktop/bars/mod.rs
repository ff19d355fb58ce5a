//! Real bars, with the configurations that docs/bars.md prints: Waybar under sway, polybar and
//! i3bar under Xvfb. Their pictures are in `target/tmp/desktop/bars`.

mod case;
mod i3bar;
mod picture;
mod polybar;
mod waybar;
mod xvfb;

use std::time::Duration;

/// How long a bar may take to draw, once it is on the screen: no event reports that it has finished.
const SETTLES: Duration = Duration::from_secs(1);

/// The blocks of docs/bars.md for this bar.
fn configurations(bar: &str) -> Vec<String> {
    test_support::documents::blocks_below("docs/bars.md", bar)
}

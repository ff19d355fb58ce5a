"""Prints the visible labels of Waybar, one per line."""

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi


def labels(node):
    for place in range(node.get_child_count()):
        child = node.get_child_at_index(place)
        if child is None:
            continue
        is_shown = child.get_state_set().contains(Atspi.StateType.SHOWING)
        if child.get_role() == Atspi.Role.LABEL and is_shown:
            print(child.get_name())
        labels(child)


desktop = Atspi.get_desktop(0)
bars = [desktop.get_child_at_index(place) for place in range(desktop.get_child_count())]
bars = [bar for bar in bars if bar is not None and bar.get_name() == "waybar"]
print(f"[{len(bars)} bar]")
for bar in bars:
    labels(bar)

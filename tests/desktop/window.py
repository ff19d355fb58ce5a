"""Opens a program's window, prints the texts on its pages, and takes screenshots of them.

window.py PICTURE PAGES SIGN PROGRAM… [-- HELPER…]

Waits until the window of PROGRAM shows SIGN. Then, for each of PAGES (names separated by commas), it
prints all visible texts, one per line, and writes PICTURE, with {} replaced by the page. HELPER is a
program that PROGRAM needs in its session.
"""

import signal
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Atspi, Gdk, GLib


def shown(node):
    """The visible nodes of a tree, parents first."""
    states = node.get_state_set()
    if not states.contains(Atspi.StateType.SHOWING):
        return
    yield node
    for place in range(node.get_child_count()):
        child = node.get_child_at_index(place)
        if child is not None:
            yield from shown(child)


def windows():
    desktop = Atspi.get_desktop(0)
    for place in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(place)
        if program is not None and program.get_name() == name:
            for place in range(program.get_child_count()):
                yield program.get_child_at_index(place)


def texts():
    found = []
    for window in windows():
        found += [node.get_name() for node in shown(window) if node.get_name()]
    return found


def wait_for(what):
    """Polls until the function returns something: no event reports that a window is complete."""
    while True:
        try:
            found = what()
            if found:
                return found
        except GLib.Error:
            pass  # The examined node has just disappeared.
        time.sleep(0.1)


def page(title):
    for window in windows():
        for node in shown(window):
            if node.get_role() == Atspi.Role.PAGE_TAB_LIST:
                for place in range(node.get_child_count()):
                    if node.get_child_at_index(place).get_name() == title:
                        return node, place
    return None


def is_open(title):
    tabs, place = page(title)
    return tabs.get_selection_iface().is_child_selected(place)


def take_picture(path):
    """Takes a screenshot of the only window; without a window manager it is in the corner."""
    extents = next(windows()).get_extents(Atspi.CoordType.SCREEN)
    root = Gdk.get_default_root_window()
    Gdk.pixbuf_get_from_window(root, 0, 0, extents.width, extents.height).savev(path, "png", [], [])


def give_up(*_):
    sys.exit(f"timeout; the window shows {texts()}")


signal.signal(signal.SIGALRM, give_up)
signal.alarm(120)
picture, pages, sign, *commands = sys.argv[1:]
name = commands[0]
if "--" in commands:
    split = commands.index("--")
    helper = subprocess.Popen(commands[split + 1 :])
    wait_for(lambda: Atspi.get_desktop(0).get_child_count() > 0)
    commands = commands[:split]
program = subprocess.Popen(commands)
wait_for(lambda: sign in texts())
for title in pages.split(","):
    tabs, place = wait_for(lambda: page(title))
    tabs.get_selection_iface().select_child(place)
    wait_for(lambda: is_open(title))
    # Drawing is asynchronous, and no event reports its end.
    time.sleep(1)
    print(f"[{title}]")
    print("\n".join(texts()))
    take_picture(picture.replace("{}", title))
program.terminate()
program.wait()

"""Opens a program's window, tells what stands on its pages, and takes pictures of them.

window.py PICTURE PAGES SIGN PROGRAM… [-- HELPER…]

Waits until the window of PROGRAM shows SIGN. Then, of each of PAGES (names with commas between), it
prints all that is to be seen, line by line, and writes PICTURE with the page in the place of {}.
HELPER is a program that PROGRAM needs in its session.
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
    """All that is to be seen of a node, those within it last."""
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
    """Nobody tells when a window is complete, so it is looked at again and again."""
    while True:
        try:
            found = what()
            if found:
                return found
        except GLib.Error:
            pass  # What was just looked at is gone.
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
    """The window is all there is on the screen; without a window manager it is in the corner."""
    extents = next(windows()).get_extents(Atspi.CoordType.SCREEN)
    root = Gdk.get_default_root_window()
    Gdk.pixbuf_get_from_window(root, 0, 0, extents.width, extents.height).savev(path, "png", [], [])


def give_up(*_):
    sys.exit(f"waited in vain; the window shows {texts()}")


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
    # It draws when it has time, and nobody tells when it has.
    time.sleep(1)
    print(f"[{title}]")
    print("\n".join(texts()))
    take_picture(picture.replace("{}", title))
program.terminate()
program.wait()

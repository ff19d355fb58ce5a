"""Prints the devices of libupower-glib, first all of them and then changes, until one is removed.

The history is omitted: the objects that get_history_sync() returns to Python are already freed.
"""

import signal

import gi

gi.require_version("UPowerGlib", "1.0")
from gi.repository import GLib, UPowerGlib as UPower


def say(*words):
    print(*words, flush=True)


def place(path):
    return path.rsplit("/", 1)[1]


def describe(device):
    kind = UPower.Device.kind_to_string(device.props.kind)
    state = UPower.Device.state_to_string(device.props.state)
    light = f", {device.props.luminosity:g} lx" if device.props.luminosity else ""
    return f"{device.props.model}: {kind}, {device.props.percentage:g} %, {state}{light}"


def watch(device):
    """Prints a device when its light changes; the other values of that signal are set by then."""
    device.connect("notify::luminosity", lambda it, _: say("changed", describe(it)))
    watched.append(device)


def on_added(_, device):
    say("added", describe(device))
    watch(device)


def on_removed(_, path):
    say("removed", place(path))
    loop.quit()


# An exception in a callback would not end the loop.
signal.alarm(90)
watched = []
loop = GLib.MainLoop()
client = UPower.Client.new()
client.connect("device-added", on_added)
client.connect("device-removed", on_removed)
for device in sorted(client.get_devices(), key=lambda it: it.get_object_path()):
    say("there", describe(device))
    watch(device)
loop.run()

#!/usr/bin/python3
"""Prints charge and light of each device, as solar-statusd reports them, and their changes."""

import argparse
import sys

from gi.repository import Gio, GLib

NAME = "org.solarstatus.Monitor1"
DEVICE = "org.solarstatus.Device1"
SHOWN = ("Name", "Charge", "Level", "Lux")


def show(device):
    value = {name: device.get_cached_property(name).unpack() for name in SHOWN}
    # -1: unknown. Some devices report a level, such as "good", and no percentage.
    charge = value["Level"] or "unknown" if value["Charge"] == -1 else f"{value['Charge']} %"
    light = "" if value["Lux"] == -1 else f", {value['Lux']} lux"
    print(f"{value['Name']}: {charge}{light}", flush=True)


def appeared(manager, thing):
    if device := thing.get_interface(DEVICE):
        show(device)


def changed(manager, thing, device, values, gone):
    # Other properties change as well, such as the time when the device was last seen.
    if device.get_interface_name() == DEVICE and set(SHOWN) & set(values.keys()):
        show(device)


parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
parser.add_argument(
    "--user", action="store_true", help="on the session bus instead of the system bus"
)
bus = Gio.BusType.SESSION if parser.parse_args().user else Gio.BusType.SYSTEM
manager = Gio.DBusObjectManagerClient.new_for_bus_sync(
    bus, Gio.DBusObjectManagerClientFlags.NONE, NAME, "/org/solarstatus/Monitor1", None, None, None
)
manager.connect("object-added", appeared)
manager.connect("interface-proxy-properties-changed", changed)
if not manager.get_name_owner():
    print("solar-statusd is not running: waiting for it", file=sys.stderr)
for thing in manager.get_objects():
    appeared(manager, thing)
try:
    GLib.MainLoop().run()
except KeyboardInterrupt:
    pass

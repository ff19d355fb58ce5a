#!/usr/bin/python3
"""Prints charge and light of each device, and their changes. --session: uses the session bus."""

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


bus = Gio.BusType.SESSION if "--session" in sys.argv else Gio.BusType.SYSTEM
manager = Gio.DBusObjectManagerClient.new_for_bus_sync(
    bus, Gio.DBusObjectManagerClientFlags.NONE, NAME, "/org/solarstatus/Monitor1", None, None, None
)
manager.connect("object-added", appeared)
manager.connect("interface-proxy-properties-changed", changed)
for thing in manager.get_objects():
    appeared(manager, thing)
try:
    GLib.MainLoop().run()
except KeyboardInterrupt:
    pass

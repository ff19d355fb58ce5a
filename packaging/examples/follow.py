#!/usr/bin/python3
"""Charge and light of each device, now and as they change. --session: on the session bus."""

import sys

from gi.repository import Gio, GLib

NAME = "org.solarstatus.Monitor1"
DEVICE = "org.solarstatus.Device1"


def tell(device):
    value = {name: device.get_cached_property(name).unpack() for name in ("Name", "Charge", "Lux")}
    # -1: not known.
    charge = "unknown" if value["Charge"] == -1 else f"{value['Charge']} %"
    light = "" if value["Lux"] == -1 else f", {value['Lux']} lux"
    print(f"{value['Name']}: {charge}{light}", flush=True)


def appeared(manager, thing):
    if device := thing.get_interface(DEVICE):
        tell(device)


def changed(manager, thing, device, values, gone):
    # A device tells more than this, such as when it was seen.
    if device.get_interface_name() == DEVICE and {"Name", "Charge", "Lux"} & set(values.keys()):
        tell(device)


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

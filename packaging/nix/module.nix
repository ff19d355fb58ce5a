# The service, with its user, udev rule and bus name.
package:
{ config, lib, pkgs, ... }:

let
  solar-status = package pkgs.stdenv.hostPlatform.system;
in
{
  options.services.solar-status.enable = lib.mkEnableOption "charge and light of Logitech wireless devices";

  config = lib.mkIf config.services.solar-status.enable {
    environment.systemPackages = [ solar-status ];
    services.dbus.packages = [ solar-status ];
    services.udev.packages = [ solar-status ];
    systemd.packages = [ solar-status ];
    users.users.solar-status = {
      isSystemUser = true;
      group = "solar-status";
    };
    users.groups.solar-status = { };
  };
}

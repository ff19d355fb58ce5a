# Evaluates the flake with only the parts of nixpkgs that it needs.
let
  lib = {
    cleanSource = source: source;
    licenses = { mit = 1; asl20 = 2; lgpl21Plus = 3; };
    platforms.linux = [ "x86_64-linux" ];
    genAttrs = names: make:
      builtins.listToAttrs (map (name: { inherit name; value = make name; }) names);
    mkEnableOption = text: text;
    mkIf = condition: value: if condition then value else { };
  };
  callPackage = file: more:
    import file ({ inherit lib; rustPlatform.buildRustPackage = arguments: arguments; } // more);
  nixpkgs = {
    inherit lib;
    legacyPackages.x86_64-linux = { inherit callPackage; };
  };
  outputs = (import ../../packaging/nix/flake.nix).outputs { self = outputs; inherit nixpkgs; };
  package = outputs.packages.x86_64-linux.default;
  machine = outputs.nixosModules.default {
    config.services.solar-status.enable = true;
    inherit lib;
    pkgs.stdenv.hostPlatform.system = "x86_64-linux";
  };
in
{
  package = "${package.pname} ${package.version}";
  # The unit comes with the package, the user with the module.
  wants = (builtins.head machine.config.systemd.packages).pname;
}

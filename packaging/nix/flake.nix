# nix build ./packaging/nix, and a module for NixOS: services.solar-status.enable = true;
{
  description = "Charge and light of Logitech wireless devices";

  inputs.nixpkgs.url = "nixpkgs";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      package = system: nixpkgs.legacyPackages.${system}.callPackage ./package.nix { };
    in
    {
      packages = nixpkgs.lib.genAttrs systems (system: { default = package system; });
      nixosModules.default = import ./module.nix package;
    };
}

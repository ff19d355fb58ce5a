# The programs with their files, built from the source tree that contains this file.
{ lib, rustPlatform }:

let
  cargo = builtins.fromTOML (builtins.readFile ../../Cargo.toml);
  manifest = cargo.package;
  # The project's address, once it has one.
  address = builtins.intersectAttrs { homepage = null; } cargo.workspace.package;
in
rustPlatform.buildRustPackage {
  pname = manifest.name;
  inherit (manifest) version;
  src = lib.cleanSource ../..;
  cargoLock.lockFile = ../../Cargo.lock;
  cargoBuildFlags = [ "--bins" ];
  # The tests need a bus, systemd and shells; they run during development.
  doCheck = false;
  # Nix has no /usr: paths below it are replaced by paths in $out.
  installPhase = ''
    runHook preInstall
    packaging/install staging "$(dirname "$(find target -path '*/release/solar-statusd')")"
    mkdir -p "$out"
    cp -r staging/usr/* "$out"
    substituteInPlace \
      "$out"/lib/systemd/system/*.service \
      "$out"/lib/systemd/user/*.service \
      "$out"/share/dbus-1/system-services/*.service \
      "$out"/share/doc/solar-status/docs/*.md \
      "$out"/share/doc/solar-status/examples/*.desktop \
      --replace /usr/bin "$out/bin"
    runHook postInstall
  '';
  meta = {
    inherit (manifest) description;
    license = with lib.licenses; [ mit asl20 lgpl21Plus ];
    platforms = lib.platforms.linux;
    mainProgram = "solar-status";
  }
  // address;
}

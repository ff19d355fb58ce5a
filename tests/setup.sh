#!/bin/sh
# Installs what the tests need on Debian. Most of it is for the tests on a real kernel (cargo test
# --test vm), with programs of real desktops (cargo test --test desktop) and of packages (cargo test
# --test package).
set -eu

packages='appstream at-spi2-core busybox-static cpio dbus dbus-broker dbus-daemon dpkg-dev dunst fish gir1.2-atspi-2.0 gir1.2-gtk-3.0 gir1.2-upowerglib-1.0 gnome-power-manager groff i3blocks kmod libarchive-tools lintian linux-image-amd64 makepkg mandoc mmdebstrap nix-bin pacman-package-manager python3-gi python3-jsonschema python3-pip python3-prometheus-client qemu-system-x86 rpm rpmlint solaar systemd time tmux udev upower util-linux xauth xfce4-power-manager xvfb xz-utils zsh zstd'

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo 'setup.sh: this is not Debian; please install the contents of these Debian packages by hand:' >&2
    echo "    $packages" >&2
    exit 1
fi

missing=
for package in $packages; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
# The mirror for the Debian system that tests install; apt fills the name in.
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian')
[ -n "$missing" ] || [ -z "$mirror" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null; then
    as_root=sudo
else
    echo "setup.sh: please run as root: apt-get update, apt-get install$missing" >&2
    exit 1
fi

# Both lists are split into words on purpose.
# shellcheck disable=SC2086
$as_root apt-get update -qq
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null

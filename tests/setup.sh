#!/bin/sh
usage='usage: tests/setup.sh [--yes]

Installs what the tests need on Debian. Most of it is for the tests on a real kernel
(cargo test --test vm), with programs of real desktops (cargo test --test desktop)
and of packages (cargo test --test package).

It lists the packages that are missing. Root installs them; other users are asked
before sudo is used (--yes: they are not).'
set -eu

packages='appstream at-spi2-core busybox-static cpio dbus dbus-broker dbus-daemon dpkg-dev dunst fish gir1.2-atspi-2.0 gir1.2-gtk-3.0 gir1.2-upowerglib-1.0 gnome-power-manager grim groff i3-wm i3blocks kmod libarchive-tools lintian linux-image-amd64 makepkg mandoc mmdebstrap nix-bin pacman-package-manager polybar python3-gi python3-jsonschema python3-pip python3-prometheus-client qemu-system-x86 rpm rpmlint solaar sway systemd time tmux udev upower util-linux waybar xauth xfce4-power-manager xvfb xz-utils zsh zstd'

case $#${1:-} in
0) yes='' ;;
1--yes) yes=yes ;;
1-h | 1--help)
    printf '%s\n' "$usage"
    exit
    ;;
*)
    printf '%s\n\n%s\n' "setup.sh: there is no argument $*" "$usage" >&2
    exit 2
    ;;
esac

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

# The origins of the lists of packages that apt has. Derivatives have others than Debian, and mirrors
# of one's own possibly none.
origins() {
    # apt fills the origin in.
    # shellcheck disable=SC2016
    apt-get indextargets --format 'from $(ORIGIN)' 'Created-By: Packages'
}

# Tests install a Debian system from the sources that apt has.
finish() {
    origins | grep -qx 'from Debian' ||
        echo "setup.sh: apt has no list of Debian's packages: tests that install a Debian system (of package and vm) will fail" >&2
    exit 0
}

if [ -z "$missing" ] && [ -n "$(origins)" ]; then finish; fi

if [ -n "$missing" ]; then
    commands="apt-get update && apt-get install --no-install-recommends$missing"
    echo "setup.sh: these Debian packages are missing and will be installed:$missing"
else
    commands='apt-get update'
    echo 'setup.sh: apt has no lists of packages; they will be fetched'
fi
if [ "$(id -u)" = 0 ]; then
    as_root=
elif ! command -v sudo >/dev/null; then
    echo "setup.sh: there is no sudo. Run as root: $commands" >&2
    exit 1
elif [ -n "$yes" ]; then
    as_root=sudo
elif [ -t 0 ]; then
    printf 'Use sudo for that? [y/N] '
    read -r answer || answer=
    case $answer in [yY] | [yY][eE][sS]) ;; *)
        echo "setup.sh: nothing was installed. By hand, as root: $commands" >&2
        exit 1
        ;;
    esac
    as_root=sudo
else
    echo "setup.sh: there is no terminal to ask whether to use sudo. Give --yes, or run as root: $commands" >&2
    exit 1
fi

# Both lists are split into words on purpose.
# shellcheck disable=SC2086
$as_root apt-get update -qq
[ -n "$missing" ] || finish
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
finish

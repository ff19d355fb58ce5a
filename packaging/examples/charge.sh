#!/bin/sh
usage='usage: charge.sh [--user]

Prints charge and light of each device, as solar-statusd reports them.

  --user      on the session bus instead of the system bus
  -h, --help  prints this'
set -eu

case $# in 0 | 1) ;; *)
    printf '%s\n' "$usage" >&2
    exit 2
    ;;
esac
case ${1:-} in
'') bus=--system ;;
--user) bus=--user ;;
-h | --help)
    printf '%s\n' "$usage"
    exit
    ;;
*)
    printf '%s\n' "charge.sh: there is no option $1" "$usage" >&2
    exit 2
    ;;
esac
name=org.solarstatus.Monitor1

get() { # PROPERTY; busctl prints the type before the value
    busctl $bus get-property "$name" "$path" org.solarstatus.Device1 "$1" | cut -d' ' -f2- | tr -d '"'
}

objects=$(busctl $bus --list tree "$name")
for path in $(echo "$objects" | grep /devices/hidpp_); do
    charge=$(get Charge)
    lux=$(get Lux)
    # -1: unknown. Some devices report a level, such as "good", and no percentage.
    [ "$charge" = -1 ] && charge=$(get Level) || charge="$charge %"
    [ "$lux" = -1 ] && light='' || light=", $lux lux"
    echo "$(get Name): ${charge:-unknown}$light"
done

complete -c solar-statusd -l bus-name -d 'The bus name to own; `org.freedesktop.UPower`: serve in place of upowerd, which must not be running' -r
complete -c solar-statusd -l light-every -d 'Interval of light measurements while a solar keyboard is awake; 0: none at an interval, only when it connects or wakes, when its light key is pressed, and on request' -r
complete -c solar-statusd -l state -d 'Store the device cache and the history in this directory' -r -F
complete -c solar-statusd -l simulate -d 'Use simulated devices instead of real ones: a desk is a set of receivers and devices. The default desk is small' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One receiver with batteries that discharge over days, to try out alerts'
full\t'73 devices, from dumps of real ones: on all families of receivers, cables, Bluetooth'
headsets\t'Headsets that speak Centurion: a PRO X 2, and a G522 with its dongle and its cable'"
complete -c solar-statusd -l replay -d 'Replay a recorded trace instead of using receivers' -r -F
complete -c solar-statusd -l bus -d 'The bus to serve on: `system`, `session`, or an address' -r -f -a "system\t''
session\t''"
complete -c solar-statusd -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-statusd -s V -l version -d 'Print version'

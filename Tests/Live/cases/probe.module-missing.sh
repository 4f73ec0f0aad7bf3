# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe module("no_such_module").function("f") { println(1) }'
want_status 1
want_line err "^semantic error: module 'no_such_module' is not loaded: only a loaded module's functions are known, so load it first: identifier 'module' at :1:7"
tap -e 'probe module("no_such_module").function("f") ?, begin { println(pp()); exit() }'
want_status 0
want_text out begin

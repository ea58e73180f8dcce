# shellcheck shell=bash
# At most one script starts or stops the testbed at a time. The lock is held on an open folder, so that no lock file
# stays behind.

# Whatever this script starts would otherwise keep open what its caller had open: a lock of the caller's, above all,
# would stay taken as long as the testbed runs.
close_inherited() {
    local path descriptor
    for path in /proc/self/fd/*; do
        descriptor=${path##*/}
        # 255 is where bash itself reads a script from.
        if [ "$descriptor" -gt 2 ] && [ "$descriptor" -ne 255 ]; then exec {descriptor}>&-; fi
    done
}

take_lock() { # what is started later must close descriptor 9, or it would keep the lock
    exec 9< "$(dirname "$STATE")"
    flock --wait 300 9 || die "another start or stop of the testbed has not finished within 300 s"
}

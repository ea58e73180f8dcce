# shellcheck shell=bash
# At most one script starts or stops the testbed at a time. The lock is held on an open folder, so that no lock file
# stays behind. Whatever is started meanwhile must close descriptor 9, or it would keep the lock.

take_lock() {
    exec 9< "$(dirname "$STATE")"
    flock --wait 300 9 || die "another start or stop of the testbed has not finished within 300 s"
}

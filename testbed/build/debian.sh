#!/usr/bin/env bash
# debian.sh FOLDER PACKAGE...: the files of Debian packages, and of the packages they need that this machine lacks,
# unpacked under FOLDER. Nothing is installed: no maintainer script runs, no service starts, the machine stays as it is.
set -euo pipefail
folder=$1
shift

[ -n "$(find /var/lib/apt/lists -name '*_Packages*' -print -quit)" ] || apt-get update --quiet >&2
missing=$(apt-get install --simulate --quiet --no-install-recommends "$@") ||
    { apt-get update --quiet >&2 && missing=$(apt-get install --simulate --quiet --no-install-recommends "$@"); }
mapfile -t needed < <(awk '/^Inst / {print $2}' <<< "$missing")

downloads=$(mktemp --directory)
trap 'rm -rf "$downloads"' EXIT
cd "$downloads"
mapfile -t packages < <(printf '%s\n' "$@" "${needed[@]}" | sort --unique)
fetch() { apt-get download --quiet -o APT::Sandbox::User=root "${packages[@]}" > /dev/null; }
# The list on the machine may be older than the archive: refresh it once and try again.
fetch || { apt-get update --quiet >&2 && fetch; }

for package in *.deb; do
    dpkg-deb --extract "$package" "$folder"
    printf '%s\n' "$package" >> "$folder/packages.txt"
done
# Machines have /lib and /sbin as links into /usr; packages that still ship the old folders are brought in line.
for old in lib sbin bin; do
    if [ -d "$folder/$old" ]; then
        mkdir -p "$folder/usr/$old"
        cp --archive "$folder/$old/." "$folder/usr/$old/"
        rm -rf "${folder:?}/$old"
    fi
done
# What maintainer scripts would have linked.
for tool in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    if [ -e "$folder/usr/sbin/xtables-nft-multi" ]; then ln -sf xtables-nft-multi "$folder/usr/sbin/$tool"; fi
done

#!/usr/bin/env bash
# nginx-root.sh ROOT NGINX-FILES: lays out nginx with its Lua module: the binary, the modules, the shared libraries all
# of them need, Lua's files, and the few files of /etc that a C program looks for.
set -euo pipefail
root=$1 nginx=$2

put() { # SOURCE DESTINATION
    mkdir -p "$root/$(dirname "$2")"
    cp --archive --dereference "$1" "$root/$2"
}
put "$nginx/usr/sbin/nginx" usr/sbin/nginx
for module in "$nginx"/usr/lib/nginx/modules/*.so; do
    put "$module" "usr/lib/nginx/modules/$(basename "$module")"
done
libraries=$(dirname "$(find "$nginx/usr/lib" -name 'libluajit*.so*' -print -quit)")
# Modules leave nginx's own symbols open; ldd then exits with an error after having printed what is needed.
for object in "$nginx/usr/sbin/nginx" "$nginx"/usr/lib/nginx/modules/*.so; do
    LD_LIBRARY_PATH=$libraries ldd "$object" || true
done | awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\/.*ld-linux/ {print $1}' | sort --unique | while read -r library; do
    put "$library" "${library#"$nginx"}"
done
mkdir -p "$root/usr/share" "$root/etc" "$root/tmp" "$root/var/log/nginx"
cp --archive --dereference "$nginx/usr/share/lua" "$root/usr/share/lua"
chmod 1777 "$root/tmp"
echo 'nobody:x:65534:65534:nobody:/tmp:/sbin/nologin' > "$root/etc/passwd"
echo 'nogroup:x:65534:' > "$root/etc/group"
put "$nginx/etc/nginx/mime.types" etc/nginx/mime.types

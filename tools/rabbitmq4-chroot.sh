#!/bin/sh
# Installs RabbitMQ 4 of Debian 13 into DIR, apart from the machine's own packages, and prints how tests use it (Linux, root).
# The programs in DIR/bin see the machine's processes and temporary files in mounts of their own, which end with them:
# DIR can be removed at any time.
set -eu
if [ $# -lt 1 ]; then
  echo 'Use: tools/rabbitmq4-chroot.sh DIR [MIRROR]   MIRROR is a Debian mirror, by default the one that apt is set up with.' >&2
  exit 2
fi
for program in debootstrap unshare chroot; do
  command -v "$program" >/dev/null || { echo "$program is missing: apt-get install debootstrap util-linux." >&2; exit 1; }
done
[ "$(id -u)" -eq 0 ] || { echo 'debootstrap and chroot need root.' >&2; exit 1; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
mirror=${2:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)}

[ -x "$dir/root/usr/lib/rabbitmq/bin/rabbitmq-server" ] ||
  debootstrap --variant=minbase --include=rabbitmq-server trixie "$dir/root" "$mirror"

mkdir -p "$dir/bin"
for program in rabbitmq-server rabbitmqctl; do
  cat >"$dir/bin/$program" <<EOF
#!/bin/sh
exec unshare --mount sh -c '
  root=\$0 temp=\$1
  mkdir -p "\$root\$temp"
  mount --rbind /proc "\$root/proc" && mount --rbind /dev "\$root/dev" && mount --bind "\$temp" "\$root\$temp" || exit 1
  shift
  exec chroot "\$root" "\$@"' '$dir/root' "\${TMPDIR:-/tmp}" /usr/lib/rabbitmq/bin/$program "\$@"
EOF
  chmod +x "$dir/bin/$program"
done
"$dir/bin/rabbitmqctl" version >&2
echo "RABBITMQ_SERVER=$dir/bin/rabbitmq-server npm run test:rabbitmq4"

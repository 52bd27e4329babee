# Sourced by the scripts that unpack Debian packages beside the system, without touching dpkg's database or apt's own lists.

# unpack_debian ROOT SUITE WORK EXCLUDE… -- PACKAGE…: the packages, what they depend on, and what a shell script needs, unpacked into the empty folder ROOT
# without what EXCLUDE names. An empty SUITE is the machine's own.
unpack_debian() {
  local root=$1 suite=$2 work=$3; shift 3
  local excludes=()
  while [ "$1" != -- ]; do excludes+=("--exclude=$1"); shift; done
  shift
  [ "$(uname -sm)" = "Linux x86_64" ] || fail "Debian packages are unpacked for Linux on x86-64 only"
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || fail "this needs a Debian system, which has apt-get and dpkg-deb"
  # The mirror that the machine already uses, whatever it is.
  local mirror
  mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list.d /etc/apt/sources.list 2>/dev/null | awk 'NR==1{print $1}' || true)
  [ -n "$mirror" ] || fail "there is no Debian mirror among apt's sources"
  [ -n "$suite" ] || suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
  rm -rf "$work" "$root"; mkdir -p "$work"/lists/partial "$work"/cache/archives/partial "$work"/none "$root"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/src.list"; : >"$work/status"
  local opts=(-o Dir::Etc::sourcelist="$work/src.list" -o Dir::Etc::sourceparts="$work/none" -o Dir::Etc::preferencesparts="$work/none"
    -o Dir::State="$work" -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false
    -o APT::Install-Recommends=false -o APT::Sandbox::User= -o Debug::NoLocking=1
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o DPkg::Post-Invoke= -o APT::Update::Post-Invoke= -o APT::Update::Post-Invoke-Success=)
  apt-get "${opts[@]}" -qq update >&2
  local packages
  packages=$(apt-get "${opts[@]}" -s -q -y install "$@" bash coreutils dash grep sed base-files base-passwd libc-bin | awk '/^Inst/{print $2}')
  (cd "$work/cache/archives" && apt-get "${opts[@]}" -qq download $packages >&2)
  # base-files first: it has the /bin and /lib links that the others rely on.
  local base; base=$(ls "$work"/cache/archives/base-files_*.deb); dpkg-deb --fsys-tarfile "$base" | tar -x -C "$root"
  local package
  for package in "$work"/cache/archives/*.deb; do
    [ "$package" = "$base" ] || dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink --exclude=./usr/share/doc --exclude=./usr/share/man \
      --exclude=./usr/share/locale --exclude=./usr/share/perl --exclude='./usr/lib/x86_64-linux-gnu/perl*' --exclude=./usr/lib/x86_64-linux-gnu/gconv --exclude=./dev "${excludes[@]}"
  done
  rm -rf "$work"
}

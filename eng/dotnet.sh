# Sourced by the scripts at the root: makes sure that a fitting .NET SDK is there and has a home to write to.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then export HOME="${TMPDIR:-/tmp}/cairn-home-$(id -u)"; mkdir -p "$HOME"; fi
command -v dotnet >/dev/null 2>&1 || { echo "Cairn needs the .NET 10 SDK, and there is no 'dotnet' on the PATH: install it from https://dot.net" >&2; exit 1; }
dotnet --list-sdks | grep -q '^10\.' || { echo "Cairn needs the .NET 10 SDK; here there is: $(dotnet --list-sdks | tr '\n' ' ')" >&2; exit 1; }

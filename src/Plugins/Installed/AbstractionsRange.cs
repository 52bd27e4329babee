using System.Diagnostics.CodeAnalysis;
using Cairn.Providers;

namespace Cairn.Plugins;

/// <summary>The versions of Cairn.Abstractions that a plugin supports, in the interval notation of packages: <c>[0.1.0,0.2.0)</c>.</summary>
/// <param name="Lowest">The lowest supported version.</param>
/// <param name="Beyond">The first higher version that is not supported, or null if all later versions are supported.</param>
public sealed record AbstractionsRange(Version Lowest, Version? Beyond)
{
    /// <summary>Gets the version of Cairn.Abstractions in this program, with three components.</summary>
    public static Version Current { get; } = ThreeParts(typeof(IStoreProvider).Assembly.GetName().Version!);

    /// <summary>Returns true if a version is in the range.</summary>
    public bool Contains(Version version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var three = ThreeParts(version);
        return three >= Lowest && (Beyond is null || three < Beyond);
    }

    /// <summary>Parses <c>[low,high)</c>, <c>[low,)</c>, or <c>low</c>, which is equivalent to <c>[low,)</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out AbstractionsRange? range)
    {
        range = null;
        if (string.IsNullOrWhiteSpace(text))
            return false;
        var inner = text.Trim();
        if (inner[0] != '[')
            return TryVersion(inner, out var only) && (range = new(only, null)) is not null;
        if (inner[^1] != ')' || inner[1..^1].Split(',') is not [var from, var to] || !TryVersion(from, out var lowest))
            return false;
        Version? beyond = null;
        if (to.Trim().Length > 0 && (!TryVersion(to, out beyond) || beyond <= lowest))
            return false;
        range = new(lowest, beyond);
        return true;
    }

    /// <summary>Returns the interval notation.</summary>
    public override string ToString() => $"[{Lowest},{Beyond})";

    private static bool TryVersion(string text, [NotNullWhen(true)] out Version? version)
    {
        var found = Version.TryParse(text.Trim(), out var parsed);
        version = found ? ThreeParts(parsed!) : null;
        return found;
    }

    internal static Version ThreeParts(Version version) => new(version.Major, version.Minor, Math.Max(version.Build, 0));
}

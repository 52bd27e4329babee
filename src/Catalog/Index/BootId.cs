namespace Cairn.Catalog.Index;

/// <summary>Tells one run of the machine from another.</summary>
internal static class BootId
{
    private const string Linux = "/proc/sys/kernel/random/boot_id";

    /// <summary>Gets the id of this run of the machine; empty where the system has none.</summary>
    public static string Current { get; } = File.Exists(Linux) ? File.ReadAllText(Linux).Trim() : "";
}

namespace Cairn.Artifacts;

/// <summary>The words of the manifest format, and its bounds.</summary>
internal static class ManifestFormat
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    public const string ArtifactType = "application/vnd.cairn.artifact.v1";
    public const string ConfigType = "application/vnd.cairn.config.v1+json";
    public const string Title = "org.opencontainers.image.title";

    /// <summary>What every manifest of this format begins with, being canonical.</summary>
    public static ReadOnlySpan<byte> Head => "{\"artifactType\":\"application/vnd.cairn.artifact.v1\""u8;

    /// <summary>The version of the format of the config.</summary>
    public const int Version = 1;

    /// <summary>A manifest is read whole, so it must not be larger.</summary>
    public const int MaxBytes = 32 << 20;

    public const int MaxFiles = 100_000;

    public const int MaxDepth = 8;

    /// <summary>Files up to this size are held by the manifest itself…</summary>
    public const int InlineBytes = 4096;

    /// <summary>…when they are among the first ones.</summary>
    public const int InlineFiles = 4;
}

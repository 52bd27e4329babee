using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Errors;

namespace Cairn.Artifacts;

/// <summary>The content of <c>cairn.json</c> in the folder of a repository.</summary>
/// <param name="Store">The id of the repository, which is created with its first artifact.</param>
/// <param name="Digest">The algorithm of its digests.</param>
/// <param name="Format">The version of its format.</param>
/// <param name="Chunked">Whether large files are stored in chunks unless a save says otherwise. Omitted if false.</param>
internal sealed record StoreFormat(string Store, string Digest, int Format, bool Chunked = false)
{
    /// <summary>The version that this code writes.</summary>
    public const int Version = 2;

    /// <summary>A longer file is not read further.</summary>
    public const int MaxBytes = 64 << 10;

    /// <summary>The path of the file.</summary>
    public static readonly StorePath File = "cairn.json";

    /// <summary>Parses the content of the file.</summary>
    /// <exception cref="JsonException">It is not the format of a repository.</exception>
    public static StoreFormat Parse(ReadOnlySpan<byte> content) =>
        JsonSerializer.Deserialize(content, StoreFormatContext.Default.StoreFormat) is { Digest: not null, Format: > 0 } format ? format : throw new JsonException("It has no format or no digest.");

    /// <summary>Reads the file in one request.</summary>
    /// <returns>The format; null if there is no such file, or if it is a file of that name with other content.</returns>
    public static async ValueTask<StoreFormat?> TryReadAsync(ArtifactStore folder, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await folder.OpenReadAsync(File, null, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            var content = new byte[Math.Min(stream.Length, MaxBytes)];
            await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
            return Parse(content);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
        catch (JsonException)
        {
            // A file of the user that has this name.
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(StoreFormat))]
internal sealed partial class StoreFormatContext : JsonSerializerContext;

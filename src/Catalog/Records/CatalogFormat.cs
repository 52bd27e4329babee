using System.Text.Json.Nodes;
using Cairn.Errors;

namespace Cairn.Catalog.Records;

/// <summary>The file that makes a folder a catalog. It is written once.</summary>
internal static class CatalogFormat
{
    private const int Version = 1;
    private static readonly StorePath _path = "catalog/format.json";

    /// <summary>Reads the id of the catalog in a store, or begins a catalog.</summary>
    public static async Task<Guid> OpenAsync(ArtifactStore store, RecordId ids, CancellationToken cancellationToken)
    {
        var modes = store.Capabilities.WriteModes;
        if (modes != WriteModes.None && !modes.HasFlag(WriteModes.CreateNew))
            throw store.CreateException(StoreErrorCode.Unsupported, "a catalog needs a store that creates a file only if it does not exist, also between processes, and this one does not", StoreOperations.Open, _path, "Keep the catalog on a local disk, or in S3, Azure or Cloud Storage.");
        if (await TryReadAsync(store, cancellationToken).ConfigureAwait(false) is { } existing)
            return existing;
        if (modes == WriteModes.None)
            throw store.CreateException(StoreErrorCode.NotFound, "the store has no catalog, and none can be begun because it is read-only", StoreOperations.Open, _path, "Open the folder that holds the artifacts, or open the store for writing.");
        try
        {
            var id = ids.Next();
            await store.WriteBytesAsync(_path, RecordJson.Write(new JsonObject { ["v"] = Version, ["catalog"] = id.ToString() }), WriteMode.CreateNew, cancellationToken: cancellationToken).ConfigureAwait(false);
            return id;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            // Another writer was faster, or the answer was lost.
            if (await TryReadAsync(store, cancellationToken).ConfigureAwait(false) is { } winner)
                return winner;
            throw;
        }
    }

    private static async Task<Guid?> TryReadAsync(ArtifactStore store, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await store.OpenReadAsync(_path, null, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            if (stream.Length > RecordJson.MaxBytes)
                throw new FormatException($"it has more than {RecordJson.MaxBytes} bytes");
            var content = new byte[stream.Length];
            await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
            var node = RecordJson.Parse(content);
            var version = Record.Integer(node["v"] ?? throw new FormatException("it has no member 'v'"), "v");
            if (version != Version)
                throw store.CreateException(StoreErrorCode.Unsupported, $"the catalog has version {version} of the format, and this software knows version {Version}", StoreOperations.Open, _path, "Use newer software.");
            return Guid.TryParseExact(Record.Text(node["catalog"]), "D", out var id) ? id : throw new FormatException("its member 'catalog' is not a UUID");
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
        catch (FormatException e)
        {
            throw store.CreateException(StoreErrorCode.IntegrityFailure, $"the file does not describe a catalog: {e.Message}", StoreOperations.Open, _path, "Restore the file from a backup of the store.");
        }
    }
}

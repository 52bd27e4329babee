using System.CommandLine;
using Cairn.Artifacts;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class AssetShowCommand
{
    public static Command Create()
    {
        var reference = AssetArgument.Reference(description: "A name for the asset and its newest version; 'name:7' or 'name@alias' for a version.");
        var options = CatalogOptionSet.ForReading();
        return options.Runs(new Command("show", "Show an asset or a version: its names, aliases, tags, metadata and content.") { reference }, async call =>
        {
            var wanted = AssetArgument.ParseAsset(call.Get(reference)!);
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var asset = wanted.IsLatest ? await catalog.Assets.GetAssetAsync(wanted.Name!, call.Stopping).ConfigureAwait(false) : null;
            var version = asset is { IsDeleted: true } or { Latest: null } ? null
                : await catalog.Assets.GetAsync(asset is null ? wanted : AssetReference.OfVersion(wanted.Name!, asset.Latest!.Value), call.Stopping).ConfigureAwait(false);
            var content = version is null ? null : await FindContentAsync(catalog.Repository, version, call.Stopping).ConfigureAwait(false);
            if (call.IsJson)
            {
                call.Output.Json(writer =>
                {
                    if (asset is null)
                        Write(writer, version!, content);
                    else
                    {
                        AssetJson.Write(writer, asset);
                        if (version is not null)
                        {
                            writer.WriteStartObject("latestVersion");
                            Write(writer, version, content);
                            writer.WriteEndObject();
                        }
                    }
                });
                return;
            }
            if (asset is not null)
                AssetText.Write(call.Output, asset);
            if (asset is not null && version is not null)
                call.Output.Line("");
            if (version is not null)
                AssetText.Write(call.Output, version, content);
        });
    }

    /// <summary>Reads the manifest of a version; null if the store no longer holds it.</summary>
    private static async Task<Artifact?> FindContentAsync(ArtifactRepository repository, AssetVersion version, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.StatAsync(version.Artifact, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
    }

    private static void Write(System.Text.Json.Utf8JsonWriter writer, AssetVersion version, Artifact? content)
    {
        AssetJson.Write(writer, version);
        if (content is null)
        {
            writer.WriteBoolean("missing", true);
            return;
        }
        writer.WriteStartObject("content");
        ShowCommand.Write(writer, content);
        writer.WriteEndObject();
    }
}

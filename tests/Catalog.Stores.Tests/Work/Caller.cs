using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;

namespace Catalog.Stores.Tests.Work;

/// <summary>Makes calls.</summary>
internal static class Caller
{
    public static async Task<Answer> CallAsync(AssetCollection assets, Operation operation, BlobDigest? registered = null)
    {
        try
        {
            return await CallUncheckedAsync(assets, operation, registered);
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.NotFound or StoreErrorCode.PreconditionFailed or StoreErrorCode.AlreadyExists)
        {
            return new(e.Code.ToString(), Detail: e.Message);
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.Unavailable or StoreErrorCode.Throttled)
        {
            return new(Answer.Unknown, Detail: e.Message);
        }
    }

    private static async Task<Answer> CallUncheckedAsync(AssetCollection assets, Operation o, BlobDigest? registered)
    {
        var version = o.Version > 0 ? AssetReference.OfVersion(o.Asset, o.Version) : null;
        AliasExpectation from = o.From switch { null => default, 0 => AliasExpectation.Absent, { } at => at };
        switch (o.Deed)
        {
            case Deed.Save or Deed.Register:
                var options = new AssetSaveOptions { Metadata = { ["op"] = o.Token }, Alias = o.Alias, Why = o.Alias is null ? null : o.Token };
                var saved = o.Deed == Deed.Save ? await assets.SaveAsync(o.Asset, o.Token, options) : await assets.RegisterAsync(o.Asset, registered!.Value, options);
                return new(saved.Created ? Answer.Changed : Answer.Unchanged, saved.Number, saved.Artifact.ToString(), saved.AssetId);
            case Deed.Move:
                return Of(await assets.MoveAliasAsync(o.Asset, o.Alias!, o.Version, from, o.Token, o.With));
            case Deed.Remove:
                return Of(await assets.RemoveAliasAsync(o.Asset, o.Alias!, from, o.Token));
            case Deed.Delete:
                return Of(await assets.DeleteAsync(version!, o.With, o.Token));
            case Deed.Restore:
                return Of(await assets.RestoreAsync(version!));
            case Deed.Pin:
                return Of(await assets.PinAsync(version!));
            case Deed.Unpin:
                return Of(await assets.UnpinAsync(version!));
            case Deed.Describe:
                return Of(await assets.UpdateAsync(o.Asset, e => e.Describe(o.Token)));
            case Deed.DescribeVersion:
                return Of(await assets.UpdateAsync(version!, e => e.Describe(o.Token)));
            case Deed.Rename:
                return Of(await assets.RenameAsync(o.Asset, o.Name!));
            case Deed.Release:
                return Of(await assets.ReleaseNameAsync(o.Name!));
            case Deed.DeleteAsset:
                return Of(await assets.DeleteAssetAsync(o.Asset, o.With, o.Token));
            case Deed.RestoreAsset:
                return Of(await assets.RestoreAssetAsync(o.Asset));
            default:
                throw new InvalidOperationException($"{o.Deed}");
        }
    }

    private static Answer Of(bool changed) => new(changed ? Answer.Changed : Answer.Unchanged);
}

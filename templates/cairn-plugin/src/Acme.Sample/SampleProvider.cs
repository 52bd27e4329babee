using Cairn;
using Cairn.Providers;

namespace Acme.Sample;

/// <summary>The options of the flavor, as users set them by name.</summary>
public sealed record SampleOptions
{
    /// <summary>Where the store keeps its files.</summary>
    [StoreOption("folder", "The local folder that holds the boxes.", Required = true)]
    public string Folder { get; set; } = "";

    /// <summary>How much is handed to the upload at once.</summary>
    [StoreOption("part-size", "How many bytes of a file are written at once.", Size = true)]
    public int PartSize { get; set; } = 1 << 20;
}

/// <summary>Stores that keep all files of <c>sample://BOX</c> in one folder, one file for each.</summary>
[StoreFlavor("sample", "sample", Description = "Keeps files in one local folder.", Options = typeof(SampleOptions))]
public sealed class SampleProvider : IStoreProvider
{
    /// <inheritdoc/>
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        var options = StoreOptions.Bind<SampleOptions>(context.Options);
        if (options.PartSize < 1)
            throw new StoreException(StoreErrorCode.InvalidConfiguration, "option 'part-size' takes at least 1 byte");
        var box = new SampleBox(Path.Join(options.Folder, "box-" + Uri.EscapeDataString(context.Root.Container)), context.TimeProvider);
        return ValueTask.FromResult<StoreDriver>(new SampleDriver(context.Root, box, options));
    }
}

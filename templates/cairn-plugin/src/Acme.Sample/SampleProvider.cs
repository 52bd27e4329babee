using Cairn;
using Cairn.Providers;

namespace Acme.Sample;

/// <summary>The options of the flavor, which users set by name.</summary>
public sealed record SampleOptions
{
    /// <summary>Gets or sets the folder that contains the files of the store.</summary>
    [StoreOption("folder", "The local folder that contains the boxes.", Required = true)]
    public string Folder { get; set; } = "";

    /// <summary>Gets or sets the number of bytes that are passed to the upload at once.</summary>
    [StoreOption("part-size", "The number of bytes of a file that are written at once.", Size = true)]
    public int PartSize { get; set; } = 1 << 20;
}

/// <summary>Opens stores that keep all files of <c>sample://BOX</c> in one local folder, one file per entry.</summary>
[StoreFlavor("sample", "sample", Description = "Keeps files in one local folder.", Options = typeof(SampleOptions))]
public sealed class SampleProvider : IStoreProvider
{
    /// <inheritdoc/>
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        var options = StoreOptions.Bind<SampleOptions>(context.Options);
        if (options.PartSize < 1)
            throw new StoreException(StoreErrorCode.InvalidConfiguration, "option 'part-size' must be at least 1 byte");
        var box = new SampleBox(Path.Join(options.Folder, "box-" + Uri.EscapeDataString(context.Root.Container)), context.TimeProvider);
        return ValueTask.FromResult<StoreDriver>(new SampleDriver(context.Root, box, options));
    }
}

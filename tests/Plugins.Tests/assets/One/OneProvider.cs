using Acme.Greeting;
using Cairn.Providers;

namespace Acme;

public enum Tone
{
    Friendly,
    VeryFormal,
}

public sealed record OneOptions
{
    [StoreOption("name", "Whom to greet.", Required = true)]
    public string Name { get; set; } = "";

    [StoreOption("tone", "How to greet.")]
    public Tone Tone { get; set; } = Tone.VeryFormal;

    [StoreOption("token", "What lets one in.", Secret = true)]
    public string? Token { get; set; }

    [StoreOption("buffer", "How much to keep, in bytes.", Size = true)]
    public long Buffer { get; set; } = 8 << 20;

    [StoreOption("patience", "How long to wait.")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(90);
}

[StoreFlavor("one", "one", "uno", Description = "Greets with version 1.", Options = typeof(OneOptions))]
public sealed class OneProvider : IStoreProvider
{
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        var options = StoreOptions.Bind<OneOptions>(context.Options);
        return ValueTask.FromResult<StoreDriver>(new SingleFileDriver(context.Root, () => Greeter.Greet(options.Name)));
    }
}

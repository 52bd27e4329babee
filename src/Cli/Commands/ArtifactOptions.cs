using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Artifacts;
using Cairn.Errors;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

/// <summary>Options shared by the artifact commands: the store of the artifacts and the materializers.</summary>
internal static partial class ArtifactOptions
{
    private const string StoreName = "--store";
    private const string ActiveStore = ":";

    /// <summary>Returns the address of the store that a command line names, for completions.</summary>
    public static string StoreOf(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.FirstOrDefault(o => o.Name == StoreName) is Option<string> option && parsed.GetValue(option) is { } address ? address : ActiveStore;

    public static Option<string> Store() =>
        new(StoreName)
        {
            Description = "The store whose folder 'artifacts' contains the artifacts, or a folder of a store, as an address: ':folder', 'NAME:', 's3://bucket/folder', or a local folder.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => ActiveStore
        };

    public const string ReferenceText = "A version of an asset, as 'name' (the newest), 'name:7' or 'name@alias', or an artifact, as 'sha256:' followed by 64 hexadecimal digits.";

    public static Argument<string> Reference() => AssetArgument.Reference(description: ReferenceText);

    /// <summary>Returns the digest that a user has typed.</summary>
    public static BlobDigest ParseDigest(string text) => BlobDigest.TryParse(text, out var digest)
        ? digest
        : throw new UsageException($"'{ErrorText.Escape(text)}' is not a digest. A digest is 'sha256:' followed by 64 lower-case hexadecimal digits, as 'cairn save' prints it.");

    /// <summary>Returns the built-in materializers and those of plugins, whose code is loaded. An error of a plugin is printed as a note.</summary>
    public static async ValueTask<MaterializerRegistry> MaterializersAsync(Session session, CancellationToken cancellationToken)
    {
        var materializers = BuiltIn();
        await AddPluginsAsync(session, materializers, null, cancellationToken).ConfigureAwait(false);
        return materializers;
    }

    /// <summary>Finds a materializer by its id; loads the plugin that contains it.</summary>
    /// <returns>The materializer, or null if none is usable. The reason has been printed as a note.</returns>
    public static async ValueTask<Materializer?> FindAsync(Session session, MaterializerRegistry materializers, string id, CancellationToken cancellationToken)
    {
        if (!materializers.TryGet(id, out _))
            await AddPluginsAsync(session, materializers, id, cancellationToken).ConfigureAwait(false);
        return materializers.TryGet(id, out var materializer) ? materializer : null;
    }

    public static async ValueTask<ArtifactRepository> OpenAsync(Session session, string address, CancellationToken cancellationToken)
    {
        if (Address.Parse(address) is { Kind: AddressKind.Local } local && session.FindWorkspace()?.Stores.Any(s => s.Name == local.Text) == true)
            throw new UsageException($"'{address}' is the name of a registered store. Write '{address}:' for the store, or './{address}' for a folder of that name.");
        var location = await session.OpenAsync(address, cancellationToken).ConfigureAwait(false);
        return new(location.Store.Under(location.Path), BuiltIn());
    }

    /// <summary>Returns the built-in materializers without those of plugins.</summary>
    private static MaterializerRegistry BuiltIn() => MaterializerRegistry.CreateDefault(JsonContext.Default).AddJsonLines(JsonContext.Default.JsonElement);

    private static async ValueTask AddPluginsAsync(Session session, MaterializerRegistry materializers, string? id, CancellationToken cancellationToken)
    {
        foreach (var problem in await session.Plugins.AddMaterializersAsync(materializers, id, cancellationToken).ConfigureAwait(false))
            session.Note($"note: {problem.Reason}. {problem.Advice}".TrimEnd());
    }

    [JsonSerializable(typeof(JsonElement))]
    private sealed partial class JsonContext : JsonSerializerContext;
}

using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Artifacts;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

/// <summary>What the commands on artifacts share: where they are, and what turns them into objects.</summary>
internal static partial class ArtifactOptions
{
    public static Option<string> Store() => new("--store") { Description = "The store or folder that holds the artifacts, as an address: ':folder', 'NAME:', 's3://bucket/folder', or a local folder.", HelpName = "ADDRESS", DefaultValueFactory = _ => ":" };

    public static Argument<string> Reference() => new("ref") { Description = "A name, or sha256: and 64 digits.", HelpName = "REF" };

    /// <summary>Those of plugins too, whose code is loaded for that; what is wrong with one is noted.</summary>
    public static async ValueTask<MaterializerRegistry> MaterializersAsync(Session session, CancellationToken cancellationToken)
    {
        var materializers = BuiltIn();
        await AddPluginsAsync(session, materializers, null, cancellationToken).ConfigureAwait(false);
        return materializers;
    }

    /// <summary>The materializer of an id; a plugin's is loaded.</summary>
    /// <returns>Null when there is none that can be used; why one cannot has been noted.</returns>
    public static async ValueTask<Materializer?> FindAsync(Session session, MaterializerRegistry materializers, string id, CancellationToken cancellationToken)
    {
        if (!materializers.TryGet(id, out _))
            await AddPluginsAsync(session, materializers, id, cancellationToken).ConfigureAwait(false);
        return materializers.TryGet(id, out var materializer) ? materializer : null;
    }

    public static async ValueTask<ArtifactRepository> OpenAsync(Session session, string address, CancellationToken cancellationToken)
    {
        if (Address.Parse(address) is { Kind: AddressKind.Local } local && session.FindWorkspace()?.Stores.Any(s => s.Name == local.Text) == true)
            throw new UsageException($"'{address}' is a registered store, which is written '{address}:'; a folder of that name is './{address}'.");
        var location = await session.OpenAsync(address, cancellationToken).ConfigureAwait(false);
        return new(location.Store.Under(location.Path), BuiltIn());
    }

    /// <summary>The built-in materializers, those of plugins left out.</summary>
    private static MaterializerRegistry BuiltIn() => MaterializerRegistry.CreateDefault(JsonContext.Default).AddJsonLines(JsonContext.Default.JsonElement);

    private static async ValueTask AddPluginsAsync(Session session, MaterializerRegistry materializers, string? id, CancellationToken cancellationToken)
    {
        foreach (var problem in await session.Plugins.AddMaterializersAsync(materializers, id, cancellationToken).ConfigureAwait(false))
            session.Note($"note: {problem.Reason}. {problem.Advice}".TrimEnd());
    }

    [JsonSerializable(typeof(JsonElement))]
    private sealed partial class JsonContext : JsonSerializerContext;
}

using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

/// <summary>What the commands on artifacts share: where they are, and what turns them into objects.</summary>
internal static partial class ArtifactOptions
{
    public static Option<string> Store() => new("--store") { Description = "The store or folder that holds the artifacts, as an address.", HelpName = "ADDRESS", DefaultValueFactory = _ => ":" };

    public static Argument<string> Reference() => new("ref") { Description = "A name, or sha256: and 64 digits.", HelpName = "REF" };

    public static MaterializerRegistry Materializers() => MaterializerRegistry.CreateDefault(JsonContext.Default).AddJsonLines(JsonContext.Default.JsonElement);

    public static async ValueTask<ArtifactRepository> OpenAsync(Session session, string address, CancellationToken cancellationToken)
    {
        var location = await session.OpenAsync(address, cancellationToken).ConfigureAwait(false);
        return new(location.Store.Under(location.Path), Materializers());
    }

    [JsonSerializable(typeof(JsonElement))]
    private sealed partial class JsonContext : JsonSerializerContext;
}

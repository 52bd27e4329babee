using System.Text.Json.Serialization;

namespace Cairn.Artifacts;

/// <summary>What <c>cairn.json</c> at a store's root says.</summary>
/// <param name="Store">The store's id, given when the first artifact was saved.</param>
/// <param name="Digest">The algorithm of its digests.</param>
/// <param name="Format">The major version of its format.</param>
/// <param name="Chunked">Whether large files are stored in chunks unless a save says otherwise; left out for no.</param>
internal sealed record StoreFormat(string Store, string Digest, int Format, bool Chunked = false);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(StoreFormat))]
internal sealed partial class StoreFormatContext : JsonSerializerContext;

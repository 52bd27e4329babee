using System.Text.Json.Nodes;

namespace Cairn.Catalog.Index;

/// <summary>A change of the properties of a version.</summary>
/// <param name="Number">The version.</param>
/// <param name="HasText">Whether the description changes.</param>
/// <param name="Text">The description; null if it is removed.</param>
/// <param name="HasTags">Whether the tags change.</param>
/// <param name="Tags">The tags.</param>
/// <param name="Meta">The members of the metadata that are replaced, or removed if they are null; null if the metadata does not change.</param>
internal sealed record IndexedEdit(int Number, bool HasText, string? Text, bool HasTags, IReadOnlyList<string> Tags, JsonObject? Meta);

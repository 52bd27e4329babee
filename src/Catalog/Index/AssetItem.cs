namespace Cairn.Catalog.Index;

/// <summary>An asset in a list.</summary>
/// <param name="Id">The id.</param>
/// <param name="Name">The current name; null if no state lists one.</param>
/// <param name="Type">The type; null if it has none.</param>
/// <param name="Display">The name for user interfaces; null if it is the current name.</param>
/// <param name="Description">The description.</param>
/// <param name="Tags">The tags.</param>
/// <param name="CreatedAt">When its first record was written, by the writer's clock.</param>
/// <param name="CreatedBy">The user who wrote it.</param>
/// <param name="ChangedAt">When its newest record was written, by the writer's clock.</param>
/// <param name="Newest">The newest number of a version; 0 if there is none.</param>
/// <param name="Latest">The greatest number that is not deleted; 0 if there is none.</param>
/// <param name="IsGone">Whether the asset is deleted.</param>
/// <param name="Row">The id of its row.</param>
internal sealed record AssetItem(
    Guid Id, string? Name, string? Type, string? Display, string? Description, IReadOnlyList<string> Tags, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset ChangedAt, int Newest,
    int Latest, bool IsGone, long Row);

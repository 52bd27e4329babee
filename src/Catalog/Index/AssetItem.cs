using Cairn.Catalog.States;

namespace Cairn.Catalog.Index;

/// <summary>An asset in a list.</summary>
/// <param name="Id">The id.</param>
/// <param name="State">The state after its newest record that can be read.</param>
/// <param name="CreatedAt">When its first record was written, by the writer's clock.</param>
/// <param name="CreatedBy">The user who wrote it.</param>
/// <param name="ChangedAt">When its newest record was written, by the writer's clock.</param>
/// <param name="Row">The id of its row.</param>
internal sealed record AssetItem(Guid Id, AssetState State, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset ChangedAt, long Row);

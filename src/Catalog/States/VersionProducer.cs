namespace Cairn.Catalog.States;

/// <summary>The task that made the artifact of a version.</summary>
internal sealed record VersionProducer(Guid RunId, Guid TaskId);

namespace Cairn.Workspaces;

/// <summary>What <see cref="Workspace.InitializeAsync"/> has done.</summary>
/// <param name="Workspace">The workspace.</param>
/// <param name="Created">Whether it was made now; false when it was there, and was left as it is.</param>
public sealed record InitializedWorkspace(Workspace Workspace, bool Created);

namespace Cairn.Workspaces;

/// <summary>The result of <see cref="Workspace.InitializeAsync"/>.</summary>
/// <param name="Workspace">The workspace.</param>
/// <param name="Created">true if the workspace was created; false if it already existed and was not changed.</param>
public sealed record InitializedWorkspace(Workspace Workspace, bool Created);

namespace Cairn.Cli;

/// <summary>One file or folder to copy or move: its source, its metadata and its target.</summary>
internal sealed record Transfer(Location Source, StoreEntry Info, Location Target)
{
    /// <summary>Returns an action that prints each file when it arrives, with --verbose.</summary>
    public Action<StorePath>? Teller(Session session) =>
        session.IsVerbose ? path => session.Output.Line($"{Source.Join(path).Address.Text} -> {Target.Join(path).Address.Text}") : null;
}

/// <summary>
/// Determines the targets of copies and moves like POSIX <c>cp</c>: in the target if it is an existing folder, otherwise under the name of the target.
/// </summary>
internal sealed class TargetPlan
{
    private readonly string _operation;
    private readonly Location _target;
    private readonly bool _isFolder;
    private readonly bool _isMany;

    private TargetPlan(string operation, Location target, bool isFolder, bool isMany) => (_operation, _target, _isFolder, _isMany) = (operation, target, isFolder, isMany);

    /// <summary>Examines the target.</summary>
    /// <param name="operation"><c>copy</c> or <c>move</c>, for messages.</param>
    /// <param name="target">The target that was given.</param>
    /// <param name="sources">The number of sources.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<TargetPlan> CreateAsync(string operation, Location target, int sources, CancellationToken cancellationToken)
    {
        var found = await target.LookAsync(cancellationToken).ConfigureAwait(false);
        if (found is { IsFile: true } && (sources > 1 || target.Address.IsFolder))
            throw target.Fault(StoreErrorCode.PathConflict, $"{operation} to", "it is a file, but a folder is required");
        if (found is null && sources > 1 && !target.Address.IsFolder)
            throw target.Fault(StoreErrorCode.NotFound, $"{operation} several sources to", "the folder does not exist", "Create it with 'cairn mkdir', or end the address with '/'.");
        return new(operation, target, found is { IsDirectory: true }, sources > 1);
    }

    /// <summary>Determines the target of one source, and refuses a transfer that would destroy the source.</summary>
    public async Task<Transfer> PlanAsync(Location source, CancellationToken cancellationToken)
    {
        // A pipe or a device is not a file of a store. Opening it fails with that reason.
        var info = await source.LookAsync(cancellationToken).ConfigureAwait(false) ?? (File.Exists(source.LocalPath) ? new StoreEntry { Path = source.Path } : null)
            ?? throw source.Fault(StoreErrorCode.NotFound, _operation, "no file or folder exists at that path");
        if (info.IsFile && source.Address.IsFolder)
            throw source.Fault(StoreErrorCode.PathConflict, _operation, "it is a file, but the address ends with '/'");
        // A new folder written with a final '/' is the new name of a single copied folder, or the parent of a copied file or of several sources.
        var into = _isFolder || _isMany || (info.IsFile && _target.Address.IsFolder);
        var target = !into || (info.IsDirectory && source.Address.MeansContent) || source.Path.IsRoot ? _target : _target.Join(StorePath.Parse(source.Path.Name));
        if (SamePlace.AreSame(source, target))
            throw source.Fault(StoreErrorCode.PathConflict, _operation, $"source and target {target.Address.Text} are the same");
        if (info.IsDirectory && SamePlace.IsInside(target, source))
            throw source.Fault(StoreErrorCode.PathConflict, _operation, $"the target {target.Address.Text} is inside it");
        if (target.Path.IsRoot && info.IsFile)
            throw target.Fault(StoreErrorCode.PathConflict, $"{_operation} to", "it is the root of a store");
        var standing = ReferenceEquals(target, _target) && !_isFolder ? null : await target.LookAsync(cancellationToken).ConfigureAwait(false);
        if (info.IsFile && standing is { IsDirectory: true })
            throw target.Fault(StoreErrorCode.PathConflict, $"{_operation} to", "a folder exists at that path, and the source is a file");
        if (info.IsDirectory && (standing ?? await target.LookAsync(cancellationToken).ConfigureAwait(false)) is { IsFile: true })
            throw target.Fault(StoreErrorCode.PathConflict, $"{_operation} to", "a file exists at that path, and the source is a folder");
        return new(source, info, target);
    }
}

using System.Runtime.CompilerServices;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>A store in a directory of a local or mounted disk.</summary>
internal sealed class LocalDriver : StoreDriver
{
    private const int DeleteBatch = 1000;

    private readonly LocalTree _tree;
    private readonly bool _windowsNames;

    private LocalDriver(StoreUri root, LocalTree tree, bool windowsNames)
        : base(root)
    {
        (_tree, _windowsNames) = (tree, windowsNames);
        Capabilities = new StoreCapabilities
        {
            WriteModes = tree.FileSystem.HasLocks ? WriteModes.All : WriteModes.CreateNew | WriteModes.Replace,
            Directories = DirectoryKind.Real,
            Copy = true,
            Move = MoveKind.Native,
            Touch = true,
            ContentType = tree.FileSystem.HasAttributes,
            Metadata = tree.FileSystem.HasAttributes,
            ModifiedTime = tree.FileSystem.KeepsTimes,
            Executable = tree.FileSystem.KeepsTimes,
            Staged = true,
            DeleteIfMatch = tree.FileSystem.HasLocks,
            DeleteBatch = DeleteBatch,
        };
    }

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities { get; }

    /// <summary>Opens a driver for a root. If the root does not exist, the first write creates it.</summary>
    public static LocalDriver Open(StoreUri root, LocalOptions options, TimeProvider clock, LocalPlatform platform)
    {
        if (root.Scheme != StoreUri.FileScheme)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"the local flavor requires a file:// URI, not {root.Scheme}://")
            {
                Advice = "Open the address with the provider of its scheme, such as S3Provider of the package Cairn.Providers.S3.",
            });
        }
        var path = root.ToLocalPath();
        if (!Path.IsPathFullyQualified(path))
            throw new StoreException(StoreErrorCode.InvalidConfiguration, "the root has no drive: write file:///C:/path");
        if (options.StagedAge < TimeSpan.Zero)
            throw new StoreException(StoreErrorCode.InvalidConfiguration, "option 'staged-age' cannot be negative");
        if (File.Exists(path))
            throw new StoreException(StoreErrorCode.InvalidConfiguration, "the root is a file, not a directory");
        return new(root, new LocalTree(platform.Open(path), options, clock), platform.WindowsNames);
    }

    /// <inheritdoc/>
    public override string? GetLocalPath(StorePath path) => LocalPaths.CanHold(path, _windowsNames) ? (Root / path).ToLocalPath() : null;

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (!LocalPaths.CanHold(path, _windowsNames))
            return null;
        return await ReadWork.RunAsync(() => Stat(path), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        if (!LocalPaths.CanHold(request.Path, _windowsNames))
            throw LocalErrors.NotFound();
        return await ReadWork.RunAsync(() => OpenRead(request), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        LocalPaths.Check(request.Path, _windowsNames);
        RequireMode(request.Mode);
        return ValueTask.FromResult<StoreUpload>(new LocalUpload(_tree, request, LocalAttributes.Encode(request)));
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!request.Directory.IsRoot && !LocalPaths.CanHold(request.Directory, _windowsNames))
            yield break;
        using var lister = new LocalLister(_tree, Root, request);
        while (await ReadWork.RunAsync(() => lister.NextPage(cancellationToken), cancellationToken).ConfigureAwait(false) is { } page)
            yield return page;
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        await BlockingWork.RunAsync(() => new LocalDeletion(_tree, _windowsNames, request).Run(cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        return await BlockingWork.RunAsync(() => Copy(request, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        await BlockingWork.RunAsync(() => LocalMove.Run(_tree, request, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        LocalPaths.Check(path, _windowsNames);
        await BlockingWork.RunAsync(
            () =>
            {
                _tree.MakeDirectory(path, cancellationToken);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (!LocalPaths.CanHold(path, _windowsNames))
            throw LocalErrors.NotFound();
        return await BlockingWork.RunAsync(() => Touch(path, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var leftovers = new LocalLeftovers(_tree);
        while (await Task.Run(() => leftovers.Next(cancellationToken), cancellationToken).ConfigureAwait(false) is { } found)
        {
            foreach (var staged in found)
                yield return staged;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) =>
        await BlockingWork.RunAsync(
            () =>
            {
                LocalLeftovers.Remove(_tree, staged.Id);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override StoreFault Classify(Exception exception) => LocalErrors.Classify(exception);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _tree.Dispose();
        return base.DisposeAsync();
    }

    private StoreEntry? Stat(StorePath path) =>
        _tree.FileSystem.Stat(path, withAttributes: true, out var attributes) is { Kind: LocalKind.File or LocalKind.Directory } facts
            ? LocalTree.Describe(path, facts, attributes)
            : null;

    private StoreRead OpenRead(ReadRequest request)
    {
        var files = _tree.FileSystem;
        var file = files.OpenFile(request.Path) ?? throw LocalErrors.NotFound();
        try
        {
            var facts = files.FactsOf(file);
            var info = LocalTree.Describe(request.Path, facts, files.ReadAttributes(file));
            if (request.IfMatch is { } etag && etag != info.ETag)
                throw LocalErrors.Changed(info.ETag);
            if (request.Range.LengthIn(info.Length) > 1 << 20)
                files.ExpectSequentialRead(file);
            return new StoreRead(info, new LocalReadStream(files, file, facts, request.Range.Offset)) { File = file };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private StoreEntry Copy(CopyRequest request, CancellationToken cancellationToken)
    {
        var files = _tree.FileSystem;
        using var source = files.OpenFile(request.Source) ?? throw LocalErrors.NotFound();
        var facts = files.FactsOf(source);
        if (request.SourceIfMatch is { } etag && etag != facts.ETag)
            throw LocalErrors.Changed(facts.ETag);
        using var staged = AtTarget(request, () => LocalStagedFile.Create(_tree, request.Target, request.Mode));
        files.Copy(source, staged.Handle, facts.Length, null, cancellationToken);
        if (files.FactsOf(staged.Handle).Length != facts.Length)
            throw LocalErrors.CutWhileRead();
        if (!files.FactsOf(source).IsVersion(facts))
            throw LocalErrors.ChangedWhileRead();
        var attributes = files.ReadAttributes(source);
        if (attributes is not null)
            files.WriteAttributes(staged.Handle, attributes);
        if (facts.IsExecutable)
            files.MakeExecutable(staged.Handle);
        staged.Seal(files.KeepsTimes ? facts.Modified : null);
        return LocalTree.Describe(request.Target, AtTarget(request, () => staged.Publish(request.Mode, cancellationToken)), attributes);
    }

    /// <summary>Adds the target to errors that concern the target; other errors of a copy name the source.</summary>
    private T AtTarget<T>(CopyRequest request, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var failure = e as StoreException ?? new StoreException(LocalErrors.Classify(e), e);
            throw failure.WithContext("copy to", Root / request.Target);
        }
    }

    private StoreEntry Touch(StorePath path, CancellationToken cancellationToken)
    {
        using var parent = _tree.TryOpen(path.Parent) ?? throw LocalErrors.NotFound();
        using var lease = parent.Lock(exclusive: false, cancellationToken);
        var files = _tree.FileSystem;
        using var file = files.OpenFile(path) ?? throw LocalErrors.NotFound();
        files.Stamp(file, _tree.Now);
        if (_tree.Flushes)
            files.Flush(file);
        return LocalTree.Describe(path, files.FactsOf(file), files.ReadAttributes(file));
    }

    private void Check(CopyRequest request)
    {
        if (!LocalPaths.CanHold(request.Source, _windowsNames))
            throw LocalErrors.NotFound();
        LocalPaths.Check(request.Target, _windowsNames);
        RequireMode(request.Mode);
    }

    private void RequireMode(WriteMode mode)
    {
        if (!Capabilities.WriteModes.HasFlag(mode.Kind))
            throw new StoreException(StoreErrorCode.Unsupported, $"the file system does not support locks, which the write mode {mode.Kind} requires");
    }
}

using System.Globalization;
using Cairn.Conformance.Modelling;
using Cairn.Providers;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using Xunit.Sdk;

namespace Cairn.Conformance;

/// <summary>Runs random sequences of operations on a store and on a dictionary, which must be equal after every step.</summary>
/// <remarks>
/// A failure prints the shortest failing sequence and a seed; set <c>CAIRN_SEED</c> to it to repeat the run. <c>CAIRN_FULL=1</c> runs more sequences.
/// </remarks>
public abstract class ModelTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private readonly Dictionary<string, List<string>> _oldETags = [];
    private int _runs;

    [Fact]
    public async Task Random_sequences_leave_what_the_model_says()
    {
        Needs(Can.List && Can.WriteModes.HasFlag(WriteModes.CreateNew | WriteModes.Replace), "The store cannot list or write.");
        var seed = Environment.GetEnvironmentVariable("CAIRN_SEED") is { Length: > 0 } given
            ? ulong.Parse(given, CultureInfo.InvariantCulture)
            : (ulong)Random.Shared.NextInt64();
        var start = new Rnd(seed);
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 500 : 40)
            .WithStartSize(10)
            .WithEndSize(80)
            .WithQuietOnSuccess(true)
            .WithReplay(start.Seed, start.Gamma);
        try
        {
            await Task.Run(() => Prop.ForAll(OperationSequence.Arbitrary, sequence => RunAsync(sequence.Operations)).Check(config), Cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new XunitException($"The store and the model disagree. CAIRN_SEED={seed} repeats this run.\n{e.Message}", e);
        }
    }

    private async Task RunAsync(IReadOnlyList<Operation> operations)
    {
        var store = Store.Under($"run{Interlocked.Increment(ref _runs)}");
        // The model does not require behavior that the harness skips.
        var model = new StoreModel(Can.Directories, movesKeepMade: !Harness.Skips.ContainsKey($"MoveTests.{nameof(MoveTests<>.A_made_directory_is_still_made_after_the_move)}"));
        _oldETags.Clear();
        for (var i = 0; i < operations.Count; i++)
        {
            try
            {
                await ApplyAsync(store, model, operations[i]);
                Assert.Equal(model.WholeTree(), await store.WholeTreeAsync(StorePath.Root, Cancel));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new XunitException($"At operation {i + 1}, {operations[i]}: {e.Message}", e);
            }
        }
        foreach (var (path, content) in model.Files)
            Trees.AssertSame(content, await store.ReadBytesAsync(path, cancellationToken: Cancel), $"The content of '{path}' is not the content that was last written.");
        await store.RemoveTreeAsync(StorePath.Root, Cancel);
        Assert.Empty(await store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    private Task ApplyAsync(ArtifactStore store, StoreModel model, Operation op) => op.Verb switch
    {
        Verb.WriteNew => WriteAsync(store, model, op, WriteMode.CreateNew),
        Verb.Replace => WriteAsync(store, model, op, WriteMode.Replace),
        Verb.WriteOverCurrent or Verb.WriteOverStale => WriteOverAsync(store, model, op),
        Verb.Read => ReadAsync(store, model, op),
        Verb.ReadRange => ReadRangeAsync(store, model, op),
        Verb.Remove => RemoveAsync(store, model, op),
        Verb.RemoveTree => RemoveTreeAsync(store, model, op),
        Verb.Copy => CopyAsync(store, model, op, WriteMode.Replace),
        Verb.CopyNew => CopyAsync(store, model, op, WriteMode.CreateNew),
        Verb.Move => MoveAsync(store, model, op, WriteMode.Replace),
        Verb.MoveNew => MoveAsync(store, model, op, WriteMode.CreateNew),
        Verb.MakeDirectory => MakeDirectoryAsync(store, model, op),
        Verb.List => ListBelowAsync(store, model, op),
        Verb.Stat => StatAsync(store, model, op),
        _ => TouchAsync(store, model, op),
    };

    private async Task WriteAsync(ArtifactStore store, StoreModel model, Operation op, WriteMode mode)
    {
        var content = Trees.Bytes(op.Size, op.Offset + op.Path.Length);
        var errors = model.WriteErrors(op.Path, mode.Kind == WriteModes.CreateNew);
        if (await SucceedsAsync(errors, async () => Remember(op.Path, await store.WriteBytesAsync(op.Path, content, mode, cancellationToken: Cancel))))
            model.Files[op.Path] = content;
    }

    private async Task WriteOverAsync(ArtifactStore store, StoreModel model, Operation op)
    {
        if (!Can.WriteModes.HasFlag(WriteModes.Match))
            return;
        var current = (await store.TryStatAsync(op.Path, Cancel))?.ETag;
        var etag = op.Verb == Verb.WriteOverCurrent ? current : _oldETags.GetValueOrDefault(op.Path)?.Find(e => e != current);
        if (etag is null)
            return;
        var content = Trees.Bytes(op.Size, op.Offset + 99);
        StoreErrorCode[] errors = etag != current ? [StoreErrorCode.PreconditionFailed, .. model.WriteErrors(op.Path, createNew: false)] : [];
        if (await SucceedsAsync(errors, async () => Remember(op.Path, await store.WriteBytesAsync(op.Path, content, WriteMode.Match(etag), cancellationToken: Cancel))))
            model.Files[op.Path] = content;
    }

    private static async Task ReadAsync(ArtifactStore store, StoreModel model, Operation op)
    {
        byte[]? read = null;
        if (await SucceedsAsync(model.ReadErrors(op.Path), async () => read = await store.ReadBytesAsync(op.Path, cancellationToken: Cancel)))
            Trees.AssertSame(model.Files[op.Path], read!);
    }

    private static async Task ReadRangeAsync(ArtifactStore store, StoreModel model, Operation op)
    {
        var errors = model.ReadErrors(op.Path);
        var content = errors.Length == 0 ? model.Files[op.Path] : [];
        if (errors.Length == 0 && op.Offset >= content.Length && op.Offset > 0)
            errors = [StoreErrorCode.RangeNotSatisfiable];
        var read = new MemoryStream();
        var succeeded = await SucceedsAsync(errors, async () =>
        {
            await using var stream = await store.OpenReadAsync(op.Path, new OpenReadOptions { Range = new ByteRange(op.Offset, op.Size + 1) }, Cancel);
            await stream.CopyToAsync(read, Cancel);
        });
        if (succeeded)
            Assert.True(content.AsSpan(op.Offset, Math.Min(op.Size + 1, content.Length - op.Offset)).SequenceEqual(read.ToArray()), "The range does not match the content.");
    }

    private async Task RemoveAsync(ArtifactStore store, StoreModel model, Operation op)
    {
        if (model.IsBoth(op.Path))
            return;
        if (!model.Files.ContainsKey(op.Path) && model.AnyBelow(op.Path) && Can.Directories == DirectoryKind.Real)
        {
            await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => store.RemoveAsync(op.Path, Cancel));
            return;
        }
        var there = model.Files.Remove(op.Path) | model.Made.Remove(op.Path);
        Assert.Equal(there, await store.RemoveAsync(op.Path, Cancel));
    }

    private static async Task RemoveTreeAsync(ArtifactStore store, StoreModel model, Operation op) =>
        Assert.Equal(model.RemoveTree(op.Path), await store.RemoveTreeAsync(op.Path, Cancel));

    private async Task CopyAsync(ArtifactStore store, StoreModel model, Operation op, WriteMode mode)
    {
        if (op.Path == op.Other && mode.Kind == WriteModes.CreateNew)
            return;
        StoreErrorCode[] errors = op.Path == op.Other && model.Files.ContainsKey(op.Path)
            ? []
            : model.ReadErrors(op.Path) is { Length: > 0 } missing ? [.. missing, .. model.WriteErrors(op.Other, createNew: false)]
            : model.WriteErrors(op.Other, mode.Kind == WriteModes.CreateNew);
        if (await SucceedsAsync(errors, async () => Remember(op.Other, await store.CopyAsync(op.Path, op.Other, mode, Cancel))))
            model.Files[op.Other] = model.Files[op.Path];
    }

    private async Task MoveAsync(ArtifactStore store, StoreModel model, Operation op, WriteMode mode)
    {
        var createNew = mode.Kind == WriteModes.CreateNew;
        if (Can.Move == MoveKind.None || model.IsBoth(op.Path) || (op.Path == op.Other && createNew))
            return;
        if (model.Files.TryGetValue(op.Path, out var content) || !model.IsDirectory(op.Path))
        {
            StoreErrorCode[] errors = op.Path == op.Other && content is not null
                ? []
                : content is null ? [StoreErrorCode.NotFound, .. model.WriteErrors(op.Other, createNew: false)]
                : model.WriteErrors(op.Other, createNew);
            if (await SucceedsAsync(errors, async () => Remember(op.Other, await store.MoveAsync(op.Path, op.Other, mode, Cancel))))
            {
                model.Files.Remove(op.Path);
                model.Files[op.Other] = content!;
            }
            return;
        }
        if (!createNew || StorePath.Parse(op.Other).IsUnder(op.Path) || (Can.Directories != DirectoryKind.Real && model.Files.ContainsKey(op.Other)))
            return;
        StoreErrorCode[] conflicts = model.IsDirectory(op.Other) || model.WriteErrors(op.Other, createNew).Length > 0 ? [StoreErrorCode.AlreadyExists, StoreErrorCode.PathConflict] : [];
        if (await SucceedsAsync(conflicts, () => store.MoveAsync(op.Path, op.Other, mode, Cancel)))
            model.MoveTree(op.Path, op.Other);
    }

    private async Task MakeDirectoryAsync(ArtifactStore store, StoreModel model, Operation op)
    {
        if (Can.Directories == DirectoryKind.None)
            return;
        // Creates each parent with a separate call, so all of them are created explicitly on every kind of store.
        for (var slash = op.Path.IndexOf('/'); ; slash = op.Path.IndexOf('/', slash + 1))
        {
            var directory = slash < 0 ? op.Path : op.Path[..slash];
            if (!await SucceedsAsync(model.MakeErrors(directory), () => store.MakeDirectoryAsync(directory, Cancel)))
                return;
            model.Made.Add(directory);
            if (slash < 0)
                return;
        }
    }

    private static async Task ListBelowAsync(ArtifactStore store, StoreModel model, Operation op) =>
        Assert.Equal(model.Below(op.Path), await store.ListKeysAsync(op.Path, Cancel));

    private static async Task StatAsync(ArtifactStore store, StoreModel model, Operation op)
    {
        var info = await store.TryStatAsync(op.Path, Cancel);
        if (model.Files.TryGetValue(op.Path, out var content))
            Assert.True(info is { IsFile: true } && info.Length == content.Length, $"Expected a file of {content.Length} bytes, but the store reported {info}.");
        else
            Assert.Equal(model.IsDirectory(op.Path), info is { IsDirectory: true });
        Assert.Equal(model.Files.ContainsKey(op.Path), await store.IsFileAsync(op.Path, Cancel));
        Assert.Equal(model.IsDirectory(op.Path), await store.IsDirectoryAsync(op.Path, Cancel));
    }

    private async Task TouchAsync(ArtifactStore store, StoreModel model, Operation op)
    {
        var there = model.Files.ContainsKey(op.Path);
        StoreErrorCode[] errors = !there ? model.WriteErrors(op.Path, createNew: false) : Can.Touch ? [] : [StoreErrorCode.Unsupported];
        if (await SucceedsAsync(errors, async () => Remember(op.Path, await store.TouchAsync(op.Path, Cancel))) && !there)
            model.Files[op.Path] = [];
    }

    private void Remember(string path, StoreEntry info)
    {
        if (info.ETag is null)
            return;
        if (!_oldETags.TryGetValue(path, out var known))
            _oldETags[path] = known = [];
        known.Add(info.ETag);
    }

    /// <summary>Performs the operation and asserts that it fails with one of the errors if there are any, and otherwise succeeds.</summary>
    private static async Task<bool> SucceedsAsync(StoreErrorCode[] errors, Func<Task> act)
    {
        if (errors.Length == 0)
        {
            await act();
            return true;
        }
        await Expect.ErrorAsync(errors, act);
        return false;
    }
}

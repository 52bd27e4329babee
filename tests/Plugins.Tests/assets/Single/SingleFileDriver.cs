using System.Runtime.CompilerServices;
using System.Text;
using Cairn;
using Cairn.Providers;

namespace Acme;

/// <summary>The smallest store: one file, <c>answer.txt</c>, whose text is made when it is read.</summary>
internal sealed class SingleFileDriver(StoreUri root, Func<string> answer) : StoreDriver(root)
{
    private static readonly StorePath File = StorePath.Parse("answer.txt");

    public override StoreCapabilities Capabilities { get; } = new() { WriteModes = WriteModes.None, Move = MoveKind.None };

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => ValueTask.FromResult(path == File ? Info(Bytes()) : null);

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        if (request.Path != File)
            throw new StoreException(StoreErrorCode.NotFound, "there is only answer.txt");
        var bytes = Bytes();
        return ValueTask.FromResult(new StoreRead(Info(bytes)!, new MemoryStream(bytes) { Position = request.Range.Offset }));
    }

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (request.Directory.IsRoot)
            yield return [Info(Bytes())!];
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) => throw ReadOnly();

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) => throw ReadOnly();

    private static StoreException ReadOnly() => new(StoreErrorCode.Unsupported, "this store can only be read");

    private static StoreEntry? Info(byte[] bytes) => new() { Path = File, Length = bytes.Length, ETag = "1" };

    private byte[] Bytes() => Encoding.UTF8.GetBytes(answer());
}

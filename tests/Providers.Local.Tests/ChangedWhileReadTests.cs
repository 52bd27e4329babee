namespace Cairn.Providers.Local.Tests;

/// <summary>What another program writes in place under a reader is never handed out together with older bytes.</summary>
public sealed class ChangedWhileReadTests
{
    private const int Length = 4 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(Length / 2, 1000)]
    [InlineData(0, 0)]
    public async Task A_read_of_a_file_that_is_overwritten_in_place_fails(int offset, int before)
    {
        await using var store = new LocalTestStore();
        await WriteAsync(store, 'o');
        await using var read = await store.Driver.OpenReadAsync(new ReadRequest("f") { Range = new(offset, Length - offset) }, Cancel);
        var bytes = new byte[Length];
        await read.Content.ReadExactlyAsync(bytes.AsMemory(0, before), Cancel);
        Overwrite(store, 'n');
        (await store.CodeOfAsync(async () => await read.Content.ReadExactlyAsync(bytes.AsMemory(before, 1), Cancel))).ShouldBe(StoreErrorCode.PreconditionFailed);
        bytes.AsSpan(0, before).IndexOf((byte)'n').ShouldBe(-1);
    }

    [Fact]
    public async Task A_jump_back_and_a_read_that_waits_for_nobody_fail_too()
    {
        await using var store = new LocalTestStore();
        await WriteAsync(store, 'o');
        await using var read = await store.Driver.OpenReadAsync(new ReadRequest("f"), Cancel);
        var bytes = new byte[Length];
        await read.Content.ReadExactlyAsync(bytes, Cancel);
        Overwrite(store, 'n');
        read.Content.Position = 5;
        Should.Throw<StoreException>(() => read.Content.Read(bytes, 0, 10)).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
    }

    [Fact]
    public async Task A_file_that_is_replaced_is_read_in_its_old_version()
    {
        await using var store = new LocalTestStore();
        await WriteAsync(store, 'o');
        await using var read = await store.Driver.OpenReadAsync(new ReadRequest("f"), Cancel);
        var bytes = new byte[Length];
        await read.Content.ReadExactlyAsync(bytes.AsMemory(0, 1000), Cancel);
        await WriteAsync(store, 'n');
        await read.Content.ReadExactlyAsync(bytes.AsMemory(1000), Cancel);
        bytes.AsSpan().IndexOfAnyExcept((byte)'o').ShouldBe(-1);
    }

    private static Task WriteAsync(LocalTestStore store, char content) => store.PutAsync("f", new string(content, Length));

    private static void Overwrite(LocalTestStore store, char content)
    {
        using var file = new FileStream(store.Real("f"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Write(System.Text.Encoding.ASCII.GetBytes(new string(content, Length)));
    }
}

namespace Cairn.Providers.Memory.Tests;

public sealed class UploadEndTests
{
    [Fact]
    public async Task An_upload_whose_driver_is_disposed_fails()
    {
        var driver = await new MemoryProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://a") }, default);
        await using var upload = await driver.BeginUploadAsync(new("f", WriteMode.CreateNew), default);
        await driver.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(async () => await upload.CompleteAsync(new(0, 0, default), default));
    }

    [Fact]
    public async Task Parts_that_leave_a_hole_do_not_complete()
    {
        await using var driver = await new MemoryProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://a") }, default);
        await using var upload = await driver.BeginUploadAsync(new("f", WriteMode.CreateNew), default);
        await upload.WritePartAsync(new(0, 0, new byte[10]), default);
        await Should.ThrowAsync<InvalidOperationException>(async () => await upload.CompleteAsync(new(2, 20, new byte[1]), default));
        (await driver.StatAsync("f", default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_part_that_is_written_again_takes_the_room_of_one()
    {
        await using var driver = await new MemoryProvider().OpenAsync(
            new StoreContext { Root = StoreUri.Parse("mem://a"), Options = new Dictionary<string, string> { ["max-size"] = "1MiB" } }, default);
        await using var upload = await driver.BeginUploadAsync(new("f", WriteMode.CreateNew), default);
        for (byte i = 1; i <= 10; i++)
            await upload.WritePartAsync(new(0, 0, Enumerable.Repeat(i, 400 << 10).ToArray()), default);
        (await upload.CompleteAsync(new(1, 400 << 10, default), default)).Length.ShouldBe(400 << 10);
        await using var read = await driver.OpenReadAsync(new("f"), default);
        read.Content.ReadByte().ShouldBe(10);
    }
}

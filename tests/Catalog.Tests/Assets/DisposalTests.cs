namespace Catalog.Tests.Assets;

public sealed class DisposalTests
{
    [Fact]
    public async Task A_catalog_can_be_disposed_twice()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1");
        (await test.Assets.ListAsync().CountAsync()).ShouldBe(1);
        await test.Catalog.DisposeAsync();
        await test.Catalog.DisposeAsync();
    }
}

using Cairn.Tests;

namespace Cairn.Formats.Arrow.Tests;

public sealed class BoundedMemoryTests
{
    [Fact]
    public Task Bad_input_needs_no_more_than_a_fixed_amount() => BoundedMemory.RunAsync(typeof(BoundedMemoryTests));
}

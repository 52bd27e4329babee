namespace Cairn.Providers.Local.Tests;

/// <summary>Which paths the store takes, and what the name of a staged file says.</summary>
public sealed class LocalPathsTests
{
    private const string Digits = "0123456789abcdef";

    public static TheoryData<string, bool> Lengths { get; } = new()
    {
        { new string('n', 255), true }, { new string('n', 256), false }, { new string('世', 85), true }, { new string('世', 86), false },
        { Repeat("😀", 63) + "nnn", true }, { Repeat("😀", 64), false }, { "d/" + new string('n', 256) + "/f", false },
        { Long("n", 4095), true }, { Long("n", 4096), false }, { Long("世", 4095), true }, { Long("世", 4096), false },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_name_has_at_most_255_bytes_and_a_path_4095(string path, bool isHeld)
    {
        LocalPaths.CanHold(path, windowsNames: false).ShouldBe(isHeld);
        if (isHeld)
            LocalPaths.Check(path, windowsNames: false);
        else
            Should.Throw<StoreException>(() => LocalPaths.Check(path, windowsNames: false)).Code.ShouldBe(StoreErrorCode.PathConflict);
    }

    [Theory]
    [InlineData(".cairn-dir", false)]
    [InlineData("d/.cairn-dir/f", false)]
    [InlineData(".cairn-tmp-", false)]
    [InlineData("d/.cairn-tmp-x", false)]
    [InlineData(".cairn-dirs", true)]
    [InlineData(".cairn-tmp", true)]
    [InlineData("x.cairn-tmp-", true)]
    [InlineData("x.cairn-dir", true)]
    public void A_reserved_name_is_refused_and_one_that_is_alike_is_not(string path, bool isHeld) => LocalPaths.CanHold(path, windowsNames: false).ShouldBe(isHeld);

    [Theory]
    [InlineData("f")]
    [InlineData("d/e/f")]
    [InlineData("100%/%2F/a%25b")]
    [InlineData("世/😀")]
    public void The_name_of_a_staged_file_says_its_target(string target) => LocalPaths.StagedTarget(LocalPaths.NewStagedName(target))?.Value.ShouldBe(target);

    [Theory]
    [InlineData(227, true)]
    [InlineData(228, false)]
    [InlineData(255, false)]
    public void The_name_of_a_staged_file_has_at_most_255_bytes_and_leaves_out_a_longer_target(int length, bool saysTarget)
    {
        var name = LocalPaths.NewStagedName(new string('n', length));
        name.Length.ShouldBe(saysTarget ? 28 + length : 27);
        (LocalPaths.StagedTarget(name) is not null).ShouldBe(saysTarget);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("xname")]
    [InlineData("-%2F")]
    [InlineData("-a%2F%2Fb")]
    [InlineData("-..")]
    public void The_name_of_a_staged_file_of_another_program_says_no_target(string end) => LocalPaths.StagedTarget(LocalPaths.StagedPrefix + Digits + end).ShouldBeNull();

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    /// <summary>A path of so many bytes, whose names have at most 255.</summary>
    private static string Long(string text, int bytes)
    {
        var each = System.Text.Encoding.UTF8.GetByteCount(text);
        var names = string.Concat(Enumerable.Repeat(Repeat(text, 240 / each) + "/", bytes / 241 - 1));
        var rest = bytes - (System.Text.Encoding.UTF8.GetByteCount(names));
        return names + Repeat(text, Math.Min(rest, 240) / each) + (rest > 241 ? "/" + Repeat("n", rest - 241) : Repeat("n", rest % each));
    }
}

namespace Cairn.Tests;

/// <summary>What a listing gives: entries, and what it could not give; and how a write says what it may replace.</summary>
public class EntryTests
{
    [Fact]
    public void A_file_and_a_directory_are_told_apart_and_ordered()
    {
        var file = new StoreEntry { Path = "a/b", Kind = EntryKind.File, Length = 3, ETag = "e1" };
        (file.IsFile, file.IsDirectory, file.OrderKey).ShouldBe((true, false, "a/b"));
        file.ToString().ShouldBe("a/b (3 bytes, etag e1)");
        new StoreEntry { Path = "c" }.ToString().ShouldBe("c (0 bytes, etag none)");
        var directory = new StoreEntry { Path = "a/b", Kind = EntryKind.Directory };
        (directory.IsFile, directory.IsDirectory, directory.OrderKey).ShouldBe((false, true, "a/b/"));
        directory.ToString().ShouldBe("a/b/");
    }

    [Fact]
    public void At_another_path_everything_else_stays()
    {
        var info = new StoreEntry
        {
            Path = "a",
            Kind = EntryKind.File,
            Length = 3,
            ETag = "e1",
            Modified = DateTimeOffset.UnixEpoch,
            ContentType = "text/x",
            Metadata = new Dictionary<string, string> { ["k"] = "v" },
            IsExecutable = true,
        };
        var moved = info.At("b");
        moved.Path.Value.ShouldBe("b");
        moved.Metadata.ShouldBe(info.Metadata);
        (moved.Kind, moved.Length, moved.ETag, moved.Modified, moved.ContentType, moved.Checksum, moved.IsExecutable)
            .ShouldBe((info.Kind, info.Length, info.ETag, info.Modified, info.ContentType, info.Checksum, info.IsExecutable));
    }

    [Theory]
    [InlineData("x", UnlistedKind.Link, "dir/x")]
    [InlineData("x", UnlistedKind.Unnameable, null)]
    [InlineData("x/y", UnlistedKind.Special, null)]
    [InlineData("..", UnlistedKind.Unreadable, null)]
    public void What_was_not_listed_has_a_path_where_its_name_can_be_one(string name, UnlistedKind kind, string? path) =>
        (new UnlistedEntry("dir", name, kind, new IOException()).Path is { } found ? found.Value : null).ShouldBe(path);

    [Fact]
    public void A_write_mode_says_what_it_may_replace()
    {
        WriteMode.Match("e1").ToString().ShouldBe("Match(e1)");
        WriteMode.Match("e1").ETag.ShouldBe("e1");
        WriteMode.CreateNew.ToString().ShouldBe("CreateNew");
        WriteMode.Replace.ToString().ShouldBe("Replace");
        Should.Throw<ArgumentException>(() => WriteMode.Match(""));
    }
}

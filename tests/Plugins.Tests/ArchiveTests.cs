using System.IO.Compression;
using System.Text;

namespace Cairn.Plugins.Tests;

public sealed class ArchiveTests : IDisposable
{
    private const int Link = 0xA1FF << 16;
    private const int Device = 0x21FF << 16;
    private readonly PluginSandbox _box = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_package_is_added_as_its_folder_is()
    {
        var package = _box.Pack(PluginSandbox.Built("Native"));

        var plugin = await _box.User.AddAsync(package, cancellationToken: Cancel);

        plugin.Pin!.Source.ShouldBe(package);
        plugin.Pin.Files.Keys.ShouldContain("fr/Acme.Native.resources.dll");
        Directory.EnumerateFiles(plugin.Folder, "*", SearchOption.AllDirectories).Count().ShouldBe(plugin.Pin.Files.Count);
        (await _box.User.VerifyAsync("acme.native", Cancel)).Matches.ShouldBeTrue();
        _box.Host(out var registry);
        (await PluginSandbox.AskAsync(registry, "native://x")).ShouldStartWith("3.53.4");
    }

    [Theory]
    [InlineData("../evil.txt")]
    [InlineData("cairn-plugin/../../evil.txt")]
    [InlineData("cairn-plugin/a/../../../evil.txt")]
    [InlineData("/evil.txt")]
    [InlineData("C:/evil.txt")]
    [InlineData("cairn-plugin/..\\..\\evil.txt")]
    [InlineData("cairn-plugin/%2E%2E/%2e%2e/evil.txt")]
    [InlineData("cairn-plugin/..%2F..%2Fevil.txt")]
    [InlineData("cairn-plugin/%2Fevil.txt")]
    [InlineData("cairn-plugin//evil.txt")]
    [InlineData("cairn-plugin/./evil.txt")]
    [InlineData("cairn-plugin/NUL")]
    [InlineData("cairn-plugin/con.dll")]
    [InlineData("cairn-plugin/evil.txt.")]
    [InlineData("cairn-plugin/evil.txt%20")]
    [InlineData("cairn-plugin/evil.txt:stream")]
    [InlineData("cairn-plugin/evil%00.txt")]
    [InlineData("cairn-plugin/evil%0A.txt")]
    [InlineData("cairn-plugin/\u00e9vil.txt")]
    [InlineData("cairn-plugin/%C4%B0.txt")]
    public async Task An_entry_that_leaves_its_folder_or_that_a_platform_cannot_hold_is_refused(string name)
    {
        var package = _box.Pack(PluginSandbox.Built("One"), archive => Write(archive, name, "evil"));
        await RefusedAsync(package, "is not accepted");
    }

    [Theory]
    [InlineData("cairn-plugin/acme.one.dll", "differ only in case")]
    [InlineData("cairn-plugin/Acme.One.dll", "occurs twice")]
    [InlineData("cairn-plugin/Acme.One.dll/x", "a file and a folder have the same name")]
    public async Task Entries_that_meet_are_refused(string name, string mention)
    {
        var package = _box.Pack(PluginSandbox.Built("One"), archive => Write(archive, name, "evil"));
        await RefusedAsync(package, mention);
    }

    [Theory]
    [InlineData(Link)]
    [InlineData(Device)]
    [InlineData((int)FileAttributes.ReparsePoint)]
    public async Task A_link_or_a_device_is_refused(int attributes)
    {
        var package = _box.Pack(PluginSandbox.Built("One"), archive => Write(archive, "cairn-plugin/link", "/etc/passwd").ExternalAttributes = attributes);
        await RefusedAsync(package, "it is not an ordinary file");
    }

    [Fact]
    public async Task A_bomb_is_refused_by_what_comes_out()
    {
        var package = _box.Pack(PluginSandbox.Built("One"), archive =>
        {
            using var bomb = archive.CreateEntry("cairn-plugin/zeros", CompressionLevel.SmallestSize).Open();
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 64; i++)
                bomb.Write(zeros);
        });
        new FileInfo(package).Length.ShouldBeLessThan(200_000);
        await RefusedAsync(package, "100 times as large as the package");
        await RefusedAsync(package, "its files are more than 4194304 bytes", new() { Limits = new() { TotalBytes = 4 << 20, Ratio = 100_000 } });
    }

    [Fact]
    public async Task A_bomb_that_lies_about_its_length_is_refused()
    {
        var package = _box.Pack(PluginSandbox.Built("One"), archive =>
        {
            using var bomb = archive.CreateEntry("cairn-plugin/zeros", CompressionLevel.SmallestSize).Open();
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 64; i++)
                bomb.Write(zeros);
        });
        var bytes = await File.ReadAllBytesAsync(package, Cancel);
        var length = BitConverter.GetBytes(64 << 20);
        var lies = 0;
        for (var at = bytes.AsSpan().IndexOf(length); at >= 0; at = bytes.AsSpan().IndexOf(length))
        {
            BitConverter.GetBytes(10).CopyTo(bytes, at);
            lies++;
        }
        lies.ShouldBeGreaterThan(0);
        await File.WriteAllBytesAsync(package, bytes, Cancel);

        await RefusedAsync(package, "the entry 'zeros' is damaged");
    }

    [Fact]
    public async Task Too_many_entries_or_bytes_are_refused()
    {
        var package = _box.Pack(PluginSandbox.Built("One"), archive =>
        {
            for (var i = 0; i < 50; i++)
                Write(archive, $"cairn-plugin/{i}", "");
        });
        await RefusedAsync(package, "more than 20", new() { Limits = new() { Files = 20 } });
        await RefusedAsync(package, "larger than 1000 bytes", new() { Limits = new() { PackageBytes = 1000 } });
        await RefusedAsync(PluginSandbox.Built("Native"), "more than 3 files", new() { Limits = new() { Files = 3 } });
        await RefusedAsync(PluginSandbox.Built("Native"), "more than 100000 bytes", new() { Limits = new() { TotalBytes = 100_000 } });
    }

    [Fact]
    public async Task What_is_no_plugin_is_refused()
    {
        var empty = Path.Join(_box.Root, "empty.nupkg");
        using (var archive = ZipFile.Open(empty, ZipArchiveMode.Create))
            Write(archive, "lib/net10.0/Some.dll", "x");
        await RefusedAsync(empty, "does not contain cairn-plugin/cairn-plugin.json");

        var text = Path.Join(_box.Root, "text.nupkg");
        await File.WriteAllTextAsync(text, "not a zip", Cancel);
        await RefusedAsync(text, "not a complete .nupkg");

        var nothing = Directory.CreateDirectory(Path.Join(_box.Root, "nothing")).FullName;
        await RefusedAsync(nothing, $"{nothing} was refused as a plugin: it does not contain cairn-plugin.json");
        await PluginSandbox.RefusedAsync(StoreErrorCode.NotFound, () => _box.User.AddAsync(Path.Join(_box.Root, "absent"), cancellationToken: Cancel), "no folder or package exists at");
    }

    [Fact]
    public async Task A_package_cut_short_is_refused()
    {
        var bytes = await File.ReadAllBytesAsync(_box.Pack(PluginSandbox.Built("One")), Cancel);
        foreach (var length in new[] { 0, 10, bytes.Length / 2, bytes.Length - 1 })
        {
            var cut = Path.Join(_box.Root, $"cut{length}.nupkg");
            await File.WriteAllBytesAsync(cut, bytes[..length], Cancel);
            await RefusedAsync(cut, "was refused as a plugin");
        }
    }

    [Fact]
    public async Task An_entry_whose_bytes_are_not_those_of_its_checksum_is_refused()
    {
        var package = _box.Pack(PluginSandbox.Built("One"), archive =>
        {
            using var text = archive.CreateEntry("cairn-plugin/notes.txt", CompressionLevel.NoCompression).Open();
            text.Write("as it was packed"u8);
        });
        var bytes = await File.ReadAllBytesAsync(package, Cancel);
        "changed"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("as it was packed"u8)));
        await File.WriteAllBytesAsync(package, bytes, Cancel);

        await RefusedAsync(package, "the entry 'notes.txt' is damaged");
    }

    [Fact]
    public async Task What_a_killed_add_left_behind_goes_with_the_next()
    {
        Directory.CreateDirectory(Path.Join(_box.User.Folder, ".staging-dead"));
        await File.WriteAllTextAsync(Path.Join(_box.User.Folder, ".staging-dead", ".lock"), "", Cancel);
        Directory.CreateDirectory(Path.Join(_box.User.Folder, ".staging-begun"));
        var alive = Directory.CreateDirectory(Path.Join(_box.User.Folder, ".staging-alive")).FullName;
        using (new FileStream(Path.Join(alive, ".lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);

        Directory.EnumerateFileSystemEntries(_box.User.Folder).Select(Path.GetFileName).Order().ShouldBe([".staging-alive", ".staging-begun", "acme.one"]);
        _box.User.List().Select(p => p.Name).ShouldBe(["acme.one"]);
    }

    [Fact]
    public async Task A_folder_with_a_link_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making a link needs a privilege on Windows");
        var copy = _box.Copy("One");
        File.CreateSymbolicLink(Path.Join(copy, "link.txt"), "/etc/passwd");
        await RefusedAsync(copy, "it contains a link, link.txt");
    }

    [Fact]
    public async Task A_second_of_that_name_is_refused_unless_it_replaces_the_first()
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        var newer = _box.Copy("One", change: m => m["version"] = "2.0.0");
        await PluginSandbox.RefusedAsync(StoreErrorCode.AlreadyExists, () => _box.User.AddAsync(newer, cancellationToken: Cancel), "'acme.one' 1.2.3", "--replace");

        (await _box.User.AddAsync(newer, new() { Replace = true }, Cancel)).Version.ShouldBe("2.0.0");
        (await _box.User.VerifyAsync("acme.one", Cancel)).Matches.ShouldBeTrue();
        Directory.EnumerateFileSystemEntries(_box.User.Folder).ShouldHaveSingleItem();

        await Should.ThrowAsync<StoreException>(() => _box.User.AddAsync(_box.Copy("One", change: m => m["format"] = 7), new() { Replace = true }, Cancel));
        _box.User.Find("acme.one")!.Version.ShouldBe("2.0.0");
    }

    [Fact]
    public async Task A_version_that_a_crash_has_left_is_not_listed_and_goes_with_the_next_change()
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        Directory.CreateDirectory(Path.Join(_box.User.Folder, "acme.one~0123abcd"));
        Directory.CreateDirectory(Path.Join(_box.User.Folder, "acme.other~0123abcd"));
        _box.User.List().Select(p => p.Name).ShouldBe(["acme.one"]);

        await _box.User.AddAsync(PluginSandbox.Built("One"), new() { Replace = true }, Cancel);
        var plugin = _box.User.List().ShouldHaveSingleItem();
        plugin.Refusal.ShouldBeNull();
        Directory.EnumerateDirectories(_box.User.Folder).Order().ShouldBe([plugin.Folder, Path.Join(_box.User.Folder, "acme.other~0123abcd")]);

        await _box.User.TrustAsync("acme.one", Cancel);
        _box.User.Find("acme.one")!.Folder.ShouldBe(plugin.Folder);
        await _box.User.RemoveAsync("acme.one", Cancel);
        _box.User.List().ShouldBeEmpty();
        Directory.Exists(plugin.Folder).ShouldBeFalse();
    }

    [Theory]
    [InlineData("../acme.one")]
    [InlineData("acme.two")]
    [InlineData("acme.one~../../xy")]
    [InlineData("")]
    public async Task Pins_that_name_a_folder_of_something_else_are_refused(string folder)
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        var pins = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(_box.User.PinFile, Cancel))!;
        pins["plugins"]!["acme.one"]!["folder"] = folder;
        await File.WriteAllTextAsync(_box.User.PinFile, pins.ToJsonString(), Cancel);
        Should.Throw<StoreException>(_box.User.List).Message.ShouldContain("whose name does not belong to that plugin");
    }

    public void Dispose() => _box.Dispose();

    private static ZipArchiveEntry Write(ZipArchive archive, string name, string text)
    {
        var entry = archive.CreateEntry(name);
        using var stream = entry.Open();
        stream.Write(Encoding.UTF8.GetBytes(text));
        return entry;
    }

    /// <summary>Refused, and nothing left: no plugin, no staging, nothing outside.</summary>
    private async Task RefusedAsync(string source, string mention, PluginAddOptions? options = null)
    {
        var before = Directory.EnumerateFileSystemEntries(_box.Root).Count(e => Path.GetFileName(e) != "home");
        await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => _box.User.AddAsync(source, options, Cancel), mention, "Nothing was added.");
        Directory.EnumerateFileSystemEntries(_box.User.Folder).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(_box.Root).Count(e => Path.GetFileName(e) != "home").ShouldBe(before);
    }
}
